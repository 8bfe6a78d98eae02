/** The door of the layer: RFC 6455 and RFC 7692 without I/O. */
export { Budget, DEFAULT_MESSAGE_LIMITS, type MessageLimits } from "./budget.js";
export { CloseCode, isValidOnWire } from "./close-code.js";
export {
  type CloseStatus,
  MAX_REASON_BYTES,
  parseClosePayload,
  serializeClosePayload,
} from "./close-frame.js";
export type { ProtocolConnectionOptions, Role, SendOptions } from "./connection-options.js";
export { ProtocolConnection } from "./connection.js";
export {
  type BulkDeflate,
  type BulkOptions,
  type CodecSetup,
  createCodec,
  type InflateOutcome,
} from "./deflate/codec.js";
export { Compressor, type CompressorOptions } from "./deflate/compressor.js";
export { Decompressor, type DecompressorOptions } from "./deflate/decompressor.js";
export { DEFAULT_LEVEL } from "./deflate/levels.js";
export {
  CodecError,
  isProtocolError,
  isWebSocketError,
  type Finding,
  ProtocolError,
  type Violation,
  type ViolationCode,
  VIOLATIONS,
  WebSocketError,
  withFinding,
} from "./errors.js";
export {
  type MessageEvent,
  noTraffic,
  type ProtocolEvent,
  ReadyState,
  type TrafficCount,
} from "./connection-reports.js";
export type {
  CodecOptions,
  DeflateCodec,
  Later,
  MessageCompressor,
  MessageDecompressor,
  MessageExtension,
} from "./extensions/extension.js";
export {
  acceptDeflateOffer,
  checkDeflateConfig,
  deflateOffers,
  type DeflateParameters,
  judgeDeflateResponse,
  type PerMessageDeflateConfig,
} from "./extensions/deflate-negotiation.js";
export {
  DEFAULT_DEFLATE_THRESHOLD,
  PerMessageDeflate,
  type PerMessageDeflateOptions,
} from "./extensions/permessage-deflate.js";
export {
  type FrameHeader,
  headerLength,
  isControl,
  isOpcode,
  MAX_CONTROL_PAYLOAD,
  MAX_HEADER_LENGTH,
  Opcode,
  opcodeName,
  parseFrameHeader,
  type PeerRules,
  reservedBitNames,
  RSV1,
  writeFrameHeader,
} from "./frame-header.js";
export { type FrameObserver, OBSERVED_BYTES, type ObservedFrame } from "./frame-trace.js";
export { COPIED_PAYLOAD_BYTES } from "./copying.js";
export * from "./handshake/index.js";
export {
  adoptPrepared,
  isPreparedMessage,
  type MessageData,
  PreparedMessage,
  prepareMessage,
  type ReadyMessage,
  toMessage,
} from "./prepared-message.js";
export { applyMask } from "./masking.js";
export { type Platform, portablePlatform } from "./platform.js";
export { Chain, type Chained, type Place, Queue } from "./queue.js";
export { Utf8Validator } from "./utf8.js";
export { visibleText } from "./visible-text.js";
