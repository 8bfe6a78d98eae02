import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Budget } from "../../src/protocol/budget.js";
import {
  type FrameHeader,
  type PeerRules,
  MAX_HEADER_LENGTH,
  Opcode,
  headerLength,
  parseFrameHeader,
  parseWholeFrame,
  writeFrameHeader,
} from "../../src/protocol/frame-header.js";
import { payloadLength } from "../support/protocol-arbitraries.js";

const maskingKey = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

const masking = fc.oneof(
  maskingKey.map((key) => ({ masked: true, maskingKey: key })),
  fc.constant({ masked: false, maskingKey: 0 }),
);

const dataHeader = fc.record({
  fin: fc.boolean(),
  rsv: fc.constantFrom(0x00, 0x10, 0x20, 0x40, 0x70),
  opcode: fc.constantFrom(Opcode.TEXT, Opcode.BINARY),
  payloadLength,
});

const otherHeader = fc.record({
  fin: fc.constant(true),
  rsv: fc.constant(0),
  opcode: fc.constantFrom(Opcode.CONTINUATION, Opcode.CLOSE, Opcode.PING, Opcode.PONG),
  payloadLength: fc.nat({ max: 125 }),
});

const header: fc.Arbitrary<FrameHeader> = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: dataHeader }, otherHeader), masking)
  .map(([frame, mask]) => Object.assign(frame, mask));

describe("frame header", () => {
  it("is read back as it was written, at any place", () => {
    fc.assert(
      fc.property(
        header,
        fc.nat({ max: 9 }),
        fc.uint8Array({ maxLength: 8 }),
        (given, offset, rest) => {
          const target = new Uint8Array(offset + MAX_HEADER_LENGTH + rest.length);
          const end = writeFrameHeader(target, offset, given);
          target.set(rest, end);
          const rules = { masked: given.masked, rsv: 0x70 };

          expect(end).toBe(offset + headerLength(given.payloadLength, given.masked));
          expect(parseFrameHeader(target, offset, end + rest.length, rules)).toEqual(given);
          for (let short = offset; short < end; short++) {
            expect(parseFrameHeader(target, offset, short, rules)).toBeUndefined();
          }
        },
      ),
    );
  });

  it("is a header, undefined or a ProtocolError for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.boolean(), (bytes, masked) => {
        try {
          const parsed = parseFrameHeader(bytes, 0, bytes.length, { masked, rsv: 0x40 });
          expect(parsed?.masked ?? masked).toBe(masked);
        } catch (error) {
          expect(error).toHaveProperty("name", "ProtocolError");
        }
      }),
    );
  });
});

/** Lengths around each change of form, in forms that may be too long for them. */
const lengthForm = fc.oneof(
  fc.nat({ max: 127 }).map((short) => [short, []] as const),
  fc
    .oneof(fc.nat({ max: 300 }), fc.constantFrom(125, 126, 1000, 65_535))
    .map((length) => [126, [length >>> 8, length & 0xff]] as const),
  fc
    .tuple(fc.constantFrom(0, 1, 0x80), fc.constantFrom(0, 125, 65_535, 65_536))
    .map(([high, low]) => [127, [high, 0, 0, 0, 0, low >>> 16, low >>> 8, low & 0xff]] as const),
);

/** Frames of which most are legal: opcode, reserved bits, masking, length and what has arrived may all be wrong. */
const anyFrame = fc
  .record({
    fin: fc.oneof({ weight: 4, arbitrary: fc.constant(0x80) }, fc.constant(0)),
    rsv: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(0, 0x40) },
      fc.constantFrom(0x10, 0x20, 0x70),
    ),
    opcode: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 2) }, fc.nat({ max: 15 })),
    mask: fc.constantFrom(0, 0x80),
    form: lengthForm,
    key: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    /** Bytes that are missing at the end, or behind it. */
    behind: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: -9, max: 9 })),
    before: fc.nat({ max: 3 }),
  })
  .map(({ fin, rsv, opcode, mask, form: [short, more], key, behind, before }) => {
    const head = [fin | rsv | opcode, mask | short, ...more, ...(mask === 0 ? [] : key)];
    const length = short < 126 ? short : short === 126 ? (more[0]! << 8) | more[1]! : 65_536;
    const bytes = new Uint8Array(Math.max(before, before + head.length + length + behind)).fill(
      0xa5,
    );
    bytes.set(head.slice(0, bytes.length - before), before);
    return { bytes, start: before };
  });

const rulesOfPeer: fc.Arbitrary<PeerRules> = fc.record({
  masked: fc.boolean(),
  rsv: fc.constantFrom(0, 0x40, 0x70),
});

const limits = fc.record({
  maxMessageBytes: fc.constantFrom(0, 10, 125, 1_048_576),
  maxFragments: fc.constantFrom(0, 1, 16_384),
});

function parseOrRefuse(bytes: Uint8Array, start: number, rules: PeerRules) {
  try {
    return parseFrameHeader(bytes, start, bytes.length, rules);
  } catch {
    return undefined;
  }
}

/** What the parser of every header says of a whole message; `undefined` where there is none. */
function wholeByHeader(bytes: Uint8Array, start: number, rules: PeerRules, budget: Budget) {
  const parsed = parseOrRefuse(bytes, start, rules);
  if (parsed === undefined || !parsed.fin || parsed.payloadLength > 0xffff) return undefined;
  if (parsed.opcode !== Opcode.TEXT && parsed.opcode !== Opcode.BINARY) return undefined;
  const payloadStart = start + headerLength(parsed.payloadLength, parsed.masked);
  const end = payloadStart + parsed.payloadLength;
  const isCompressed = (parsed.rsv & 0x40) !== 0;
  try {
    budget.chargeFragment(parsed.payloadLength, isCompressed);
  } catch {
    return undefined;
  }
  if (end > bytes.length) return undefined;
  const { payloadLength: length, maskingKey: key } = parsed;
  const isText = parsed.opcode === Opcode.TEXT;
  return { end, header: { isText, isCompressed, length, start: payloadStart, maskingKey: key } };
}

describe("the parser of whole messages", () => {
  const UNREAD = { isText: false, isCompressed: false, length: -1, start: -1, maskingKey: -1 };

  it("says what the parser of every header says, of legal and of illegal frames", () => {
    let wholes = 0;
    let others = 0;
    const check = (bytes: Uint8Array, start: number, rules: PeerRules, limit: object): void => {
      const header = { ...UNREAD };
      const end = parseWholeFrame(header, bytes, start, rules, new Budget(limit));
      const expected = wholeByHeader(bytes, start, rules, new Budget(limit));
      expect(end).toBe(expected?.end ?? -1);
      expect(header).toEqual(expected?.header ?? UNREAD);
      if (expected === undefined) others++;
      else wholes++;
    };
    fc.assert(
      fc.property(anyFrame, rulesOfPeer, limits, ({ bytes, start }, rules, limit) => {
        check(bytes, start, rules, limit);
        check(bytes, start, rules, {});
        check(bytes, start, { masked: (bytes[start + 1] ?? 0) >= 0x80, rsv: 0x70 }, {});
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), rulesOfPeer, (bytes, rules) => {
        check(bytes, 0, rules, {});
      }),
    );
    expect(wholes).toBeGreaterThan(0);
    expect(others).toBeGreaterThan(0);
  });
});
