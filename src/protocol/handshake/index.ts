// The door of the opening handshake: both roles, without I/O (RFC 6455 §4).
export { acceptFor, isKey, serializeKey, type Sha1 } from "./accept.js";
export {
  type AgreedByClient,
  basicAuthorization,
  buildRequest,
  type ClientRequest,
  type Expectations,
  judgeResponse,
  unexpectedStatus,
} from "./client.js";
export {
  parseExtensions,
  serializeExtensions,
  type Extension,
  type ExtensionParameter,
} from "./extension-header.js";
export { Fields, type FieldLine } from "./fields.js";
export {
  detailOfLimit,
  HANDSHAKE_FAULTS,
  HandshakeError,
  type HandshakeErrorOptions,
  type HandshakeFault,
  type HandshakeFaultCode,
} from "./handshake-error.js";
export { parsePort } from "./authority.js";
export {
  type CompleteHead,
  type HeadLimits,
  type RequestHead,
  RequestHeadReader,
  type ResponseHead,
  ResponseHeadReader,
} from "./head.js";
export { type IsOwnHost, ownHosts } from "./host.js";
export {
  checkOriginPolicy,
  judgeOrigin,
  type OriginClaim,
  type OriginObjection,
  type OriginPolicy,
} from "./origin.js";
export { buildResponse, type HttpResponse, type Refusal, refusalFor } from "./refusal.js";
export type { HeaderFields } from "./head-writer.js";
export {
  type Acceptance,
  buildAcceptance,
  judgeRequest,
  type PlainRequest,
  type RequestVerdict,
  type UpgradeRequest,
} from "./server.js";
export {
  checkSubprotocols,
  judgePickedSubprotocol,
  parseSubprotocolOffers,
} from "./subprotocol.js";
export { offersWebSocket } from "./upgrade-fields.js";
export { parseUri, type DomainToAscii, type WebSocketUri } from "./uri.js";
