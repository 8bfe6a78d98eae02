import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../../src/protocol/errors.js";
import type {
  CodecOptions,
  DeflateCodec,
  Later,
} from "../../../src/protocol/extensions/extension.js";
import {
  DEFAULT_DEFLATE_THRESHOLD,
  PerMessageDeflate,
  type PerMessageDeflateOptions,
} from "../../../src/protocol/extensions/permessage-deflate.js";
import { RSV1 } from "../../../src/protocol/frame-header.js";
import { zlibCodec } from "../../support/codec.js";
import { pattern } from "../../support/protocol.js";
import { hex, utf8 } from "../../support/wire-frame.js";

const PARAMETERS = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 11,
  clientMaxWindowBits: 10,
};

const never = (): never => {
  throw new Error("the outcome was there at once");
};

/** A codec by zlib that notes what it was asked to create. */
function notingCodec(minWindowBits = 9) {
  const compressors: CodecOptions[] = [];
  const decompressors: CodecOptions[] = [];
  const codec: DeflateCodec = {
    minWindowBits,
    elsewhereBytes: 7,
    createCompressor: (options) => {
      compressors.push(options);
      return zlibCodec.createCompressor(options);
    },
    createDecompressor: (options) => {
      decompressors.push(options);
      return zlibCodec.createDecompressor(options);
    },
  };
  return { codec, compressors, decompressors };
}

function newDeflate(options: Partial<PerMessageDeflateOptions> = {}): PerMessageDeflate {
  return new PerMessageDeflate({
    role: "server",
    parameters: PARAMETERS,
    codec: zlibCodec,
    ...options,
  });
}

