/** A server for tests that does what the test says, byte by byte: over TCP, TLS or a Unix socket. */
import { createServer as createTcpServer, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { acceptFor, type Head, headBytes, parseHead, valuesOf } from "./wire-handshake.js";
import {
  concat,
  decodeFrame,
  encodeFrame,
  type ReceivedFrame,
  type WireFrame,
} from "./wire-frame.js";
import { MemorySocket } from "./wire-memory.js";
import { PATIENCE_MS, Signal } from "./wire-signal.js";

import { portOf } from "./wire-transport.js";

export interface StubOptions {
  /** Runs TLS with these. */
  readonly tls?: TlsOptions;
  /** Listens there instead of on a port. */
  readonly path?: string;
}

/** Listens on a free port; `await using` ends it with all its connections. */
export class StubServer implements AsyncDisposable {
  /** What has connected and was not asked for yet. */
  readonly waiting: StubPeer[] = [];
  /** How many TCP connections there have been, those included whose TLS failed. */
  connections = 0;
  readonly #server: ReturnType<typeof createTcpServer>;
  readonly #sockets = new Set<Socket>();
  readonly #signal = new Signal();

  private constructor(options: StubOptions) {
    const accept = (socket: Socket): void => {
      this.waiting.push(new StubPeer(socket));
      this.#signal.notify();
    };
    this.#server =
      options.tls === undefined ? createTcpServer(accept) : createTlsServer(options.tls, accept);
    this.#server.on("connection", (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        this.#signal.notify();
      });
      this.#signal.notify();
    });
    this.#server.on("tlsClientError", () => {});
  }

  static async start(options: StubOptions = {}): Promise<StubServer> {
    const stub = new StubServer(options);
    const server = stub.#server;
    await new Promise<void>((resolve) => {
      if (options.path === undefined) server.listen(0, "127.0.0.1", resolve);
      else server.listen(options.path, resolve);
    });
    return stub;
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** `127.0.0.1:port` */
  get authority(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The next connection. */
  async next(): Promise<StubPeer> {
    return this.#until("a connection", () => this.waiting.shift());
  }

  /** Waits until a TCP connection has come, with or without TLS on it. */
  async touched(): Promise<void> {
    await this.#until("a connection", () => (this.connections > 0 ? true : undefined));
  }

  /** Waits until every connection is closed, at both ends. */
  async deserted(): Promise<void> {
    await this.#until("the end", () => (this.#sockets.size === 0 ? true : undefined));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #until<T>(what: string, probe: () => T | undefined): Promise<T> {
    const found = await this.#signal.until(probe, PATIENCE_MS);
    if (found === undefined) throw new Error(`${what} did not come`);
    return found;
  }
}

/** One connection, seen from the server: the test reads and writes what it likes. */
export class StubPeer {
  readonly socket: Duplex;
  /** What has come and was not asked for yet. */
  bytes: Uint8Array = new Uint8Array(0);
  hasEnded = false;
  isClosed = false;
  readonly #signal = new Signal();

  constructor(socket: Duplex) {
    this.socket = socket;
    socket.on("data", (chunk: Uint8Array) => {
      this.bytes = concat([this.bytes, chunk]);
      this.#signal.notify();
    });
    socket.on("end", () => {
      this.hasEnded = true;
      this.#signal.notify();
    });
    socket.on("close", () => {
      this.isClosed = true;
      this.#signal.notify();
    });
    socket.on("error", () => {});
  }

  /** The next request head. */
  async head(): Promise<Head> {
    const head = await this.#until("a head", () => parseHead(this.bytes));
    this.bytes = head.rest;
    return head;
  }

  /** Waits until `count` bytes wait to be asked for. */
  async arrived(count: number): Promise<void> {
    await this.#until("bytes", () => (this.bytes.length >= count ? true : undefined));
  }

  /** The next frame. */
  async frame(): Promise<ReceivedFrame> {
    const next = await this.#until("a frame", () => decodeFrame(this.bytes));
    this.bytes = next.rest;
    return next.frame;
  }

  /** Reads the request and accepts it; `lines` are added to the response, `frames` come in the same segment. */
  async accept(lines: readonly string[] = [], frames: readonly WireFrame[] = []): Promise<Head> {
    const head = await this.head();
    this.write(concat([acceptance(head, lines), ...frames.map((frame) => encodeFrame(frame))]));
    return head;
  }

  /** Reads the request and answers with these lines, and a body. */
  async answer(lines: readonly string[], body = ""): Promise<Head> {
    const head = await this.head();
    this.write(concat([headBytes(lines), Buffer.from(body)]));
    return head;
  }

  write(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  send(...frames: readonly WireFrame[]): void {
    this.write(concat(frames.map((frame) => encodeFrame(frame))));
  }

  /** Writes byte by byte, each in a turn of its own. */
  async trickle(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      await new Promise((resolve) => {
        this.socket.write(Uint8Array.of(byte), resolve);
      });
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** Cuts the connection with a RST. */
  reset(): void {
    if (this.socket instanceof Socket) this.socket.resetAndDestroy();
  }

  /** Ends the server's side with a FIN. */
  end(): void {
    this.socket.end();
  }

  /** Waits until the peer has ended its side, or all of it. */
  async ended(): Promise<void> {
    await this.#until("the end", () => (this.hasEnded || this.isClosed ? true : undefined));
  }

  async #until<T>(what: string, probe: () => T | undefined): Promise<T> {
    const found = await this.#signal.until(probe, PATIENCE_MS);
    if (found === undefined) throw new Error(`${what} did not come`);
    return found;
  }
}

/** A peer in memory, and the option that connects to it. */
export function memoryPeer(): { peer: StubPeer; createConnection: () => Duplex } {
  const [ours, theirs] = MemorySocket.pair();
  return { peer: new StubPeer(theirs), createConnection: () => ours };
}

/** The response that a client expects, with `lines` added. */
export function acceptance(request: Head, lines: readonly string[] = []): Uint8Array {
  const [key = ""] = valuesOf(request, "sec-websocket-key");
  return headBytes([
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptFor(key)}`,
    ...lines,
  ]);
}
