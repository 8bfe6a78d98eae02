import { describe, expect, it } from "vitest";
import { type FrameHeader, Opcode } from "../../src/protocol/frame-header.js";
import type { FramePart } from "../../src/protocol/frame-reader.js";
import { FrameTrace, OBSERVED_BYTES, type ObservedFrame } from "../../src/protocol/frame-trace.js";
import { pattern, sameBytes } from "../support/protocol.js";
import { hex, utf8 } from "../support/wire-frame.js";

const header = (payloadLength: number, masked = false): FrameHeader => ({
  fin: true,
  rsv: 0,
  opcode: Opcode.TEXT,
  payloadLength,
  masked,
  maskingKey: masked ? 0x01_02_03_04 : 0,
});

function newTrace(): { trace: FrameTrace; seen: ObservedFrame[] } {
  const seen: ObservedFrame[] = [];
  return { trace: new FrameTrace((frame) => seen.push(frame)), seen };
}

/** Passes `payload` on in pieces of `size` bytes. */
function receive(trace: FrameTrace, payload: Uint8Array, size: number): void {
  for (let start = 0; start === 0 || start < payload.length; start += size) {
    const part: FramePart = {
      header: header(payload.length),
      payload: payload.subarray(start, start + size),
      isFirst: start === 0,
      isLast: start + size >= payload.length,
    };
    trace.received(part);
  }
}

describe("FrameTrace", () => {
  it("tells of a received frame once it is complete, its parts joined", () => {
    const { trace, seen } = newTrace();
    const start = { header: header(5), payload: utf8("Hel"), isFirst: true, isLast: false };
    trace.received(start);
    expect(seen).toEqual([]);

    trace.received({ ...start, payload: utf8("lo"), isFirst: false, isLast: true });
    expect(seen).toEqual([
      { ...header(5), direction: "received", headerBytes: hex("81 05"), payload: utf8("Hello") },
    ]);
  });

  it("starts afresh with each frame", () => {
    const { trace, seen } = newTrace();
    receive(trace, utf8("one"), 1);
    receive(trace, utf8(""), 1);
    receive(trace, utf8("two"), 3);

    expect(seen.map(({ payload }) => payload)).toEqual(["one", "", "two"].map(utf8));
  });

  it.each([OBSERVED_BYTES - 1, OBSERVED_BYTES, OBSERVED_BYTES + 1, 3 * OBSERVED_BYTES])(
    "keeps the first 4096 of %d bytes, whatever parts they come in",
    (length) => {
      for (const size of [1, 1000, 4096, length]) {
        const { trace, seen } = newTrace();
        receive(trace, pattern(length), size);
        receive(trace, pattern(10), 10);

        const [long, short] = seen.map(({ payload }) => payload);
        expect(sameBytes(long ?? hex(""), pattern(length).subarray(0, 4096))).toBe(true);
        expect(short).toEqual(pattern(10));
        expect(seen[0]?.payloadLength).toBe(length);
      }
    },
  );

  it("tells of a sent frame, with its header as on the wire and its payload unmasked", () => {
    const { trace, seen } = newTrace();
    trace.sent(header(5, true), utf8("Hello"));

    expect(seen).toEqual([
      {
        ...header(5, true),
        direction: "sent",
        headerBytes: hex("81 85 01 02 03 04"),
        payload: utf8("Hello"),
      },
    ]);
  });

  it("keeps the first 4096 bytes of a longer frame that is sent", () => {
    const { trace, seen } = newTrace();
    trace.sent(header(70_000), pattern(70_000));

    expect(seen[0]?.payload).toEqual(pattern(4096));
    expect(seen[0]?.headerBytes).toEqual(hex("81 7f 0000000000011170"));
  });

  it("copies: what it told does not change with the memory of the connection", () => {
    const { trace, seen } = newTrace();
    // A Buffer's slice() is not a copy, as a Uint8Array's is.
    const payload = Buffer.from("Hello");
    trace.sent(header(5), payload);
    trace.received({ header: header(5), payload, isFirst: true, isLast: true });
    trace.received({ header: header(10), payload, isFirst: true, isLast: false });
    payload.fill(0x21);
    trace.received({ header: header(10), payload, isFirst: false, isLast: true });

    expect(seen.map((frame) => frame.payload)).toEqual(["Hello", "Hello", "Hello!!!!!"].map(utf8));
  });
});
