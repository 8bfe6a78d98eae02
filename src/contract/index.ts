/** The door of the layer: the messages that both ends of an application send each other. Runs anywhere. */
export type { Clock, Timer } from "../input/index.js";
export { bareFormat, type BareFormatOptions } from "./bare-format.js";
export { Contract, type ContractOptions, defineContract } from "./contract.js";
export {
  type Envelope,
  envelopeFormat,
  type Fields,
  type Format,
  type MessageId,
  type SessionEnvelope,
  type Unreadable,
} from "./envelope.js";
export {
  ERROR_TEXTS,
  type ErrorBody,
  type ErrorCode,
  ErrorReply,
  RequestError,
  type RequestErrorCode,
} from "./error-reply.js";
export type {
  DataArguments,
  EventName,
  Handler,
  Handlers,
  Incoming,
  MessageTypes,
  Outgoing,
  RequestName,
  RequestType,
  Response,
  ResponseResult,
} from "./message-types.js";
export { ContractPeer, type HandlerContext, type PeerOptions } from "./peer.js";
export { type ContractCounters, contractCounters, type Refusal } from "./peer-options.js";
export type { RequestOptions } from "./pending-requests.js";
export type { SendStatus, ServerConnection, StandardWebSocket } from "./transport.js";
export {
  type Guard,
  type InputOf,
  type Issue,
  nothing,
  type OutputOf,
  type Validator,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
} from "./validator.js";
export { type Batch, type Codec, jsonCodec, type WireMessage } from "./wire.js";
