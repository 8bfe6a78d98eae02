import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type FrameHeader,
  MAX_HEADER_LENGTH,
  Opcode,
  headerLength,
  parseFrameHeader,
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
