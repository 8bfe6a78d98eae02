/** A connection of ours whose peer is the test itself, frame by frame. */
import type { Duplex } from "node:stream";
import { WebSocketConnection } from "../../src/node/connection/connection.js";
import { type ConnectionOptions, resolveConnectionOptions } from "../../src/node/options.js";
import type { DeflateParameters } from "../../src/protocol/index.js";
import type { Role } from "../../src/protocol/connection-options.js";
import { FakeClock } from "./clock.js";
import {
  concat,
  decodeFrame,
  encodeFrame,
  frame,
  type ReceivedFrame,
  SCRIPT_KEY,
  type WireFrame,
} from "./wire-frame.js";
import { MemorySocket } from "./wire-memory.js";
import { PATIENCE_MS, Signal, turn } from "./wire-signal.js";

export const NO_DEFLATE_LIMITS: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

export interface PeerOptions extends ConnectionOptions {
  readonly role?: Role;
  readonly deflate?: DeflateParameters;
  readonly received?: Uint8Array;
  readonly onClosed?: () => void;
}

/** Makes one end of ours over `transport`. */
export function over<Data>(
  transport: Duplex,
  data: Data,
  { role = "server", deflate, received, onClosed, ...options }: PeerOptions = {},
): WebSocketConnection<Data> {
  return new WebSocketConnection({
    role,
    transport,
    options: resolveConnectionOptions(options, role),
    subprotocol: "",
    deflate,
    received: received ?? new Uint8Array(0),
    data,
    onClosed,
  });
}

/** Two ends of ours, joined in memory. */
export function connectedPair(options: ConnectionOptions & { deflate?: DeflateParameters } = {}): {
  client: WebSocketConnection;
  server: WebSocketConnection;
} {
  const [here, there] = MemorySocket.pair();
  return {
    client: over(here, undefined, { ...options, role: "client" }),
    server: over(there, undefined, { ...options, role: "server" }),
  };
}

/** The test's end: it sees bytes and frames, and reads only when told when `isReading` is false. */
export class RawPeer {
  readonly socket: MemorySocket;
  readonly connection: WebSocketConnection<string>;
  readonly clock: FakeClock = new FakeClock();
  readonly transport: MemorySocket;
  /** Frames that have come and were not asked for yet. */
  readonly frames: ReceivedFrame[] = [];
  hasEnded = false;
  readonly #role: Role;
  readonly #signal = new Signal();
  #bytes: Uint8Array = new Uint8Array(0);

  constructor({ role = "server", ...options }: PeerOptions = {}, isReading = true) {
    const [ours, theirs] = MemorySocket.pair();
    this.#role = role;
    this.transport = ours;
    this.socket = theirs;
    this.connection = over(ours, "data", { role, clock: this.clock, ...options });
    theirs.on("error", () => {});
    theirs.on("end", () => {
      this.hasEnded = true;
      this.#signal.notify();
    });
    theirs.on("close", () => this.#signal.notify());
    if (isReading) this.read();
  }

  /** Begins to read. */
  read(): void {
    this.socket.on("data", (chunk: Uint8Array) => {
      this.#bytes = concat([this.#bytes, chunk]);
      for (let next = decodeFrame(this.#bytes); next; next = decodeFrame(this.#bytes)) {
        this.frames.push(next.frame);
        this.#bytes = next.rest;
      }
      this.#signal.notify();
    });
  }

  /** Sends frames in one piece. */
  send(...frames: readonly WireFrame[]): void {
    this.sendBytes(Buffer.concat(frames.map((one) => this.encode(one))));
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  encode(one: WireFrame): Uint8Array {
    return encodeFrame(one, this.#role === "server" ? { maskingKey: SCRIPT_KEY } : {});
  }

  message(text: string): void {
    this.send(frame(1, text));
  }

  /** The next frame that our end sent. */
  async next(): Promise<ReceivedFrame> {
    const found = await this.#signal.until(() => this.frames.shift(), PATIENCE_MS);
    if (found === undefined) throw new Error("no frame came");
    return found;
  }

  /** Waits for our end's FIN. */
  async ended(): Promise<void> {
    const found = await this.#signal.until(() => (this.hasEnded ? true : undefined), PATIENCE_MS);
    if (found === undefined) throw new Error("the transport did not end");
  }
}

/** Waits until `probe` is true, turn by turn: how many it takes is up to the system and to what else it does. */
export async function eventually(probe: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!probe()) {
    if (performance.now() > deadline) throw new Error("it did not happen");
    await turn();
  }
}

/** Lets everything in flight arrive. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn();
}
