/** One attempt to connect: the transports that it opens (TCP, TLS, a Unix socket, a proxy's tunnel), and its end. */
import net, { isIP, type NetConnectOpts, type Socket } from "node:net";
import nodeTls, { type ConnectionOptions as NodeTlsOptions, TLSSocket } from "node:tls";
import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import {
  basicAuthorization,
  type CompleteHead,
  HandshakeError,
  type HeadLimits,
  type ResponseHead,
  type WebSocketUri,
} from "../../protocol/index.js";
import type { Clock, Timer } from "../platform.js";
import { connectShared } from "../connection/socket-internals.js";
import type { ResolvedConnectionOptions } from "../options.js";
import type { TlsClientOptions } from "./options.js";
import { BodyReader, readBody, readHead, transportFailed, whenReady } from "./response.js";
import type { Route, TcpOptions } from "./route.js";

interface AttemptOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * One attempt to connect. It owns the transports that are opened for it: they are
 * destroyed as soon as it fails, is aborted, or takes too long.
 */
export class Attempt {
  readonly #options: AttemptOptions;
  readonly #transports = new Set<Duplex>();
  #timer: Timer | undefined;
  #isOver = false;
  #reject!: (error: unknown) => void;

  /** Makes the error that the attempt fails with when time is up. */
  timeoutError: () => HandshakeError = () =>
    new HandshakeError("TIMEOUT", { limit: this.#options.timeoutMs });

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /** Does `work`, unless the signal has aborted. Call it once. @throws {HandshakeError} */
  run<T>(work: () => Promise<T>): Promise<T> {
    const { clock, signal, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (signal?.aborted === true) {
        this.#onAbort();
        return;
      }
      signal?.addEventListener("abort", this.#onAbort);
      this.#timer = clock.setTimer(() => this.#fail(this.timeoutError()), timeoutMs);
      work().then(resolve, (error: unknown) => this.#fail(error));
    });
  }

  /**
   * Takes over a transport. From now on its errors do no harm.
   *
   * @throws {Error} The attempt is over, and the transport is destroyed. The error is not reported.
   */
  own<T extends Duplex>(transport: T): T {
    // Never removed: a socket can fail while nothing else listens, between two steps or under TLS.
    transport.on("error", () => {});
    if (this.#isOver) {
      transport.destroy();
      throw new Error("the attempt is over");
    }
    this.#transports.add(transport);
    return transport;
  }

  /** Call it before a further step. @throws {Error} The attempt is over. The error is not reported. */
  goOn(): void {
    if (this.#isOver) throw new Error("the attempt is over");
  }

  /** Destroys the open transports, so that the attempt can go on elsewhere. */
  restart(): void {
    for (const transport of this.#transports) transport.destroy();
    this.#transports.clear();
  }

  /** The connection is open: from now on the attempt has no effect on it. */
  succeeded(): void {
    this.#end();
    this.#transports.clear();
  }

  readonly #onAbort = (): void => {
    this.#fail(new HandshakeError("ABORTED", { cause: this.#options.signal?.reason }));
  };

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.restart();
    this.#reject(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }
}

/**
 * Fails with `errorFor` the head and the beginning of the body. When time is up before the body is
 * complete, the error has what has arrived: that says more than the timeout.
 *
 * @throws {HandshakeError}
 */
export async function failWithBody(
  transport: Duplex,
  complete: CompleteHead<ResponseHead>,
  attempt: Attempt,
  errorFor: (head: ResponseHead, body: Uint8Array) => HandshakeError,
): Promise<never> {
  const { head } = complete;
  const body = new BodyReader(head);
  attempt.timeoutError = () => errorFor(head, body.bytes);
  throw errorFor(head, await readBody(transport, complete, body));
}

type Connect = (options: NetConnectOpts) => Socket;

interface DialOptions {
  readonly uri: WebSocketUri;
  readonly route: Route;
  readonly tcp: TcpOptions;
  readonly tls: TlsClientOptions;
  readonly headLimits: HeadLimits;
  readonly connection: Pick<ResolvedConnectionOptions, "sharedReads">;
}

/**
 * Opens a transport to the server of `uri`, with TLS for wss. When this resolves, the certificate has
 * been checked and no byte of HTTP has been sent to the server (RFC 6455 §4.1).
 *
 * @throws {HandshakeError} `TRANSPORT_FAILED` or `TRANSPORT_ENDED`; also
 *   `STATUS_UNEXPECTED` when a proxy refused.
 */
export async function dial(options: DialOptions, attempt: Attempt): Promise<Duplex> {
  const { uri, route, tls, tcp } = options;
  if (route.type === "direct") {
    return dialDirect(uri, { tls, tcp, connectPlain: plainConnect(options) }, attempt);
  }
  const transport = await dialDetour(route, options, attempt);
  const isSecured = route.type === "custom" && transport instanceof TLSSocket;
  if (!uri.secure || isSecured) return transport;
  return secured(uri, tls, { socket: transport }, attempt);
}

/** How to open a socket that carries frames directly, without TLS. */
function plainConnect({ uri, connection }: DialOptions): Connect {
  return connection.sharedReads && !uri.secure ? connectShared : net.connect;
}

interface DirectOptions extends Pick<DialOptions, "tls" | "tcp"> {
  readonly connectPlain: Connect;
}

function dialDirect(
  uri: WebSocketUri,
  { tls, tcp, connectPlain }: DirectOptions,
  attempt: Attempt,
): Promise<Socket> {
  const { host, port, secure } = uri;
  if (secure) return secured(uri, tls, { ...tcp, port }, attempt);
  return connected(connectPlain({ ...tcp, host, port }), attempt);
}

async function dialDetour(
  route: Exclude<Route, { type: "direct" }>,
  options: DialOptions,
  attempt: Attempt,
): Promise<Duplex> {
  const { uri, tls, tcp } = options;
  if (route.type === "unix") return connected(plainConnect(options)({ path: route.path }), attempt);
  if (route.type === "proxy") {
    const { proxy } = route;
    // The caller's certificate authorities count for the proxy, too. All other options are about the server.
    const trusted = tls.ca === undefined ? {} : { ca: tls.ca };
    const way = { tls: trusted, tcp, connectPlain: net.connect };
    const transport = await dialDirect(proxy, way, attempt).catch((error: unknown) => {
      throw error instanceof HandshakeError ? failedAtProxy(error, proxy) : error;
    });
    await openTunnel(transport, proxy, options, attempt);
    return transport;
  }
  const { host, port, secure } = uri;
  try {
    return attempt.own(await route.createConnection({ host, port, secure }));
  } catch (error) {
    throw transportFailed(error);
  }
}

/** Names the proxy in the error: the server has not been reached yet. */
function failedAtProxy(
  { code, detail = "it ended", cause }: HandshakeError,
  { hostHeader }: WebSocketUri,
): HandshakeError {
  return new HandshakeError(code, { cause, detail: `${detail} at the proxy ${hostHeader}` });
}

async function connected(socket: Socket, attempt: Attempt): Promise<Socket> {
  attempt.own(socket);
  await whenReady(socket, "connect");
  socket.setNoDelay(true);
  return socket;
}

/** Runs TLS, and checks that the certificate is good for the host. */
async function secured(
  { host }: WebSocketUri,
  tls: TlsClientOptions,
  below: Pick<NodeTlsOptions, "port" | "socket"> & TcpOptions,
  attempt: Attempt,
): Promise<TLSSocket> {
  const name = host.endsWith(".") ? host.slice(0, -1) : host; // RFC 6066 §3
  const socket = nodeTls.connect({
    ALPNProtocols: ["http/1.1"],
    servername: isIP(host) === 0 ? name : "", // only names may be sent
    ...tls,
    ...below,
    host,
  });
  attempt.own(socket);
  await whenReady(socket, "secureConnect");
  socket.setNoDelay(true);
  return socket;
}

/**
 * Makes `transport`, which is connected to the proxy, a tunnel to the server.
 *
 * @throws {HandshakeError} `STATUS_UNEXPECTED` with the proxy's answer when it refuses.
 */
async function openTunnel(
  transport: Duplex,
  proxy: WebSocketUri,
  { uri, headLimits }: DialOptions,
  attempt: Attempt,
): Promise<void> {
  transport.write(connectRequest(uri, proxy.userinfo));
  await readHead(transport, headLimits, async (complete) => {
    const { head, rest } = complete;
    if (head.httpStatus >= 200 && head.httpStatus < 300) {
      transport.pause(); // the next bytes are for the user of the tunnel
      if (rest.length > 0) transport.unshift(rest);
      return;
    }
    await failWithBody(transport, complete, attempt, proxyRefused);
  });
}

/** Needs no check of its parts: the grammar of URIs allows no character in a host that would break a head. */
function connectRequest({ host, port }: WebSocketUri, userinfo: string | undefined): Buffer {
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (userinfo !== undefined) lines.push(`Proxy-Authorization: ${basicAuthorization(userinfo)}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

function proxyRefused({ httpStatus, fields }: ResponseHead, body: Uint8Array): HandshakeError {
  const detail = `the proxy answered ${httpStatus} to CONNECT`;
  return new HandshakeError("STATUS_UNEXPECTED", { detail, httpStatus, headers: fields, body });
}
