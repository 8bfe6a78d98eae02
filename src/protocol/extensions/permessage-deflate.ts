/** permessage-deflate on an open connection (RFC 7692 §6, §7.2). */
import { checkOptions, type Names } from "../../input/index.js";
import { RSV1 } from "../frame-header.js";
import type { Role } from "../connection-options.js";
import type {
  CodecOptions,
  DeflateCodec,
  Later,
  MessageCompressor,
  MessageDecompressor,
  MessageExtension,
} from "./extension.js";
import type { DeflateParameters } from "./deflate-negotiation.js";

/** What one end of a connection compresses with. */
export interface PerMessageDeflateOptions {
  /** Which end this is. */
  readonly role: Role;
  /** What the opening handshake agreed on. */
  readonly parameters: DeflateParameters;
  readonly codec: DeflateCodec;
  /** Messages of fewer bytes are sent as they are. @defaultValue see {@link DEFAULT_DEFLATE_THRESHOLD} */
  readonly thresholdBytes?: number | undefined;
}

const NAMES: Names<PerMessageDeflateOptions> = {
  owner: "PerMessageDeflate",
  known: { role: true, parameters: true, codec: true, thresholdBytes: true },
};

/** Below this there is nothing to gain: a compressed message takes its bytes, and time. */
export const DEFAULT_DEFLATE_THRESHOLD = 32;

/**
 * Compresses and decompresses whole messages. Each direction has its own window
 * and its own rule of context takeover (§7.1.1), and uses just the window that the
 * opening handshake gave it; the codec's state is created when the first message needs it.
 */
export class PerMessageDeflate implements MessageExtension {
  readonly rsv: number = RSV1;
  readonly #options: PerMessageDeflateOptions;
  readonly #own: CodecOptions;
  #compressor: MessageCompressor | undefined;
  #decompressor: MessageDecompressor | undefined;

  /** @throws {TypeError} An option does not exist. */
  constructor(options: PerMessageDeflateOptions) {
    checkOptions(options, NAMES);
    this.#options = options;
    this.#own = ofSender(options.role, options.parameters);
  }

  /** Bytes for a smaller window would be legal, too, but they are compressed less well. */
  get sharingClass(): number {
    return this.#own.windowBits;
  }

  get elsewhereBytes(): number {
    return this.#options.codec.elsewhereBytes;
  }

  isWorthEncoding(length: number): boolean {
    return length >= (this.#options.thresholdBytes ?? DEFAULT_DEFLATE_THRESHOLD);
  }

  encode(payload: Uint8Array, later: Later): Uint8Array | undefined {
    this.#compressor ??= this.#options.codec.createCompressor(this.#own);
    return this.#compressor.compress(payload, later);
  }

  encodeAlone(payload: Uint8Array, later: Later): Uint8Array | undefined {
    const { windowBits } = this.#own;
    const compressor = this.#options.codec.createCompressor({ windowBits, contextTakeover: false });
    return compressor.compress(payload, later);
  }

  /** Without a compressor there is no history yet. It may start at any message, since distances reach no further back. */
  skip(payload: Uint8Array): void {
    this.#compressor?.skip(payload);
  }

  decode(payload: Uint8Array, maxBytes: number, later: Later): Uint8Array | undefined {
    this.#decompressor ??= this.#createDecompressor();
    return this.#decompressor.decompress(payload, maxBytes, later);
  }

  #createDecompressor(): MessageDecompressor {
    const { role, codec, parameters } = this.#options;
    const peer = role === "server" ? "client" : "server";
    return codec.createDecompressor(ofSender(peer, parameters));
  }
}

/** The agreement about what `sender` sends. */
function ofSender(sender: Role, parameters: DeflateParameters): CodecOptions {
  return sender === "server"
    ? {
        windowBits: parameters.serverMaxWindowBits,
        contextTakeover: !parameters.serverNoContextTakeover,
      }
    : {
        windowBits: parameters.clientMaxWindowBits,
        contextTakeover: !parameters.clientNoContextTakeover,
      };
}
