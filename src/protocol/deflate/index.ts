/** The door of this folder: DEFLATE (RFC 1951) for permessage-deflate. */
export type { BulkDeflate, BulkOptions, InflateOutcome } from "./bulk.js";
export { type CodecSetup, createCodec } from "./codec.js";
export { Compressor, type CompressorOptions } from "./compressor.js";
export { Decompressor, type DecompressorOptions } from "./decompressor.js";
export { DEFAULT_LEVEL } from "./levels.js";
