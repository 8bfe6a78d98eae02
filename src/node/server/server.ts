/** The WebSocket server. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import type { Names } from "../../input/index.js";
import { CloseCode } from "../../protocol/index.js";
import type { WebSocketConnection } from "../connection/connection.js";
import { tellHandlerFailed } from "../diagnostics.js";
import { Emitter } from "../emitter.js";
import { SERVER_EVENT_ADVICE } from "../foreign-names.js";
import { LISTENER_FAILED, listenerOf, reportTo } from "../handler-error.js";
import { Listener } from "./listener.js";
import { type ResolvedServerOptions, resolveServerOptions, type ServerOptions } from "./options.js";
import type { ServerRequest } from "./request.js";
import {
  type ResolvedShutdownOptions,
  resolveShutdownOptions,
  type ShutdownOptions,
} from "./shutdown.js";
import { attach, isSecureServer } from "./attached.js";
import type { AdmissionGuard } from "./guard.js";
import { RefusalWarnings, type RefusedHandshake } from "./refusal.js";
import { answerUpgrade, serve, type UpgradeOptions } from "./handed.js";
import { Upgrader } from "./upgrade.js";

/** The events of a server. */
export interface ServerEvents<Data> {
  /**
   * A client is connected. When a listener throws, or its promise rejects, the
   * connection is closed with 1011 and `onHandlerError` gets the error.
   */
  connection: [connection: WebSocketConnection<Data>, request: ServerRequest];
  /**
   * An opening handshake has been refused, for logs and metrics. Clients that are accepted only to be
   * closed count. There is no request when none had arrived, or when it could not be read.
   *
   * Without a listener, the process warns once of each kind of refusal that options, or a proxy in
   * front, often cause.
   */
  refused: [refusal: RefusedHandshake, request: ServerRequest | undefined];
}

/** A new event is a row here. */
const EVENTS: Names<ServerEvents<unknown>> = {
  owner: "a WebSocketServer",
  known: { connection: true, refused: true },
  advice: SERVER_EVENT_ADVICE,
};

/**
 * A WebSocket server (RFC 6455 §4.2), with a listener of its own, on an http server, or
 * for sockets that are handed to it. All three go through the same checks, in the same
 * order: the rules of the RFC, path, origin, number of connections, `authenticate`.
 *
 * Nothing that a peer does throws, or ends the process.
 */
