import { describe, expect, test } from "vitest";
import { type FrameLoop, frameLoop, maskedFrame } from "../../bench/load/frames.js";
import { ReplyCheck } from "../../bench/load/reply-check.js";
import { CORPORA, seeded } from "../support/deflate-corpora.js";
import { hex } from "../support/wire-frame.js";

const message = (bytes: number) => ({ isText: true, payload: Buffer.alloc(bytes, "x") });

/** The frames a lane sends when it sends `run` at a time, and goes on at the start of the loop. */
function sent({ bytes, offsets, loopStart, loopEnd }: FrameLoop, run: number, runs: number) {
  let at = 0;
  return Array.from({ length: runs }, () => {
    const end = at + run;
    const frames = bytes.subarray(offsets[at], offsets[end]);
    at = end < loopEnd ? end : loopStart + ((end - loopStart) % (loopEnd - loopStart));
    return frames;
  });
}

describe("a masked frame", () => {
  test("is the example of RFC 6455 §5.7", () => {
    expect(maskedFrame(0x81, Buffer.from("Hello"), 0x37fa213d)).toEqual(
      Buffer.from(hex("81 85 37 fa 21 3d 7f 9f 4d 51 58")),
    );
  });

  test.each([
    [125, "fd", 6],
    [126, "fe 00 7e", 8],
    [65_535, "fe ff ff", 8],
    [65_536, "ff 00 00 00 00 00 01 00 00", 14],
  ])("of %i bytes has the shortest length form", (length, start, headerBytes) => {
    const frame = maskedFrame(0x82, Buffer.alloc(length), 1);
    expect(frame.subarray(1, headerBytes - 4)).toEqual(Buffer.from(hex(start)));
    expect(frame.length).toBe(headerBytes + length);
  });
});

describe("a loop of frames", () => {
  test("has as many in one piece from every place as are sent at once", () => {
    const loop = frameLoop([message(1), message(2), message(300)], 5);
    const check = new ReplyCheck({ compressed: false, contextTakeover: false });
    const lengths = sent(loop, 5, 7).flatMap((frames) =>
      check.take(frames).map(({ payload }) => payload.length),
    );
    expect(lengths).toEqual(Array.from({ length: 35 }, (_, i) => [1, 2, 300][i % 3]));
  });

  test.each([
    { contextTakeover: true, windowBits: 15 },
    { contextTakeover: true, windowBits: 9 },
    { contextTakeover: false, windowBits: 12 },
  ])("can be inflated however often it is repeated: %o", (compression) => {
    const random = seeded(7);
    const messages = Array.from({ length: 9 }, () => ({
      isText: true,
      payload: CORPORA.json(random, 400),
    }));
    const check = new ReplyCheck({ compressed: true, ...compression });
    const received = sent(frameLoop(messages, 4, compression), 4, 20).flatMap((frames) =>
      check.take(frames),
    );
    expect(received.map(({ payload }) => Buffer.from(payload).toString())).toEqual(
      Array.from({ length: 80 }, (_, i) => Buffer.from(messages[i % 9]!.payload).toString()),
    );
  });

  test("is smaller where frames may refer to the messages before them", () => {
    const random = seeded(7);
    const messages = Array.from({ length: 9 }, () => ({
      isText: true,
      payload: CORPORA.json(random, 400),
    }));
    const bytesOf = (contextTakeover: boolean): number => {
      const loop = frameLoop(messages, 1, { contextTakeover, windowBits: 12 });
      return loop.offsets[loop.loopEnd]! - loop.offsets[loop.loopStart]!;
    };
    expect(bytesOf(true)).toBeLessThan(bytesOf(false) * 0.8);
  });
});
