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

  /**
   * How many clients may wait to be accepted, with `port` or `socketPath`. The system has a limit of
   * its own, such as `net.core.somaxconn`.
   *
   * @defaultValue 4096: when all clients come back at once, Node's 511 keeps many of them waiting for
   *   a second or more
   */
  readonly backlog?: number | undefined;

  /** Listens on this Unix socket or Windows pipe. */
  readonly socketPath?: string | undefined;

  /**
   * Removes the file at `socketPath` when it is in the way and is a socket that nobody listens on: a
   * process that was killed leaves one behind. A socket with a listener, and what is no
   * socket, stays: then listening fails with EADDRINUSE.
   *
   * @defaultValue true: a server is to come back after a crash
   */
  readonly removeStaleSocket?: boolean | undefined;

  /** Certificate, key and the like for an own listener that speaks TLS (wss). See `setSecureContext` for new ones. */
  readonly tls?: TlsOptions | undefined;
}

const BACKLOG = 4096;

/** What the system takes for a backlog. */
const MAX_BACKLOG = 2 ** 31 - 1;

/** @throws {TypeError | RangeError} An option cannot be used, or goes with another that is not there. */
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
 * Tells whether Node can let several processes listen on one port, each for itself: from
 * 22.12 and 23.1 on. Before, it ignores the option, and the second process cannot listen.
 */
export function canReusePort(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

/** What a listener does with sockets and with errors. */
interface ListenerEvents {
  readonly onSocket: (socket: Socket) => void;
  /** Gets errors from when it listens: no file descriptors left, for example. */
  readonly onError: (error: unknown) => void;
}

/** Listens for sockets. */
export class Listener {
  /** Rejects when listening fails. That ends the process, like the error of any server of Node, unless somebody handles it. */
  readonly listening: Promise<void>;
  readonly #server: TcpServer;
  readonly #secureContext: SecureContext | undefined;
  /** Resolves when all sockets that came of it are closed, once it has stopped. */
  #closed: Promise<void> | undefined;
  /** What TLS runs on: while its handshake lasts, nobody else knows of a socket. */
  readonly #underTls = new Set<Socket>();

  /**
   * @param handshakeTimeoutMs - Longest time of a TLS handshake.
   * @throws {RangeError} The port is out of range.
   * @throws {Error} The TLS options are no good.
   */
  constructor(options: ListenerOptions, handshakeTimeoutMs: number, events: ListenerEvents) {
    const { tls } = options;
    const onSocket = (socket: Socket): void => {
      // A client that has ended its side still gets to read its answer. For TLS not before
      // now: in its handshake Node would keep those who go until the timeout, and longer.
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

  /** Where it listens; `null` when it does not. */
  address(): AddressInfo | string | null {
    // Node goes on telling the path of a Unix socket when it listens no longer.
    return this.#server.listening ? this.#server.address() : null;
  }

  /** As {@link WebSocketServer.setSecureContext}. @returns False without TLS. */
  setSecureContext(options: SecureContextOptions): boolean {
    this.#secureContext?.set(options);
    return this.#secureContext !== undefined;
  }

  /** Stops listening, at once where it does. Sockets that came of it stay. @returns Resolves when it does not listen any more. */
  async stop(): Promise<void> {
    // One that is about to listen cannot be closed before it does.
    if (!this.#server.listening) await this.listening.catch(() => {});
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** Stops listening, and waits until all sockets that came of it are closed. */
  async close(): Promise<void> {
    await this.stop();
    await this.#closed;
  }

  /** Ends sockets whose TLS handshake goes on. */
  destroyAll(): void {
    for (const socket of this.#underTls) socket.destroy();
  }

  /** @throws {RangeError} The port is out of range. */
  #listen(options: ListenerOptions, onError: (error: unknown) => void): Promise<void> {
    const { port, host, socketPath, reusePort = false, backlog = BACKLOG } = options;
    // Not both in one object: Node takes a `port` that is there, even undefined, for port 0.
    const where = socketPath === undefined ? { port, host } : { path: socketPath };
    // A worker of node:cluster would be given the primary's listener otherwise.
    const sharing = reusePort ? { reusePort: true, exclusive: true } : {};
    const server = this.#server;
    const listen = (): unknown => server.listen({ ...where, ...sharing, backlog });
    let mayRemove = socketPath !== undefined && (options.removeStaleSocket ?? true);
    const listening = new Promise<void>((resolve, reject) => {
      const recover = async (error: Error): Promise<void> => {
        mayRemove = false; // once: then somebody listens
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

/** The certificate of a server, and what goes with it, as it is now. */
class SecureContext {
  readonly #server: TlsServer;
  #options: SecureContextOptions;

  constructor(server: TlsServer, options: TlsOptions) {
    this.#server = server;
    this.#options = options;
  }

  /** Node forgets what is not given anew, the `ca` of clients among it: that would trust others. */
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
 * Removes the file of a Unix socket that nobody listens on, so that a server can listen there
 * again. Other files, and sockets that somebody listens on, stay: it asks by connecting. Whoever
 * listens in the same turn in which this resolves is the first to do so in this process.
 *
 * @returns Whether there is nothing in the way now.
 */
export async function removeStaleSocket(path: string): Promise<boolean> {
  try {
    const before = lstatSync(path, { bigint: true });
    if (!before.isSocket() || (await hasListener(path))) return false;
    if (!isSame(before, lstatSync(path, { bigint: true }))) return false; // who was faster listens now
    unlinkSync(path);
    return true;
  } catch (error) {
    return codeOf(error) === "ENOENT"; // somebody else has removed it
  }
}

/** The number of a file alone may be that of one removed just before. */
function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino && one.ctimeNs === other.ctimeNs;
}

/** Anything but a plain refusal may mean that somebody is there: one whose queue is full, or whose socket is not for us. */
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
