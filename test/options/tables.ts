/** The tables of all public options, by entry point and interface. */
import { CONNECT as CONNECT_FLAGS, ECHO } from "./cli.js";
import { CONNECT, WEBSOCKET } from "./client.js";
import { LIMITS, MEMORY, NATS, NATS_REPLAY, REDIS, REDIS_REPLAY } from "./cluster.js";
import { connectionRows } from "./connection.js";
import { BARE_FORMAT } from "./bare-format.js";
import { BROADCAST } from "./broadcast.js";
import { BATCHES, CONTRACT, PEER, REQUEST } from "./contract.js";
import { DEFLATE } from "./deflate.js";
import { A_CONNECTION, CLIENT_TCP, SERVER_TCP } from "./ends.js";
import { CODEC, COMPRESSOR, DECOMPRESSOR, EXTENSION } from "./compression.js";
import { CONNECTION, MESSAGE_LIMITS } from "./protocol.js";
import type { Row } from "./row.js";
import {
  ACCEPTANCE,
  DEFLATE_CONFIG,
  EXPECTATIONS,
  HEAD,
  REQUEST as CLIENT_REQUEST,
  RESPONSE,
} from "./handshake.js";
import { BATCH, CLOSE_ANSWER, FIRST_MESSAGE, MANAGER, RATE } from "./manager.js";
import { CLOSE_ALL, FETCH, JOIN, PRESENCE, PROMETHEUS, RESUME } from "./rooms.js";
import { CLOSING, GUARD, MESSAGE, SENDING, SHUTDOWN, UPGRADE, WRITTEN } from "./sending.js";
import { SERVER } from "./server.js";
import { SETUP } from "./setup.js";
import { CLOSE_EVENT, ERROR_EVENT, HANDSHAKE_ERROR } from "./values.js";

export const TABLES: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  "plainsocket ConnectionOptions": connectionRows(A_CONNECTION, { ...SERVER_TCP, ...CLIENT_TCP }),
  "plainsocket PerMessageDeflateOptions": DEFLATE,
  "plainsocket ServerOptions": SERVER,
  "plainsocket ConnectOptions": CONNECT,
  "plainsocket WebSocketInit": WEBSOCKET,
  "plainsocket MessageOptions": MESSAGE,
  "plainsocket SendOptions": SENDING,
  "plainsocket WrittenOptions": WRITTEN,
  "plainsocket CloseOptions": CLOSING,
  "plainsocket ShutdownOptions": SHUTDOWN,
  "plainsocket UpgradeOptions": UPGRADE,
  "plainsocket GuardRefusal": GUARD,
  "plainsocket ConnectionSetup": SETUP,
  "plainsocket CloseEventInit": CLOSE_EVENT,
  "plainsocket ErrorEventInit": ERROR_EVENT,
  "plainsocket HandshakeErrorOptions": HANDSHAKE_ERROR,
  "plainsocket/manager ManagerOptions": MANAGER,
  "plainsocket/manager CloseAnswer": CLOSE_ANSWER,
  "plainsocket/manager BatchOptions": BATCH,
  "plainsocket/manager RateLimit": RATE,
  "plainsocket/manager FirstMessageCheck": FIRST_MESSAGE,
  "plainsocket/manager BroadcastOptions": BROADCAST,
  "plainsocket/manager ManagerCloseAllOptions": CLOSE_ALL,
  "plainsocket/manager JoinOptions": JOIN,
  "plainsocket/manager PresenceOptions": PRESENCE,
  "plainsocket/manager FetchMembersOptions": FETCH,
  "plainsocket/manager ResumeOptions": RESUME,
  "plainsocket/manager PrometheusOptions": PROMETHEUS,
  "plainsocket/manager ClusterLimits": LIMITS,
  "plainsocket/manager MemoryBrokerOptions": MEMORY,
  "plainsocket/contract ContractOptions": CONTRACT,
  "plainsocket/contract Batch": BATCHES,
  "plainsocket/contract BareFormatOptions": BARE_FORMAT,
  "plainsocket/contract PeerOptions": PEER,
  "plainsocket/contract RequestOptions": REQUEST,
  "plainsocket/brokers/nats NatsBrokerOptions": NATS,
  "plainsocket/brokers/nats NatsReplayOptions": NATS_REPLAY,
  "plainsocket/brokers/redis RedisBrokerOptions": REDIS,
  "plainsocket/brokers/redis RedisReplayOptions": REDIS_REPLAY,
  "plainsocket/protocol MessageLimits": MESSAGE_LIMITS,
  "plainsocket/protocol ProtocolConnectionOptions": CONNECTION,
  "plainsocket/protocol CodecSetup": CODEC,
  "plainsocket/protocol CompressorOptions": COMPRESSOR,
  "plainsocket/protocol DecompressorOptions": DECOMPRESSOR,
  "plainsocket/protocol PerMessageDeflateOptions": EXTENSION,
  "plainsocket/protocol PerMessageDeflateConfig": DEFLATE_CONFIG,
  "plainsocket/protocol ClientRequest": CLIENT_REQUEST,
  "plainsocket/protocol Expectations": EXPECTATIONS,
  "plainsocket/protocol Acceptance": ACCEPTANCE,
  "plainsocket/protocol HttpResponse": RESPONSE,
  "plainsocket/protocol HeadLimits": HEAD,
  "plainsocket echo": ECHO,
  "plainsocket connect": CONNECT_FLAGS,
};
