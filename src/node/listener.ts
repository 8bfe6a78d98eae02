/** The own listener of a server: sockets, and the heads of requests on them. */
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { LONGEST_DELAY_MS } from "../input/index.js";
import {
  type CompleteHead,
  HandshakeError,
  type RequestHead,
  RequestHeadReader,
} from "../protocol/index.js";
import { decodeLatin1 } from "./platform.js";
import { judgeArrival } from "./server-request.js";
import { claimOf } from "./upgrade-claim.js";
import { faultRefusal } from "./upgrade-refusal.js";
import type { PendingTransport } from "./upgrade-transport.js";
import type { AnyUpgrader } from "./upgrade.js";

/** Where a server listens by itself. */
export interface ListenerOptions {
  /** Listens on this TCP port; 0 picks a free one. */
  readonly port?: number | undefined;

  /** Address to listen on, with `port`. @defaultValue all addresses, as Node has it */
  readonly host?: string | undefined;

  /**
   * Lets other processes listen on the same port, which all have to ask for that; the
   * system spreads the connections over them. With `port`, from Node 22.12 and 23.1 on,
   * where the system can: Linux, FreeBSD, but not macOS or Windows.
   *
   * @defaultValue false
   */
  readonly reusePort?: boolean | undefined;

  /** Listens on this Unix socket or Windows pipe. */
  readonly socketPath?: string | undefined;

  /** Certificate, key and the like for an own listener that speaks TLS (wss). */
  readonly tls?: TlsOptions | undefined;
}

/** How many clients may wait to be accepted. When all come back at once, Node's 511 would keep many of them waiting for a second or more. */
const BACKLOG = 4096;

/**
 * Tells whether Node can let several processes listen on one port, each for itself: from
 * 22.12 and 23.1 on. Before, it ignores the option, and the second process cannot listen.
 */
export function canReusePort(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

/** Listens, and gives everything that connects to an upgrader. */
export class Listener {
  /** Rejects when listening fails. That ends the process, like the error of any server of Node, unless somebody handles it. */
  readonly listening: Promise<void>;
  readonly #server: TcpServer;
  /** What TLS runs on: while its handshake lasts, nobody else knows of a socket. */
  readonly #underTls = new Set<Socket>();

  /**
   * @param onError - Gets errors from when it listens: no file descriptors left, for example.
   * @throws {RangeError} The port is out of range.
   * @throws {Error} The TLS options are no good.
   */
  constructor(
    { port, host, socketPath, tls, reusePort = false }: ListenerOptions,
    upgrader: AnyUpgrader,
    onError: (error: unknown) => void,
  ) {
    const onSocket = (socket: Socket): void => {
      // A client that has ended its side still gets to read its answer. For TLS not before
      // now: in its handshake Node would keep those who go until the timeout, and longer.
      socket.allowHalfOpen = true;
      serve(socket, upgrader);
    };
    const server =
      tls === undefined
        ? createTcpServer({ noDelay: true }, onSocket)
        : createTlsServer(tlsOptions(tls, upgrader), onSocket);
    if (tls !== undefined) server.on("connection", (socket: Socket) => this.#watch(socket));
    this.listening = new Promise<void>((resolve, reject) => {
      server.once("listening", resolve);
      server.on("error", (error) => {
        if (server.listening) onError(error);
        else reject(error);
      });
    });
    // Not both in one object: Node takes a `port` that is there, even undefined, for port 0.
    const where = socketPath === undefined ? { port, host } : { path: socketPath };
    // A worker of node:cluster would be given the primary's listener otherwise.
    const sharing = reusePort ? { reusePort: true, exclusive: true } : {};
    server.listen({ ...where, ...sharing, backlog: BACKLOG });
    this.#server = server;
  }

  /** Where it listens; `null` when it does not. */
  address(): AddressInfo | string | null {
    return this.#server.address();
  }

  /** Stops listening at once, and waits until all sockets that came of it are closed. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      const close = (): void => void this.#server.close(() => resolve());
      // One that is about to listen cannot be closed before it does.
      if (this.#server.listening) close();
      else this.listening.then(close, close);
    });
  }

  /** Ends sockets whose TLS handshake goes on. */
  destroyAll(): void {
    for (const socket of this.#underTls) socket.destroy();
  }

  #watch(socket: Socket): void {
    this.#underTls.add(socket);
    socket.once("close", () => this.#underTls.delete(socket));
  }
}

function tlsOptions(tls: TlsOptions, { options }: AnyUpgrader): TlsOptions {
  const handshakeTimeout = Math.min(options.handshakeTimeoutMs, LONGEST_DELAY_MS);
  return { ALPNProtocols: ["http/1.1"], handshakeTimeout, ...tls, noDelay: true };
}

/** Reads the request of a fresh transport, and has it answered. */
export function serve(transport: Duplex, upgrader: AnyUpgrader): void {
  const pending = upgrader.open(transport);
  const reader = new RequestHeadReader(upgrader.options.limits, decodeLatin1);
  pending.readHead((chunk) => {
    const complete = read(reader, chunk, pending, upgrader);
    if (complete === undefined) return;
    pending.keep(complete.rest);
    const arrival = judgeArrival(complete.head, { transport }, upgrader.options.isTrusted);
    upgrader.answer(pending, arrival, claimOf(arrival, upgrader.options));
  });
}

/** The head once it is complete. One that is no good is refused. */
function read(
  reader: RequestHeadReader,
  chunk: Uint8Array,
  pending: PendingTransport,
  upgrader: AnyUpgrader,
): CompleteHead<RequestHead> | undefined {
  try {
    return reader.push(chunk);
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    upgrader.refuse(pending, faultRefusal(error.code, error.detail));
    return undefined;
  }
}
