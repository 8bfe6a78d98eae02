/**
 * The clients that applications have, joined to an engine, and a broker on each. A client is loaded
 * when it is opened: many processes have one of them each, and to load all takes longer than their work.
 */
import { NatsBroker, type NatsBrokerOptions } from "../../src/brokers/nats/index.js";
import type { NatsConnection } from "@nats-io/transport-node";
import { RedisBroker, type RedisBrokerOptions } from "../../src/brokers/redis/index.js";
import type { Broker } from "../../src/manager/index.js";
import { type Engine, natsKind, natsServer, redisKind, redisServer } from "../support/engine.js";

export interface OpenBroker {
  readonly broker: Broker;
  /** Closes the broker, then the application's own client. */
  close(): Promise<void>;
}

export interface BrokerUnderTest {
  readonly name: string;
  /** Whether the engine is here. */
  readonly isHere: boolean;
  readonly kind: Parameters<typeof Engine.start>[0];
  /** Opens a client to a port. With `replay`, so many messages are kept. */
  readonly open: (port: number, replay?: number) => Promise<OpenBroker>;
}

const RECONNECT_MS = 50;
const HOST = "127.0.0.1";

export const BROKERS: readonly BrokerUnderTest[] = [
  {
    name: "Redis by ioredis",
    isHere: redisServer !== undefined,
    kind: redisKind,
    open: async (port, replay) => openIoRedis(port, replay, "auto"),
  },
  {
    name: "Redis by ioredis, not sharded",
    isHere: redisServer !== undefined,
    kind: redisKind,
    open: async (port, replay) => openIoRedis(port, replay, "never"),
  },
  {
    name: "Redis by node-redis",
    isHere: redisServer !== undefined,
    kind: redisKind,
    open: async (port, replay) => {
      const { createClient } = await import("redis");
      const client = createClient({
        socket: { host: HOST, port, reconnectStrategy: () => RECONNECT_MS },
      });
      client.on("error", () => {});
      client.connect().catch(() => {});
      const broker = new RedisBroker(client, redisOptions(replay));
      return {
        broker,
        close: async () => {
          await broker.close();
          client.destroy();
        },
      };
    },
  },
  {
    name: "NATS",
    isHere: natsServer !== undefined,
    kind: natsKind,
    open: async (port, replay) => {
      const { connect } = await import("@nats-io/transport-node");
      const connection = await connect({
        servers: `${HOST}:${port}`,
        ignoreClusterUpdates: true,
        reconnectTimeWait: RECONNECT_MS,
        maxReconnectAttempts: -1,
      });
      const broker = new NatsBroker(connection, await natsOptions(connection, replay));
      return {
        broker,
        close: async () => {
          await broker.close();
          await connection.close();
        },
      };
    },
  },
];

async function natsOptions(
  connection: NatsConnection,
  replay: number | undefined,
): Promise<NatsBrokerOptions> {
  if (replay === undefined) return {};
  const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
  const client = jetstream(connection);
  return { replay: { client, manager: await jetstreamManager(connection), maxEntries: replay } };
}

async function openIoRedis(
  port: number,
  replay: number | undefined,
  sharded: "auto" | "never",
): Promise<OpenBroker> {
  const { Redis } = await import("ioredis");
  const client = new Redis({ host: HOST, port, retryStrategy: () => RECONNECT_MS });
  client.on("error", () => {});
  const broker = new RedisBroker(client, { sharded, ...redisOptions(replay) });
  return {
    broker,
    close: async () => {
      await broker.close();
      client.disconnect();
    },
  };
}

function redisOptions(replay: number | undefined): RedisBrokerOptions {
  return replay === undefined ? {} : { replay: { maxEntries: replay } };
}
