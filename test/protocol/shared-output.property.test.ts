// Shared bytes take a shorter way through an output than bytes of its own. Both ways must give the same bytes.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { OutputBuffer } from "../../src/protocol/output-buffer.js";
import { countingPlatform, sameBytes } from "../support/protocol.js";
import { concat } from "../support/wire-frame.js";

const MEMBERS = 3;
const FRAMES = [1, 2, 30, 200, 3_000, 8_191].map((length, i) =>
  new Uint8Array(length).map((_, at) => at * 7 + i),
);

const frame = fc.nat({ max: FRAMES.length - 1 });
const member = fc.nat({ max: MEMBERS - 1 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant("broadcast" as const), frame }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("one" as const), frame, member }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("own" as const), frame, member }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("append" as const), frame, member }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("take" as const), member }) },
);

/** Writes bytes as a frame of one connection is written. */
function writeOwn(buffer: OutputBuffer, bytes: Uint8Array): void {
  buffer.reserve(bytes.length);
  buffer.block.set(bytes, buffer.position);
  buffer.commit(bytes.length);
}

it("is the same bytes as with a copy for each connection, and leaves what is shared alone", () => {
  const { platform, allocated } = countingPlatform();
  let shortcuts = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ends = Array.from({ length: MEMBERS }, () => ({
        short: new OutputBuffer(platform.allocate),
        plain: new OutputBuffer((length) => new Uint8Array(length)),
      }));
      const before = FRAMES.map((bytes) => new Uint8Array(bytes));
      const share = ({ short, plain }: (typeof ends)[number], bytes: Uint8Array): void => {
        short.appendShared(bytes);
        writeOwn(plain, bytes);
      };
      const take = ({ short, plain }: (typeof ends)[number]): void => {
        expect(short.length).toBe(plain.length);
        const chunks = short.take();
        if (chunks.length === 1 && chunks[0]!.byteOffset === 0) shortcuts++;
        expect(sameBytes(concat(chunks), concat(plain.take()))).toBe(true);
      };
      for (const one of steps) {
        if (one.type === "broadcast") for (const end of ends) share(end, FRAMES[one.frame]!);
        else if (one.type === "one") share(ends[one.member]!, FRAMES[one.frame]!);
        else if (one.type === "take") take(ends[one.member]!);
        else {
          const { short, plain } = ends[one.member]!;
          const bytes = FRAMES[one.frame]!;
          if (one.type === "append") short.append(bytes);
          else writeOwn(short, bytes);
          writeOwn(plain, bytes);
        }
      }
      ends.forEach(take);
      expect(FRAMES.every((bytes, i) => sameBytes(bytes, before[i]!))).toBe(true);
    }),
  );
  expect(shortcuts).toBeGreaterThan(0);
  expect(allocated.length).toBeGreaterThan(0);
});
