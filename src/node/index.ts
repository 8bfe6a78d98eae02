/** The door of the layer: sockets, for servers and clients. */
export { type Clock, realClock, type Timer } from "./platform.js";
export { connect } from "./client/connect.js";
export type {
  ConnectOptions,
  Redirect,
  RedirectAnswer,
  RedirectHook,
  TlsClientOptions,
} from "./client/options.js";
export type { ConnectionTarget, RouteOptions } from "./client/route.js";
export type {
  ApplicationError,
  CloseInfo,
  ConnectionError,
  ConnectionEvents,
  Message,
  SendStatus,
  Traffic,
} from "./connection/events.js";
export { Emitter, type Listener } from "./emitter.js";
export {
  LISTENER_FAILED,
  listenerOf,
  type OnHandlerError,
  reportTo,
  warnOfHandlerError,
} from "./handler-error.js";
export type { MessageGuard } from "./connection/incoming.js";
export { type ConnectionSetup, WebSocketConnection } from "./connection/connection.js";
export type { UpgradeResponse } from "./connection/setup.js";
export type { CloseOptions } from "./connection/last-work.js";
export type { DiagnosedConnection, DiagnosticMessages } from "./diagnostics.js";
export {
  type ConnectionOptions,
  type OnFrame,
  resolveConnectionOptions,
  type ResolvedConnectionOptions,
} from "./options.js";
export type { BufferPolicy } from "./connection/buffer-policy.js";
export type { PerMessageDeflateOptions } from "./deflate.js";
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
export { TransportError } from "./connection/transport-error.js";
export type { UpgradeOptions } from "./server/handed.js";
export type { AdmissionGuard, GuardRefusal, GuardVerdict } from "./server/guard.js";
export type { RefusedHandshake } from "./server/refusal.js";
export type { WebSocketInit } from "./websocket/arguments.js";
export { CloseEvent, ErrorEvent } from "./websocket/events.js";
export { type BinaryType, WebSocket } from "./websocket/websocket.js";
export type { OnWritten, WrittenOptions } from "./connection/written.js";
