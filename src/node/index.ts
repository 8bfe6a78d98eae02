/** The door of the layer: sockets, for servers and clients. */
export { type Clock, realClock, type Timer } from "./platform.js";
export type { ApplicationError, CloseInfo, ConnectionError } from "./connection/events.js";
export { connect } from "./client/connect.js";
export type {
  ConnectOptions,
  Redirect,
  RedirectAnswer,
  RedirectHook,
  TlsClientOptions,
} from "./client/options.js";
export type { ConnectionTarget, RouteOptions } from "./client/route.js";
export type { ConnectionEvents } from "./connection/events.js";
export { Emitter, type Listener } from "./emitter.js";
export {
  LISTENER_FAILED,
  listenerOf,
  type OnHandlerError,
  reportTo,
  warnOfHandlerError,
} from "./handler-error.js";
export type { MessageGuard } from "./connection/incoming.js";
export type { ConnectionSetup, UpgradeResponse } from "./connection/setup.js";
export { WebSocketConnection } from "./connection/connection.js";
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
export type { SendStatus } from "./connection/outgoing.js";
export type { MessageOptions, Sendable } from "./connection/sendable.js";
export { checkCloseStatus } from "./connection/ending.js";
export type { ServerOptions, Verdict } from "./server/options.js";
export { HandshakeError } from "./handshake-error.js";
export { acceptThenClose, reject, Rejection } from "./server/rejection.js";
export { ServerRequest } from "./server/request.js";
export {
  type ResolvedShutdownOptions,
  resolveShutdownOptions,
  type ShutdownOptions,
} from "./server/shutdown.js";
export { type ServerEvents, WebSocketServer } from "./server/server.js";
export type { FragmentSource } from "./connection/source-sender.js";
export type { Traffic } from "./connection/events.js";
export { TransportError } from "./connection/transport-error.js";
export type { UpgradeOptions } from "./server/handed.js";
export type { AdmissionGuard, GuardRefusal, GuardVerdict } from "./server/guard.js";
export type { RefusedHandshake } from "./server/refusal.js";
export type { WebSocketInit } from "./websocket/arguments.js";
export { CloseEvent, ErrorEvent } from "./websocket/events.js";
export { type BinaryType, WebSocket } from "./websocket/websocket.js";
export type { OnWritten, WrittenOptions } from "./connection/written.js";
