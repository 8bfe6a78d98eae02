/** Stand-ins for what compresses: one that anybody can follow, one by zlib, and one that takes its time. */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { ProtocolError } from "../../src/protocol/errors.js";
import type {
  CodecOptions,
  DeflateCodec,
  Later,
  MessageCompressor,
  MessageDecompressor,
  MessageExtension,
} from "../../src/protocol/extensions/extension.js";
import { RSV1 } from "../../src/protocol/frame-header.js";
import { concat } from "./wire-frame.js";

/** "Encodes" by inverting each byte, at once. Decoding keeps to the limit as a real one does. */
export const inverting: MessageExtension = {
  rsv: RSV1,
  isWorthEncoding: () => true,
  elsewhereBytes: Infinity,
  encode: (payload) => inverted(payload),
  sharingClass: 1,
  encodeAlone: (payload) => inverted(payload),
  skip: () => {},
  decode: (payload, maxBytes) => {
    if (payload.length > maxBytes) throw new ProtocolError("MESSAGE_TOO_BIG");
    return inverted(payload);
  },
};

export function inverted(payload: Uint8Array): Uint8Array {
  return payload.map((byte) => ~byte);
}

/** Does what another extension does, but each time only when told. */
export class LateExtension implements MessageExtension {
  readonly rsv: number;
  readonly sharingClass: number;
  readonly elsewhereBytes = 0;
  readonly #inner: MessageExtension;
  readonly #waiting: (() => void)[] = [];

  constructor(inner: MessageExtension = inverting) {
    this.#inner = inner;
    this.rsv = inner.rsv;
    this.sharingClass = inner.sharingClass;
  }

  /** How many outcomes are due. */
  get pending(): number {
    return this.#waiting.length;
  }

  isWorthEncoding(length: number): boolean {
    return this.#inner.isWorthEncoding(length);
  }

  encode(payload: Uint8Array, later: Later): undefined {
    this.#waiting.push(() => later(outcome(() => this.#inner.encode(payload, later))));
  }

  encodeAlone(payload: Uint8Array, later: Later): undefined {
    this.#waiting.push(() => later(outcome(() => this.#inner.encodeAlone(payload, later))));
  }

  skip(payload: Uint8Array): void {
    this.#inner.skip(payload);
  }

  decode(payload: Uint8Array, maxBytes: number, later: Later): undefined {
    this.#waiting.push(() => later(outcome(() => this.#inner.decode(payload, maxBytes, later))));
  }

  /** Gives the outcome that has been due longest. */
  settle(): void {
    const next = this.#waiting.shift();
    if (next === undefined) throw new Error("nothing is being worked on");
    next();
  }

  /** Gives all outcomes, those of work that starts meanwhile included. */
  settleAll(): void {
    while (this.pending > 0) this.settle();
  }
}

function outcome(work: () => Uint8Array | undefined): Uint8Array | Error {
  try {
    return work() ?? new Error("the inner extension is late itself");
  } catch (error) {
    return error instanceof Error ? error : new Error("not an error", { cause: error });
  }
}

/** An extension whose work always fails with `error`, at once. */
export function failing(error: unknown): MessageExtension {
  const fail = (): never => {
    throw error;
  };
  return { ...inverting, encode: fail, encodeAlone: fail, decode: fail };
}

/** RFC 7692 §7.2.1 cuts this off, §7.2.2 puts it back. */
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/** DEFLATE by node:zlib, always at once. */
export const zlibCodec: DeflateCodec = {
  minWindowBits: 9,
  elsewhereBytes: Infinity,
  createCompressor: (options) => new ZlibCompressor(options),
  createDecompressor: (options) => new ZlibDecompressor(options),
};

/** What came before, as far as a message may refer to it. */
class Window {
  readonly #options: CodecOptions;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(options: CodecOptions) {
    this.#options = options;
  }

  get zlibOptions(): { windowBits: number; finishFlush: number; dictionary?: Uint8Array } {
    const { windowBits } = this.#options;
    const options = { windowBits, finishFlush: constants.Z_SYNC_FLUSH };
    return this.#bytes.length === 0 ? options : { ...options, dictionary: this.#bytes };
  }

  append(message: Uint8Array): void {
    const { windowBits, contextTakeover } = this.#options;
    if (contextTakeover) this.#bytes = concat([this.#bytes, message]).slice(-(2 ** windowBits));
  }
}

class ZlibCompressor implements MessageCompressor {
  readonly #window: Window;

  constructor(options: CodecOptions) {
    this.#window = new Window(options);
  }

  compress(message: Uint8Array): Uint8Array {
    // Versions of zlib differ in what a flush of nothing writes.
    if (message.length === 0) return Uint8Array.of(0x00);
    const whole = deflateRawSync(message, this.#window.zlibOptions);
    this.#window.append(message);
    return new Uint8Array(whole.subarray(0, -TAIL.length));
  }

  skip(message: Uint8Array): void {
    this.#window.append(message);
  }
}

class ZlibDecompressor implements MessageDecompressor {
  readonly #window: Window;

  constructor(options: CodecOptions) {
    this.#window = new Window(options);
  }

  decompress(payload: Uint8Array, maxBytes: number): Uint8Array {
    const input = concat([payload, TAIL]);
    // zlib does not take 0 as a limit.
    const maxOutputLength = Math.max(maxBytes, 1);
    let message: Uint8Array;
    try {
      message = inflateRawSync(input, { ...this.#window.zlibOptions, maxOutputLength });
    } catch (error) {
      const tooBig = error instanceof RangeError;
      throw new ProtocolError(tooBig ? "MESSAGE_TOO_BIG" : "DEFLATE_INVALID", {}, { cause: error });
    }
    if (message.length > maxBytes) throw new ProtocolError("MESSAGE_TOO_BIG");
    this.#window.append(message);
    return new Uint8Array(message);
  }
}
