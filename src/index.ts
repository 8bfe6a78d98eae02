/** plainsocket: WebSocket servers and clients for Node.js (RFC 6455, RFC 7692). */
export {
  type BufferPolicy,
  type Clock,
  type CloseInfo,
  type ConnectionEvents,
  type ConnectionOptions,
  type FragmentSource,
  type Message,
  type PerMessageDeflateOptions,
  type Sendable,
  type SendStatus,
  TransportError,
  WebSocketConnection,
} from "./node/index.js";
export {
  CloseCode,
  CodecError,
  HandshakeError,
  ProtocolError,
  ReadyState,
  WebSocketError,
} from "./protocol/index.js";
