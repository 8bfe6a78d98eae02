/** Opens the transport that an opening handshake goes over: TCP, TLS, a Unix socket, a proxy's tunnel. */
import net, { isIP, type NetConnectOpts, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import nodeTls, { type ConnectionOptions as NodeTlsOptions, TLSSocket } from "node:tls";
import { HandshakeError, type HeadLimits, type WebSocketUri } from "../../protocol/index.js";
import type { Attempt } from "./attempt.js";
import type { TlsClientOptions } from "./options.js";
import { openTunnel } from "./proxy.js";
import type { Route, TcpOptions } from "./route.js";
import type { ResolvedConnectionOptions } from "../options.js";
import { transportFailed, whenReady } from "./response.js";
import { connectShared } from "../connection/shared-reads.js";

type Connect = (options: NetConnectOpts) => Socket;

export interface DialOptions {
  readonly uri: WebSocketUri;
  readonly route: Route;
  readonly tcp: TcpOptions;
  readonly tls: TlsClientOptions;
  readonly headLimits: HeadLimits;
  readonly connection: Pick<ResolvedConnectionOptions, "sharedReads">;
}

/**
 * Opens a transport to the server of `uri`, with TLS for wss: the certificate has
 * been checked when this resolves, and not one byte of HTTP was sent (RFC 6455 §4.1).
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

/** How to open a socket that WebSocket's frames come from, with nothing between. */
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
  const { uri, tls, tcp, headLimits } = options;
  if (route.type === "unix") return connected(plainConnect(options)({ path: route.path }), attempt);
  if (route.type === "proxy") {
    const { proxy } = route;
    // Whom the caller trusts is also who may vouch for the proxy; all else is about the server.
    const trusted = tls.ca === undefined ? {} : { ca: tls.ca };
    const way = { tls: trusted, tcp, connectPlain: net.connect };
    const transport = await dialDirect(proxy, way, attempt).catch((error: unknown) => {
      throw error instanceof HandshakeError ? failedAtProxy(error, proxy) : error;
    });
    await openTunnel(transport, { uri, proxy, headLimits, attempt });
    return transport;
  }
  const { host, port, secure } = uri;
  try {
    return attempt.own(await route.createConnection({ host, port, secure }));
  } catch (error) {
    throw transportFailed(error);
  }
}

/** Nothing is known of the server yet, so the error must not sound as if. */
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
