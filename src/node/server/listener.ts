/** The own listener of a server: TCP, TLS or a Unix socket. */
import net from "node:net";
import { type BigIntStats, lstatSync, unlinkSync } from "node:fs";
import {
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
  createServer as createTcpServer,
} from "node:net";
import {
  type SecureContextOptions,
  type Server as TlsServer,
  type TlsOptions,
  createServer as createTlsServer,
} from "node:tls";
import { LONGEST_DELAY_MS } from "../../input/index.js";
import { codeOf } from "../connection/transport-error.js";

/** Options of a server with its own listener. */
export interface ListenerOptions {
  /** Listens on this TCP port; 0 picks a free one. */
  readonly port?: number | undefined;

  /** Address to listen on, with `port`. @defaultValue all addresses, as Node has it */
  readonly host?: string | undefined;

  /**
   * Lets other processes listen on the same port, when all of them set this option. The system spreads
   * the connections over them. It needs `port`, Node 22.12, 23.1 or later, and a system that can do it:
   * Linux and FreeBSD can, macOS and Windows cannot.
   *
   * @defaultValue false
   */
  readonly reusePort?: boolean | undefined;

  /**
   * How many clients may wait to be accepted, with `port` or `socketPath`. The system has its own limit,
   * such as `net.core.somaxconn`.
   *
   * @defaultValue 4096: when all clients come back at once, with Node's 511 many of them wait for a
   *   second or more
   */
  readonly backlog?: number | undefined;

  /** Listens on this Unix socket or Windows pipe. */
  readonly socketPath?: string | undefined;

  /**
   * Removes the file at `socketPath` when it is a socket that no process listens on: a process that was
   * killed leaves such a file. A socket with a listener stays, and so does any other file: then
   * listening fails with EADDRINUSE.
   *
   * @defaultValue true: a server should come back after a crash
   */
  readonly removeStaleSocket?: boolean | undefined;

  /** Options of TLS, such as `cert` and `key`: the listener then speaks wss. `setSecureContext` replaces them later. */
  readonly tls?: TlsOptions | undefined;
}

const BACKLOG = 4096;

/** The largest backlog that the system takes. */
const MAX_BACKLOG = 2 ** 31 - 1;

/** @throws {TypeError | RangeError} An option cannot be used, or needs another one that is missing. */
export function checkListenerOptions({
  port,
  host,
  reusePort,
  backlog,
  socketPath,
  removeStaleSocket,
  tls,
}: ListenerOptions): void {
  const isOwn = port !== undefined || socketPath !== undefined;
  if (host !== undefined && port === undefined) throw new TypeError("host goes with port");
  if (reusePort === true) checkReusePort(port);
  if (backlog !== undefined && !isOwn) throw new TypeError("backlog goes with port or socketPath");
  const isCount = backlog === undefined || (Number.isInteger(backlog) && backlog > 0);
  if (!isCount || (backlog ?? 0) > MAX_BACKLOG) {
    throw new RangeError(`backlog must be a whole number from 1 to ${MAX_BACKLOG}, not ${backlog}`);
  }
  if (removeStaleSocket !== undefined && socketPath === undefined) {
    throw new TypeError("removeStaleSocket goes with socketPath");
  }
  if (tls !== undefined && !isOwn) throw new TypeError("tls goes with port or socketPath");
}

function checkReusePort(port: number | undefined): void {
  if (port === undefined) throw new TypeError("reusePort goes with port");
  if (!canReusePort(process.versions.node)) {
    throw new TypeError(
      "reusePort needs Node 22.12, 23.1 or later; node:cluster shares a port on every Node",
    );
  }
}

/**
 * Tells whether Node can let several processes listen on one port: from 22.12 and 23.1 on. Earlier
 * versions ignore the option, and the second process cannot listen.
 */
