import { describe, expect, it } from "vitest";
import {
  type BulkDeflate,
  type CodecSetup,
  type InflateOutcome,
  createCodec,
} from "../../../src/protocol/deflate/codec.js";
import type { CodecOptions } from "../../../src/protocol/extensions/extension.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (message: Uint8Array | Error | undefined): string =>
  message instanceof Uint8Array ? new TextDecoder().decode(message) : String(message);

const never = (): never => {
  throw new Error("there is nothing to come later");
};

/** Compresses by putting an asterisk in front. Notes the history it is given. */
class StarBulk implements BulkDeflate {
  readonly minWindowBits = 9;
  readonly elsewhereBytes = 10;
  readonly histories: string[] = [];
  readonly #isLate: boolean;
  readonly late: (() => void)[] = [];

  constructor(when: "at once" | "later") {
    this.#isLate = when === "later";
  }

  deflate: BulkDeflate["deflate"] = (message, { history }, later) => {
    this.histories.push(text(history));
    const payload = bytes(`*${text(message)}`);
    if (!this.#isLate) return payload;
    this.late.push(() => later(payload));
    return undefined;
  };

  inflate: BulkDeflate["inflate"] = (payload, { history, maxBytes }, later) => {
    this.histories.push(text(history));
    const outcome: InflateOutcome =
      payload[0] !== 0x2a
        ? "unusual"
        : payload.length - 1 > maxBytes
          ? "too big"
          : payload.slice(1);
    if (!this.#isLate) return outcome;
    this.late.push(() => later(outcome));
    return undefined;
  };
}

function codec(setup: CodecSetup = {}, options: Partial<CodecOptions> = {}) {
  const all = { windowBits: 12, contextTakeover: true, ...options };
  const made = createCodec(setup);
  return { compressor: made.createCompressor(all), decompressor: made.createDecompressor(all) };
}

describe("createCodec", () => {
  it("says from how many bytes on a message may be compressed elsewhere", () => {
    const bulk = new StarBulk("later");
    expect(createCodec().elsewhereBytes).toBe(Infinity);
    expect(createCodec({ bulk }).elsewhereBytes).toBe(Infinity);
    expect(createCodec({ bulk, bulkMessageBytes: 5 }).elsewhereBytes).toBe(10);
    expect(createCodec({ bulk, bulkMessageBytes: 50 }).elsewhereBytes).toBe(50);
  });

  it("compresses with windows from 2^8 bytes on, without a platform's codec [7692-7-26]", () => {
    expect(createCodec().minWindowBits).toBe(8);
    const { compressor, decompressor } = codec({}, { windowBits: 8 });
    for (const message of ["Hello", "Hello", "", "x".repeat(100_000)]) {
      const payload = compressor.compress(bytes(message), never)!;
      expect(text(decompressor.decompress(payload, 1e6, never))).toBe(message);
    }
  });

  it("takes memory for what it gives where it is told to", () => {
    const lengths: number[] = [];
    const { compressor, decompressor } = codec({
      allocate: (length) => {
        lengths.push(length);
        return new Uint8Array(length);
      },
    });
    const payload = compressor.compress(bytes("Hello Hello Hello"), never)!;
    expect(text(decompressor.decompress(payload, 100, never))).toBe("Hello Hello Hello");
    expect(lengths).toEqual([payload.length, 17]);
  });

  it("refuses a level out of range when it is made", () => {
    expect(() => createCodec({ level: 10 })).toThrow(RangeError);
    expect(() => createCodec({ level: 9 })).not.toThrow();
  });

  it("gives large messages to the platform's codec, with the same history", () => {
    const bulk = new StarBulk("at once");
    const { compressor, decompressor } = codec({ bulk, bulkMessageBytes: 6, bulkPayloadBytes: 6 });
    const payloads = ["Hello", "Hello world", "world", ""].map((message) =>
      compressor.compress(bytes(message), never)!,
    );
    expect(bulk.histories).toEqual(["Hello"]);
    expect(text(payloads[1])).toBe("*Hello world");
    expect(payloads[2]!.length).toBeLessThanOrEqual(5); // a match into what the other compressed

    bulk.histories.length = 0;
    expect(payloads.map((payload) => text(decompressor.decompress(payload, 100, never)))).toEqual([
      "Hello",
      "Hello world",
      "world",
      "",
    ]);
    expect(bulk.histories).toEqual(["", "Hello"]); // the first payload has 7 bytes
  });

  it("compresses itself where the platform's codec cannot keep to the window", () => {
    const bulk = new StarBulk("at once");
    const { compressor } = codec({ bulk, bulkMessageBytes: 0 }, { windowBits: 8 });
    expect(text(compressor.compress(bytes("Hello"), never))).not.toMatch(/^\*/);
    const smallest = codec({ bulk, bulkMessageBytes: 0 }, { windowBits: bulk.minWindowBits });
    expect(text(smallest.compressor.compress(bytes("Hello"), never))).toBe("*Hello");
  });

  it("leaves everything to the platform's codec at 0, and nothing at Infinity", () => {
    const bulk = new StarBulk("at once");
    expect(text(codec({ bulk, bulkMessageBytes: 0 }).compressor.compress(bytes("x"), never))).toBe(
      "*x",
    );
    expect(text(codec({ bulk }).compressor.compress(bytes("*"), never))).not.toBe("**");
    expect(
      text(codec({ bulk, bulkPayloadBytes: 0 }).decompressor.decompress(bytes("*x"), 9, never)),
    ).toBe("x");
    expect(() => codec({ bulk }).decompressor.decompress(bytes("*x"), 9, never)).toThrow();
  });

  it("keeps the history when the outcome comes later", () => {
    const bulk = new StarBulk("later");
    const { compressor, decompressor } = codec({ bulk, bulkMessageBytes: 8, bulkPayloadBytes: 8 });
    const outcomes: string[] = [];
    const later = (outcome: Uint8Array | Error): void => {
      outcomes.push(text(outcome));
    };
    expect(compressor.compress(bytes("Hello world"), later)).toBeUndefined();
    expect(outcomes).toEqual([]);
    bulk.late.pop()!();
    expect(outcomes).toEqual(["*Hello world"]);
    const match = compressor.compress(bytes("world"), never)!;

    expect(decompressor.decompress(bytes("*Hello world"), 11, later)).toBeUndefined();
    bulk.late.pop()!();
    expect(outcomes).toEqual(["*Hello world", "Hello world"]);
    expect(text(decompressor.decompress(match, 5, never))).toBe("world");
  });

  it("refers to what was compressed elsewhere, and was to be skipped", () => {
    const { compressor, decompressor } = codec();
    const elsewhere = codec({}, { contextTakeover: false }).compressor;
    const plain = compressor.compress(bytes("Hello"), never)!;
    const alone = elsewhere.compress(bytes("wonderful world"), never)!;
    compressor.skip(bytes("wonderful world"));
    const match = compressor.compress(bytes("wonderful world"), never)!;

    expect(match.length).toBeLessThan(6);
    const payloads = [plain, alone, match];
    expect(payloads.map((payload) => text(decompressor.decompress(payload, 100, never)))).toEqual([
      "Hello",
      "wonderful world",
      "wonderful world",
    ]);
  });

  it("forgets without context takeover, whoever does the work", () => {
    const bulk = new StarBulk("at once");
    const setup = { bulk, bulkMessageBytes: 6, bulkPayloadBytes: 6 };
    const { compressor, decompressor } = codec(setup, { contextTakeover: false });
    for (const message of ["Hello", "Hello world", "Hello world"]) {
      const payload = compressor.compress(bytes(message), never)!;
      expect(text(decompressor.decompress(payload, 100, never))).toBe(message);
    }
    expect(new Set(bulk.histories)).toEqual(new Set([""]));
  });

  it.each(["at once", "later"] as const)("reports what is refused %s", (when) => {
    const bulk = new StarBulk(when);
    const { decompressor } = codec({ bulk, bulkPayloadBytes: 5 });
    const decompress = (payload: Uint8Array, maxBytes: number): Uint8Array | Error | undefined => {
      try {
        let late: Uint8Array | Error | undefined;
        const now = decompressor.decompress(payload, maxBytes, (outcome) => (late = outcome));
        bulk.late.pop()?.();
        return now ?? late;
      } catch (error) {
        return error instanceof Error ? error : undefined;
      }
    };
    // What the platform's codec does not follow is judged here: it may be legal.
    const legal = Uint8Array.of(0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00);
    expect(text(decompress(legal, 100))).toBe("Hello");
    expect(decompress(bytes("*12345"), 4)).toMatchObject({
      code: "MESSAGE_TOO_BIG",
      reason: "message of 6 bytes, once decompressed, is over maxMessageBytes 4",
    });
    expect(decompress(bytes("broken"), 100)).toMatchObject({ code: "DEFLATE_INVALID" });
  });

  it("reports a platform's codec that comes to nothing as no fault of the peer", () => {
    const outcomes: unknown[] = [];
    const bulk: BulkDeflate = {
      minWindowBits: 9,
      elsewhereBytes: 0,
      deflate: never,
      inflate: (_payload, _options, later) => {
        queueMicrotask(() => Reflect.apply(later, undefined, [undefined]));
        return undefined;
      },
    };
    const { decompressor } = codec({ bulk, bulkPayloadBytes: 0 });
    decompressor.decompress(bytes("x"), 1, (outcome) => outcomes.push(outcome));
    return Promise.resolve().then(() => {
      expect(outcomes).toEqual([expect.objectContaining({ code: "CODEC_FAILED" })]);
    });
  });

  it("hands on what the platform's codec throws", () => {
    const failure = new Error("no memory");
    const fail = (): never => {
      throw failure;
    };
    const bulk = { minWindowBits: 9, elsewhereBytes: 0, deflate: fail, inflate: fail };
    const { compressor, decompressor } = codec({ bulk, bulkMessageBytes: 0, bulkPayloadBytes: 0 });
    expect(() => compressor.compress(bytes("x"), never)).toThrow(failure);
    expect(() => decompressor.decompress(bytes("x"), 1, never)).toThrow(failure);
  });
});
