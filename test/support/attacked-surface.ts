/** Every way by which a peer's bytes come in, open and ready for an attack. */
import { connect, type WebSocketConnection } from "../../src/index.js";
import { deflateRawSync, constants } from "node:zlib";
import { RawClient, upgradeRequest } from "./raw-client.js";
import type { WayIn } from "./server-under-test.js";
import { memoryPeer } from "./stub-server.js";
import type { World } from "./universal.js";
import { opened } from "./websocket-peer.js";
import {
  CLOSE,
  concat,
  encodeFrame,
  type ReceivedFrame,
  SCRIPT_KEY,
  type WireForm,
  type WireFrame,
} from "./wire-frame.js";
import { shown } from "./witness.js";

/** The attacker's end. */
export interface Attacked {
  /** Frames in one piece, masked if they have to be. */
  send(...frames: readonly Attack[]): void;
  sendBytes(bytes: Uint8Array): void;
  /** The code of the Close frame that comes: 1005 when it has none. */
  closeCode(): Promise<number>;
  /** What the application was told of messages, so far. */
  readonly messages: readonly string[];
}

export type Attack = readonly [frame: WireFrame, form?: WireForm];

export interface AttackedSurface {
  readonly name: string;
  open(world: World): Promise<Attacked>;
}

const DEFLATE = "permessage-deflate";

function server(wayIn: WayIn, reading: "listener" | "loop"): AttackedSurface {
  return {
    name: `a ${reading} behind ${wayIn}`,
    open: async (world) => {
      const under = await world.serve({ perMessageDeflate: true }, wayIn);
      const messages: string[] = [];
      under.server.on("connection", (connection) => take(connection, reading, messages));
      const fields = { "sec-websocket-extensions": DEFLATE };
      const client = world.use(await RawClient.send(under, upgradeRequest("/", fields)));
      await client.head();
      const encode = ([frame, form]: Attack): Uint8Array =>
        encodeFrame(frame, { maskingKey: SCRIPT_KEY, ...form });
      return {
        messages,
        send: (...frames) => client.send(concat(frames.map((one) => encode(one)))),
        sendBytes: (bytes) => client.send(bytes),
        closeCode: () => codeOf(() => client.frame()),
      };
    },
  };
}

function client(reading: "listener" | "loop"): AttackedSurface {
  return {
    name: `a client's ${reading}`,
    open: async (world) => {
      const { peer, createConnection } = memoryPeer();
      const connecting = connect("ws://test.example/", { createConnection, clock: world.clock });
      await peer.accept([`Sec-WebSocket-Extensions: ${DEFLATE}`]);
      const connection = await connecting;
      const messages: string[] = [];
      world.watch(connection);
      world.defer(() => peer.socket.destroy());
      take(connection, reading, messages);
      return attackedBy(peer, messages);
    },
  };
}

const webSocket: AttackedSurface = {
  name: "a WebSocket",
  open: async (world) => {
    const { peer, socket } = await opened({ clock: world.clock }, [
      `Sec-WebSocket-Extensions: ${DEFLATE}`,
    ]);
    world.defer(() => peer.socket.destroy());
    const messages: string[] = [];
    socket.addEventListener("message", ({ data }) => {
      messages.push(typeof data === "string" ? shown(data) : "binary");
    });
    return attackedBy(peer, messages);
  },
};

function attackedBy(
  peer: ReturnType<typeof memoryPeer>["peer"],
  messages: readonly string[],
): Attacked {
  return {
    messages,
    send: (...frames) =>
      peer.write(concat(frames.map(([frame, form]) => encodeFrame(frame, form)))),
    sendBytes: (bytes) => peer.write(bytes),
    closeCode: () => codeOf(() => peer.frame()),
  };
}

function take(
  connection: WebSocketConnection,
  reading: "listener" | "loop",
  messages: string[],
): void {
  if (reading === "listener") {
    connection.on("message", (message) => void messages.push(shown(message)));
    return;
  }
  void (async () => {
    for await (const message of connection) messages.push(shown(message));
  })();
}

async function codeOf(next: () => Promise<ReceivedFrame>): Promise<number> {
  for (;;) {
    const { opcode, payload } = await next();
    if (opcode !== CLOSE) continue;
    return payload.length < 2 ? 1005 : Buffer.from(payload).readUInt16BE();
  }
}

export const ATTACKED: readonly AttackedSurface[] = [
  server("own listener", "listener"),
  server("own listener", "loop"),
  server("http server", "listener"),
  server("handleUpgrade", "listener"),
  server("accept", "listener"),
  client("listener"),
  client("loop"),
  webSocket,
];

const bombs = new Map<number, Uint8Array>();

/** So many bytes of the same, compressed: about a thousandth of it. */
export function bomb(bytes: number): Uint8Array {
  const made = bombs.get(bytes);
  if (made !== undefined) return made;
  const whole = deflateRawSync(Buffer.alloc(bytes, 97), { finishFlush: constants.Z_SYNC_FLUSH });
  const payload = whole.subarray(0, -4);
  bombs.set(bytes, payload);
  return payload;
}