export function canReusePort(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

/** Receives the sockets and the errors of a listener. */
interface ListenerEvents {
  readonly onSocket: (socket: Socket) => void;
  /** Gets errors of a listener that listens: no file descriptors left, for example. */
  readonly onError: (error: unknown) => void;
}

/** Listens for sockets. */
export class Listener {
  /** Rejects when listening fails. Unless the rejection is handled, it ends the process, as the error of any server of Node does. */
  readonly listening: Promise<void>;
  readonly #server: TcpServer;
  readonly #secureContext: SecureContext | undefined;
  /** Set when it stops. Resolves when all its sockets are closed. */
  #closed: Promise<void> | undefined;
  /** Sockets below TLS: during the TLS handshake no other part knows about them. */
  readonly #underTls = new Set<Socket>();

  /**
   * @param handshakeTimeoutMs - Longest time of a TLS handshake.
   * @throws {RangeError} The port is out of range.
   * @throws {Error} The TLS options cannot be used.
   */
  constructor(options: ListenerOptions, handshakeTimeoutMs: number, events: ListenerEvents) {
    const { tls } = options;
    const onSocket = (socket: Socket): void => {
      // A client that has ended its side can still read the answer. It is not set during the TLS
      // handshake: Node would keep clients that leave until the timeout, and longer.
      socket.allowHalfOpen = true;
      events.onSocket(socket);
    };
    if (tls === undefined) this.#server = createTcpServer({ noDelay: true }, onSocket);
    else {
      const server = createTlsServer(tlsOptions(tls, handshakeTimeoutMs), onSocket);
      server.on("connection", (socket: Socket) => this.#watch(socket));
      this.#secureContext = new SecureContext(server, tls);
      this.#server = server;
    }
    this.listening = this.#listen(options, events.onError);
  }

  /** The address that it listens on; `null` when it does not listen. */
  address(): AddressInfo | string | null {
    // Node still gives the path of a Unix socket when it does not listen any more.
    return this.#server.listening ? this.#server.address() : null;
  }

  /** As {@link WebSocketServer.setSecureContext}. @returns False without TLS. */
  setSecureContext(options: SecureContextOptions): boolean {
    this.#secureContext?.set(options);
    return this.#secureContext !== undefined;
  }

  /** Stops listening. Its sockets stay open. @returns Resolves when it does not listen any more. */
  async stop(): Promise<void> {
    // A server of Node that is about to listen cannot be closed before it listens.
    if (!this.#server.listening) await this.listening.catch(() => {});
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** Stops listening, and waits until all its sockets are closed. */
  async close(): Promise<void> {
    await this.stop();
    await this.#closed;
  }

  /** Destroys the sockets that are in their TLS handshake. */
  destroyAll(): void {
    for (const socket of this.#underTls) socket.destroy();
  }

  /** @throws {RangeError} The port is out of range. */
  #listen(options: ListenerOptions, onError: (error: unknown) => void): Promise<void> {
    const { port, host, socketPath, reusePort = false, backlog = BACKLOG } = options;
    // Node reads a `port` of undefined as port 0, so `path` stands alone.
    const where = socketPath === undefined ? { port, host } : { path: socketPath };
    // Without `exclusive`, a worker of node:cluster would get the listener of the primary.
    const sharing = reusePort ? { reusePort: true, exclusive: true } : {};
    const server = this.#server;
    const listen = (): unknown => server.listen({ ...where, ...sharing, backlog });
    let mayRemove = socketPath !== undefined && (options.removeStaleSocket ?? true);
    const listening = new Promise<void>((resolve, reject) => {
      const recover = async (error: Error): Promise<void> => {
        mayRemove = false; // once: after that another process listens
        if (await removeStaleSocket(socketPath ?? "")) listen();
        else reject(error);
      };
      server.once("listening", resolve);
      server.on("error", (error) => {
        if (server.listening) onError(error);
        else if (mayRemove && codeOf(error) === "EADDRINUSE") void recover(error);
        else reject(error);
      });
    });
    listen();
    return listening;
  }

  #watch(socket: Socket): void {
    this.#underTls.add(socket);
    socket.once("close", () => this.#underTls.delete(socket));
  }
}

/** The present certificate of a server, and the options around it. */
class SecureContext {
  readonly #server: TlsServer;
  #options: SecureContextOptions;

  constructor(server: TlsServer, options: TlsOptions) {
    this.#server = server;
    this.#options = options;
  }

  /** Keeps the options that are not given: Node would forget them, also the `ca` of clients, and then trust other clients. */
  set(options: SecureContextOptions): void {
    const isIdentity = ["key", "cert", "pfx"].some((name) => name in options);
    const forgotten = isIdentity ? { key: undefined, cert: undefined, pfx: undefined } : {};
    const all = { ...this.#options, ...forgotten, ...options };
    this.#server.setSecureContext(all);
    this.#options = all;
  }
}

function tlsOptions(tls: TlsOptions, handshakeTimeoutMs: number): TlsOptions {
  const handshakeTimeout = Math.min(handshakeTimeoutMs, LONGEST_DELAY_MS);
  return { ALPNProtocols: ["http/1.1"], handshakeTimeout, ...tls, noDelay: true };
}

/**
 * Removes the file of a Unix socket that no process listens on, so that a server can listen there
 * again. Other files stay, and so do sockets with a listener, which it finds by connecting. A caller
 * that listens in the turn in which this resolves is the first one in this process.
 *
 * @returns True when the path is free.
 */
export async function removeStaleSocket(path: string): Promise<boolean> {
  try {
    const before = lstatSync(path, { bigint: true });
    if (!before.isSocket() || (await hasListener(path))) return false;
    if (!isSame(before, lstatSync(path, { bigint: true }))) return false; // another process was faster and listens now
    unlinkSync(path);
    return true;
  } catch (error) {
    return codeOf(error) === "ENOENT"; // another process has removed it
  }
}

/** Compares times, too: the system may give the number of a removed file to the next one. */
function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino && one.ctimeNs === other.ctimeNs;
}

/** Any error but ECONNREFUSED may come from a listener: its queue may be full, or it may not allow this process. */
function hasListener(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => resolve(codeOf(error) !== "ECONNREFUSED"));
  });
}