describe("PerMessageDeflate", () => {
  it("claims RSV1 [7692-6-01]", () => {
    expect(newDeflate().rsv).toBe(RSV1);
    expect(RSV1).toBe(0x40);
  });

  it("leaves messages alone that are shorter than the threshold [7692-6-04]", () => {
    const usual = newDeflate();
    expect(DEFAULT_DEFLATE_THRESHOLD).toBe(32);
    expect([31, 32].map((length) => usual.isWorthEncoding(length))).toEqual([false, true]);

    const all = newDeflate({ thresholdBytes: 0 });
    expect(all.isWorthEncoding(0)).toBe(true);
    expect(newDeflate({ thresholdBytes: Infinity }).isWorthEncoding(2 ** 30)).toBe(false);
    expect(newDeflate({ thresholdBytes: undefined }).isWorthEncoding(31)).toBe(false);
  });

  it("says what its codec may do elsewhere", () => {
    expect(newDeflate({ codec: notingCodec().codec }).elsewhereBytes).toBe(7);
  });

  it("creates what it needs with the first message, and only once", () => {
    const { codec, compressors, decompressors } = notingCodec();
    const deflate = newDeflate({ codec });
    expect([compressors.length, decompressors.length]).toEqual([0, 0]);

    deflate.encode(utf8("one"), never);
    deflate.encode(utf8("two"), never);
    expect([compressors.length, decompressors.length]).toEqual([1, 0]);
    deflate.decode(hex("f248cdc9c90700"), 100, never);
    deflate.decode(hex("f248cdc9c90700"), 100, never);
    expect([compressors.length, decompressors.length]).toEqual([1, 1]);
  });

  it.each([
    [
      "server",
      { windowBits: 11, contextTakeover: true },
      { windowBits: 10, contextTakeover: false },
    ],
    [
      "client",
      { windowBits: 10, contextTakeover: false },
      { windowBits: 11, contextTakeover: true },
    ],
  ] as const)("keeps to what was agreed for each direction, as a %s", (role, own, ofPeer) => {
    const { codec, compressors, decompressors } = notingCodec();
    const deflate = newDeflate({ codec, role });
    deflate.encode(utf8("one"), never);
    deflate.decode(hex("f248cdc9c90700"), 100, never);

    expect(compressors).toEqual([own]);
    expect(decompressors).toEqual([ofPeer]);
  });

  it.each([8, 9, 10, 11, 12, 13, 14, 15])(
    "compresses with the window of 2^%i bytes that was agreed, not with a smaller one",
    (bits) => {
      for (const role of ["server", "client"] as const) {
        const { codec, compressors } = notingCodec(8);
        const agreed = { [`${role}MaxWindowBits`]: bits };
        const deflate = newDeflate({ role, codec, parameters: { ...PARAMETERS, ...agreed } });
        deflate.encode(utf8(""), never);

        expect(compressors).toEqual([expect.objectContaining({ windowBits: bits })]);
        expect(deflate.sharingClass).toBe(bits);
      }
    },
  );

  it("carries messages from either end to the other, of any size [7692-6-05]", () => {
    for (const role of ["client", "server"] as const) {
      const sender = newDeflate({ role });
      const receiver = newDeflate({ role: role === "client" ? "server" : "client" });
      for (const length of [0, 1, 31, 5000, 0, 100_000]) {
        const payload = sender.encode(pattern(length), never);
        const message = receiver.decode(payload ?? hex(""), 100_000, never);

        expect(message).toHaveLength(length);
        expect(Buffer.compare(message ?? hex(""), pattern(length))).toBe(0);
      }
    }
  });

  it("encodes alone with its own window, whatever came before", () => {
    const { codec, compressors } = notingCodec();
    const deflate = newDeflate({ codec });
    const first = deflate.encodeAlone(utf8("Hello Hello Hello"), never);
    deflate.encode(utf8("Hello Hello Hello"), never);
    const second = deflate.encodeAlone(utf8("Hello Hello Hello"), never);

    expect(second).toEqual(first);
    expect(compressors).toEqual([
      { windowBits: 11, contextTakeover: false },
      { windowBits: 11, contextTakeover: true },
      { windowBits: 11, contextTakeover: false },
    ]);
    expect(deflate.sharingClass).toBe(11);
    expect(newDeflate({ role: "client" }).sharingClass).toBe(10);
  });

  it("takes note of what was encoded alone, once it has a history", () => {
    const sender = newDeflate();
    const receiver = newDeflate({ role: "client" });
    const message = pattern(200);
    const carry = (payload: Uint8Array | undefined) =>
      receiver.decode(payload ?? hex(""), 1000, never);
    for (let i = 0; i < 2; i++) {
      expect(carry(sender.encodeAlone(message, never))).toEqual(message);
      sender.skip(message);
      expect(carry(sender.encode(message, never))).toEqual(message);
    }
    sender.skip(pattern(150));
    carry(sender.encodeAlone(pattern(150), never));
    const referring = sender.encode(pattern(150), never);
    expect(referring?.length).toBeLessThan(20);
    expect(carry(referring)).toEqual(pattern(150));
  });

  it("decodes up to the limit it is given, and not a byte more", () => {
    const payload = newDeflate().encode(pattern(1000), never) ?? hex("");

    expect(newDeflate({ role: "client" }).decode(payload, 1000, never)).toHaveLength(1000);
    expect(() => newDeflate({ role: "client" }).decode(payload, 999, never)).toThrow(
      new ProtocolError("MESSAGE_TOO_BIG"),
    );
  });

  it("passes on an outcome that comes later", () => {
    const outcomes: unknown[] = [];
    const givesLater = (outcome: Uint8Array) => (later: Later) => {
      later(outcome);
      return undefined;
    };
    const late: DeflateCodec = {
      minWindowBits: 8,
      elsewhereBytes: 0,
      createCompressor: () => ({
        compress: (_message, later) => givesLater(hex("01"))(later),
        skip: () => {},
      }),
      createDecompressor: () => ({
        decompress: (_payload, _max, later) => givesLater(hex("02"))(later),
      }),
    };
    const deflate = newDeflate({ codec: late });

    expect(deflate.encode(hex(""), (outcome) => outcomes.push(outcome))).toBeUndefined();
    expect(deflate.decode(hex(""), 1, (outcome) => outcomes.push(outcome))).toBeUndefined();
    expect(outcomes).toEqual([hex("01"), hex("02")]);
  });
});