export class WebSocketServer<Data = undefined>
  extends Emitter<ServerEvents<Data>>
  implements AsyncDisposable
{
  readonly #options: ResolvedServerOptions<Data>;
  readonly #upgrader: Upgrader<Data>;
  readonly #httpServer: ServerOptions["server"];
  readonly #scheme: "ws" | "wss";
  readonly #listener: Listener | undefined;
  readonly #detach: (() => void) | undefined;
  /** Whether `selectSubprotocol` is set: when it picks none, that is intended. */
  readonly #picksItself: boolean;
  readonly #warnings = new RefusalWarnings();
  /** How many of the listeners of `refused` only count. */
  #counters = 0;
  #shutdown: Promise<void> | undefined;

  /**
   * Starts to listen, with `port` or `socketPath`.
   *
   * @throws {TypeError | RangeError | SyntaxError} An option cannot be used, or two of
   *   them contradict each other. The message names them.
   * @throws {Error} Another WebSocketServer has the same path on this http server.
   */
  constructor(options: ServerOptions<Data> = {}) {
    super();
    const { port, socketPath, tls, server } = options;
    this.#options = resolveServerOptions(options);
    this.#picksItself = options.selectSubprotocol !== undefined;
    this.#upgrader = new Upgrader(this.#options, {
      onConnection: (connection, request) => this.#connected(connection, request),
      onRefused: (refusal, request) => this.#refused(refusal, request),
      onHookError: (error, hook) => this.#report(error, hook),
    });
    this.#httpServer = server;
    const isSecure = tls !== undefined || (server !== undefined && isSecureServer(server));
    this.#scheme = isSecure ? "wss" : "ws";
    if (server !== undefined) this.#detach = attach(server, this.#upgrader);
    if (port !== undefined || socketPath !== undefined) {
      this.#listener = new Listener(options, this.#options.handshakeTimeoutMs, {
        onSocket: (socket) => serve(socket, this.#upgrader),
        onError: (error) => this.#report(error, "the listening socket"),
      });
    }
  }

  /** The connections that are not closed yet. A live set: it changes as they come and go. */
  get connections(): ReadonlySet<WebSocketConnection<Data>> {
    return this.#upgrader.connections;
  }

  /**
   * Resolves when the server listens: at once, when it has no listener. It may be called at any time, and
   * more than once.
   *
   * @throws {Error} The server cannot listen: the port is taken, for example. With an own listener, the
   *   error ends the process when this method is not called.
   */
  async listening(): Promise<void> {
    await this.#listener?.listening;
    const httpServer = this.#httpServer;
    if (httpServer !== undefined && !httpServer.listening) await once(httpServer, "listening");
  }

  /** Address and port, or the path of a Unix socket; `undefined` when the server does not listen. */
  address(): AddressInfo | string | undefined {
    return (this.#listener ?? this.#httpServer)?.address() ?? undefined;
  }

  /**
   * Where a client on this machine connects to: `ws://localhost:8080/chat`.
   *
   * @throws {Error} The server does not listen, or does so on a Unix socket.
   */
  get url(): string {
    const address = this.address();
    if (address === undefined) throw new Error("the server does not listen (yet)");
    if (typeof address === "string") throw new Error("a Unix socket has no URL");
    return `${this.#scheme}://${hostOf(address)}:${address.port}${this.#options.path ?? "/"}`;
  }

  /**
   * Answers one upgrade of an http server, for applications that listen for `upgrade` themselves, and
   * takes over the socket. All checks are made, path and route included. A socket that is closed
   * already, or has been answered on, is left alone.
   *
   * @param request - It may be made up: `method`, `url` and `headers` are all that is read.
   *   `authenticate` finds it as `request.raw`.
   * @param head - The bytes behind the request: the third argument of `upgrade`.
   * @param options - `{ data }` is for applications that know the client already: `authenticate` is not called.
   * @throws {TypeError} An option does not exist. The socket has not been touched.
   * @throws {Error} The request came through `request`, not `upgrade`, so that the http server goes
   *   on reading its socket. Or the socket has been handed over before; the server that has it is not
   *   affected.
   */
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Uint8Array = new Uint8Array(0),
    options: UpgradeOptions<Data> = {},
  ): void {
    answerUpgrade(this.#upgrader, request, socket, head, options);
  }

  /**
   * Serves one fresh transport, as if it had come from an own listener: its bytes begin
   * with the request. It is for streams that no listener of this process has accepted.
   */
  accept(transport: Duplex): void {
    serve(transport, this.#upgrader);
  }

  /**
   * Uses other certificates for clients that connect from now on; open connections keep theirs. For
   * an own listener with `tls`.
   *
   * @param options - What changes, such as `{ key, cert }`: the rest is as it was, the `ca` of client
   *   certificates for example.
   * @throws {TypeError} This server has no listener with `tls`: an https server has a
   *   `setSecureContext` of its own.
   * @throws {Error} The options cannot be used. The old ones stay in force.
   */
  setSecureContext(options: SecureContextOptions): void {
    if (this.#listener?.setSecureContext(options) !== true) {
      throw new TypeError(
        "setSecureContext is for a server with port or socketPath, and tls: an https server has its own",
      );
    }
  }

  /**
   * Accepts no new clients, and leaves open connections alone. An own listener is closed, and clients
   * that come on other ways get 503, on an http server too. Opening handshakes that have begun go on.
   * This is for a process that has been replaced and lets its clients leave when they like;
   * {@link shutdown} may follow. It cannot be undone. A second call does nothing.
   *
   * @returns Resolves when the port, or the Unix socket, is free for others.
   */
  async stopListening(): Promise<void> {
    this.#upgrader.stopOpening();
    await this.#listener?.stop();
  }

  /**
   * Calls `guard` for each request from now on, on every way in, before `authenticate`. Several guards are
   * called in the order in which they were added.
   *
   * @returns A function that removes the guard.
   */
  addGuard(guard: AdmissionGuard): () => void {
    return this.#upgrader.places.addGuard(guard);
  }

  /**
   * Calls `count` for each refusal from now on, as a listener of `refused` is called. It does not count as
   * a listener: without another one, the warnings of the process still come.
   */
  countRefusals(count: (refusal: RefusedHandshake) => void): void {
    this.#counters++;
    this.on("refused", count);
  }

  /**
   * Stops the server: it stops listening, refuses clients in the opening handshake with 503, starts the
   * closing handshake of all connections, and cuts those that take longer than the deadline. Listeners
   * that are at work on a message finish first: no other message is read meanwhile, and their
   * answers go out before the Close frame. A listener that waits for the shutdown itself waits until
   * the deadline, if it has awaited anything before. The http server of the option `server` goes on: its
   * upgrades get 503 until the shutdown is done; after that it treats them as if this server had never
   * been there.
   *
   * @returns Resolves when all connections have ended. A second call returns the same promise: the options
   *   of the first call count.
   * @throws {TypeError | RangeError} An option cannot be used. Nothing has been done.
   */
  shutdown(options: ShutdownOptions = {}): Promise<void> {
    const resolved = resolveShutdownOptions(options);
    this.#shutdown ??= this.#stop(resolved);
    return this.#shutdown;
  }

  /** {@link shutdown} with its defaults. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  protected override events(): Names<ServerEvents<Data>> {
    return EVENTS;
  }

  async #stop({ deadlineMs, code, reason }: ResolvedShutdownOptions): Promise<void> {
    const timer = this.#options.connection.clock.setTimer(() => {
      this.#upgrader.terminateAll();
      this.#listener?.destroyAll();
    }, deadlineMs);
    const closed = this.#listener?.close();
    this.#upgrader.stop();
    this.#upgrader.closeAll(code, reason);
    await this.#upgrader.whenEmpty();
    await closed;
    timer.cancel();
    this.#detach?.();
  }

  #refused(refusal: RefusedHandshake, request: ServerRequest | undefined): void {
    if (this.listenerCount("refused") === this.#counters) this.#warnings.refused(refusal, request);
    const failed = (error: unknown): void => this.#report(error, listenerOf("refused"));
    void this.emit("refused", failed, refusal, request);
  }

  #connected(connection: WebSocketConnection<Data>, request: ServerRequest): void {
    const isUnpicked = connection.subprotocol === "" && request.subprotocols.length > 0;
    if (isUnpicked && !this.#picksItself) this.#warnings.nonePicked();
    const failed = (error: unknown): void => {
      connection.close(CloseCode.INTERNAL_ERROR, LISTENER_FAILED);
      this.#report(error, listenerOf("connection"));
    };
    void this.emit("connection", failed, connection, request);
  }

  #report(error: unknown, hook: string): void {
    tellHandlerFailed("server", error);
    reportTo(this.#options.connection.onHandlerError, error, `${hook} of a WebSocketServer`);
  }
}

/** Names a server on all addresses `localhost`, because IPv6 may be off. */
function hostOf({ address, family }: AddressInfo): string {
  if (address === "::" || address === "0.0.0.0") return "localhost";
  return family === "IPv6" ? `[${address}]` : address;
}
