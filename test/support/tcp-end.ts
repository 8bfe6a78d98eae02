/** One end of ours over TCP, whichever way it came about; the other end is the test. */
import type { Duplex } from "node:stream";
import { Socket } from "node:net";
import { connect, type ConnectionOptions } from "../../src/node/index.js";
import { RawClient, upgradeRequest } from "./raw-client.js";
import { eventually } from "./raw-peer.js";
import { WAYS_IN, type WayIn } from "./server-under-test.js";
import type { World } from "./universal.js";
import {
  encodeFrame,
  type ReceivedFrame,
  SCRIPT_KEY,
  type WireFrame,
  concat,
} from "./wire-frame.js";
import type { Reading, Witness } from "./witness.js";

/** A server's connection by each way in, and a client's. */
export const TCP_ENDS = [...WAYS_IN, "client"] as const;

export type TcpEnd = (typeof TCP_ENDS)[number];

/** The test's end: frames go out as the role of the other end wants them. */
export interface Remote {
  readonly socket: Duplex;
  readonly send: (...frames: readonly WireFrame[]) => void;
  readonly sendBytes: (bytes: Uint8Array) => void;
  readonly encode: (frame: WireFrame) => Uint8Array;
  readonly frame: () => Promise<ReceivedFrame>;
  /** Waits for the FIN of our end, or for its reset. */
  readonly ended: () => Promise<void>;
  readonly reset: () => void;
}

const OFFER = "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12";

/** Opens it, with compression unless the options say otherwise. */
export async function openTcpEnd(
  world: World,
  end: TcpEnd,
  reading: Reading = "listener",
  options: ConnectionOptions = {},
): Promise<{ readonly seen: Witness; readonly remote: Remote }> {
  return end === "client"
    ? openClient(world, reading, options)
    : openServer(world, end, reading, options);
}

async function openServer(
  world: World,
  wayIn: WayIn,
  reading: Reading,
  options: ConnectionOptions,
) {
  const under = await world.serve(options, wayIn, reading);
  const known = world.witnesses.length;
  const client = world.use(
    await RawClient.send(under, upgradeRequest("/", { "sec-websocket-extensions": OFFER })),
  );
  await client.head();
  await eventually(() => world.witnesses.length > known);
  return { seen: world.witnesses[known]!, remote: remoteOf(client, client.socket, SCRIPT_KEY) };
}

async function openClient(world: World, reading: Reading, options: ConnectionOptions) {
  const server = await world.stub();
  const url = `ws://${server.authority}/`;
  const opening = connect(url, { clock: world.clock, ...options });
  const peer = await server.next();
  const lines = options.perMessageDeflate === false ? [] : [`Sec-WebSocket-Extensions: ${OFFER}`];
  await peer.accept(lines);
  const seen = world.watch(await opening, reading);
  return { seen, remote: remoteOf(peer, peer.socket, undefined) };
}

function remoteOf(
  peer: Pick<Remote, "frame" | "ended">,
  socket: Duplex,
  maskingKey: Uint8Array | undefined,
): Remote {
  const encode = (frame: WireFrame): Uint8Array => encodeFrame(frame, { maskingKey });
  return {
    socket,
    encode,
    send: (...frames) => void socket.write(concat(frames.map(encode))),
    sendBytes: (bytes) => void socket.write(bytes),
    frame: () => peer.frame(),
    ended: () => peer.ended(),
    reset: () => {
      if (socket instanceof Socket) socket.resetAndDestroy();
    },
  };
}
