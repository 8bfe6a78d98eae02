/** The door of the layer: sockets, for servers and clients. */
export { type Clock, realClock, type Timer } from "./clock.js";
export type { ApplicationError, CloseInfo, ConnectionError } from "./close-event.js";
export { connect } from "./connect.js";
export type { ConnectOptions, TlsClientOptions } from "./connect-options.js";
export type { Redirect, RedirectAnswer, RedirectHook } from "./connect-redirect.js";
export type { ConnectionTarget, RouteOptions } from "./connect-route.js";
export type { ConnectionEvents } from "./connection-events.js";
export { Emitter, type Listener } from "./emitter.js";
export {
  LISTENER_FAILED,
  listenerOf,
  type OnHandlerError,
  reportTo,
  warnOfHandlerError,
} from "./handler-error.js";
export type { MessageGuard } from "./delivery.js";
export type { ConnectionSetup, UpgradeResponse } from "./connection-setup.js";
export { WebSocketConnection } from "./connection.js";
export type { CloseOptions } from "./last-work.js";
export type { DiagnosedConnection, DiagnosticMessages } from "./diagnostics.js";
export {
  type BufferPolicy,
  type ConnectionOptions,
  type Message,
  type OnFrame,
  type PerMessageDeflateOptions,
  resolveConnectionOptions,
  type ResolvedConnectionOptions,
} from "./options.js";
export type { SendStatus } from "./outgoing.js";
export type { MessageOptions, Sendable } from "./sendable.js";
export { checkCloseStatus } from "./server-close-code.js";
export type { ServerOptions, Verdict } from "./server-options.js";
export { HandshakeError } from "./handshake-error.js";
export { acceptThenClose, reject, Rejection } from "./server-rejection.js";
export { ServerRequest } from "./server-request.js";
export {
  type ResolvedShutdownOptions,
  resolveShutdownOptions,
  type ShutdownOptions,
} from "./server-shutdown.js";
export { type ServerEvents, WebSocketServer } from "./server.js";
export type { FragmentSource } from "./stream-sender.js";
export type { Traffic } from "./traffic.js";
export { TransportError } from "./transport-error.js";
export type { UpgradeOptions } from "./upgrade-handed.js";
export type { AdmissionGuard, GuardRefusal, GuardVerdict } from "./upgrade-guard.js";
export type { RefusedHandshake } from "./upgrade-refusal.js";
export type { WebSocketInit } from "./websocket-arguments.js";
export { CloseEvent, ErrorEvent } from "./websocket-events.js";
export { type BinaryType, WebSocket } from "./websocket.js";
export type { OnWritten, WrittenOptions } from "./written.js";
