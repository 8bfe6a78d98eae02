// The door of the opening handshake: both roles, without I/O (RFC 6455 §4).
export { acceptFor, isKey, serializeKey, type Sha1 } from "./accept.js";
export {
  buildRequest,
  judgeResponse,
  unexpectedStatus,
  type AgreedByClient,
  type ClientRequest,
  type Expectations,
} from "./client.js";
export { parseExtensions, serializeExtensions, type Extension } from "./extension-header.js";
export { Fields } from "./fields.js";
export {
  HANDSHAKE_FAULTS,
  HandshakeError,
  type HandshakeErrorOptions,
  type HandshakeFault,
  type HandshakeFaultCode,
} from "./handshake-error.js";
export {
  RequestHeadReader,
  ResponseHeadReader,
  type CompleteHead,
  type HeadLimits,
  type RequestHead,
  type ResponseHead,
} from "./head.js";
export { judgeOrigin, type OriginClaim, type OriginPolicy } from "./origin.js";
export type { HeaderFields } from "./outgoing-fields.js";
export { buildRefusal, refusalFor, type Refusal } from "./refusal.js";
export {
  buildAcceptance,
  judgeRequest,
  type Acceptance,
  type PlainRequest,
  type RequestVerdict,
  type UpgradeRequest,
} from "./server.js";
export { checkSubprotocols } from "./subprotocol.js";
export { parseUri, type DomainToAscii, type WebSocketUri } from "./uri.js";
