/** A client for tests that sends what the test says, byte by byte, and sees every byte that comes back. */
import { type AddressInfo, connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import {
  concat,
  decodeFrame,
  encodeFrame,
  type ReceivedFrame,
  SCRIPT_KEY,
  type WireFrame,
} from "./wire-frame.js";
import { type Head, headBytes, parseHead, SAMPLE_KEY, valuesOf } from "./wire-handshake.js";
import { PATIENCE_MS, Signal } from "./wire-signal.js";

/** Where to connect to. */
export type Address = { readonly port: number } | { readonly path: string };

/** Names in lower case. `undefined` leaves a field out, a list makes several lines. */
export type RequestFields = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request for an upgrade that is in order, but for what `fields` changes. */
export function upgradeRequest(
  target = "/",
  fields: RequestFields = {},
  requestLine = `GET ${target} HTTP/1.1`,
): Uint8Array {
  const all: RequestFields = {
    host: "localhost",
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-key": SAMPLE_KEY,
    "sec-websocket-version": "13",
    ...fields,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}`),
  );
  return headBytes([requestLine, ...lines]);
}

export interface Answer {
  readonly httpStatus: number;
  readonly head: Head;
  /** The body of a response other than 101, once the server has ended the connection. */
  readonly body: string;
}

export class RawClient implements Disposable {
  readonly socket: Socket;
  /** What the server sent and nobody has taken yet. */
  received: Uint8Array = new Uint8Array(0);
  /** In how many pieces it came. */
  chunks = 0;
  hasEnded = false;
  isClosed = false;
  error: Error | undefined;
  readonly #signal = new Signal();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Uint8Array) => {
      this.received = concat([this.received, chunk]);
      this.chunks++;
      this.#signal.notify();
    });
    socket.on("end", () => {
      this.hasEnded = true;
      this.#signal.notify();
    });
    socket.on("error", (error) => {
      this.error = error;
    });
    socket.on("close", () => {
      this.isClosed = true;
      this.#signal.notify();
    });
  }

  /** Connects. Its own side stays open when the server ends. */
  static async connect(to: Address): Promise<RawClient> {
    const client = new RawClient(dial(to));
    await new Promise((resolve, reject) => {
      client.socket.once("connect", resolve);
      client.socket.once("error", reject);
    });
    return client;
  }

  static async connectTls(to: { readonly port: number }, ca: string): Promise<RawClient> {
    const socket = connectTls({ socket: dial(to), host: "127.0.0.1", ca });
    const client = new RawClient(socket);
    await new Promise((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
    });
    return client;
  }

  /** Connects, and sends `bytes`. */
  static async send(to: Address, bytes: Uint8Array | string): Promise<RawClient> {
    const client = await RawClient.connect(to);
    client.send(bytes);
    return client;
  }

  send(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Sends frames, masked as a client has to, in one piece. */
  sendFrames(...frames: readonly WireFrame[]): void {
    this.send(concat(frames.map((one) => encodeFrame(one, { maskingKey: SCRIPT_KEY }))));
  }

  /** The response head; what comes behind it stays in {@link received}. */
  async head(): Promise<Head> {
    const head = await this.#until("a response", () => parseHead(this.received));
    this.received = head.rest;
    return head;
  }

  /** The whole response: for one that is not 101 up to the end of the connection. */
  async answer(): Promise<Answer> {
    const head = await this.head();
    const httpStatus = Number(head.startLine.split(" ")[1]);
    if (httpStatus === 101) return { httpStatus, head, body: "" };
    await this.ended();
    return { httpStatus, head, body: Buffer.from(this.received).toString() };
  }

  /** The next frame. */
  async frame(): Promise<ReceivedFrame> {
    const next = await this.#until("a frame", () => decodeFrame(this.received));
    this.received = next.rest;
    return next.frame;
  }

  /** Waits for the server's FIN. */
  async ended(): Promise<void> {
    await this.#until("the end", () => (this.hasEnded || this.isClosed ? true : undefined));
  }

  /** Waits until both sides are closed. */
  async closed(): Promise<void> {
    await this.#until("the close", () => (this.isClosed ? true : undefined));
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  async #until<T>(what: string, probe: () => T | undefined): Promise<T> {
    const found = await this.#signal.until(probe, PATIENCE_MS);
    if (found === undefined) throw new Error(`${what} did not come`);
    return found;
  }
}

function dial(to: Address): Socket {
  const place = "path" in to ? { path: to.path } : { host: "127.0.0.1", port: to.port };
  return connectTcp({ ...place, allowHalfOpen: true, noDelay: true });
}

/** The port of a server that listens on one. */
export function portOf(server: { address(): AddressInfo | string | null | undefined }): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

/** Sends one request, and gives the whole answer. */
export async function answerTo(to: Address, bytes: Uint8Array | string): Promise<Answer> {
  using client = await RawClient.send(to, bytes);
  return await client.answer(); // not without await: the client must live until then
}

/** The status that a request gets. */
export async function statusOf(to: Address, bytes: Uint8Array | string): Promise<number> {
  return (await answerTo(to, bytes)).httpStatus;
}

/** The value of one field of an answer; `undefined` when it is not there, or there more than once. */
export function fieldOf({ head }: Answer, name: string): string | undefined {
  const values = valuesOf(head, name);
  return values.length === 1 ? values[0] : undefined;
}
