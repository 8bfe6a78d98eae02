import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutputBuffer } from "../../src/protocol/output-buffer.js";
import { platform, sameBytes } from "../support/protocol.js";
import { concat } from "../support/wire-frame.js";

const COUNT = 3;

const length = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 200 }) },
  { weight: 2, arbitrary: fc.constantFrom(1023, 1024, 5000, 16_384, 16_385) },
  { weight: 1, arbitrary: fc.constantFrom(65_536, 70_000) },
);

const step = fc.record({
  which: fc.nat({ max: COUNT - 1 }),
  type: fc.constantFrom("write", "write", "write", "append", "share", "share", "take"),
  length,
  /** A frame writer reserves header and payload together, and commits them apart. */
  parts: fc.integer({ min: 1, max: 3 }),
});

describe("OutputBuffer", () => {
  it("keeps order and content, with several buffers on the same memory", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ends = Array.from({ length: COUNT }, () => ({
          buffer: new OutputBuffer(platform.allocate),
          wanted: [] as Uint8Array[],
          taken: [] as Uint8Array[],
        }));
        steps.forEach(({ which, type, length: count, parts }, i) => {
          const end = ends[which]!;
          const bytes = new Uint8Array(count).fill(i + 1);
          if (type === "take") {
            end.taken.push(...end.buffer.take());
            expect(end.buffer.length).toBe(0);
            return;
          }
          const before = end.buffer.length;
          if (type === "append") end.buffer.append(bytes);
          else if (type === "share") end.buffer.appendShared(bytes);
          else {
            end.buffer.reserve(count);
            const size = Math.ceil(count / parts);
            for (let at = 0; at < count; at += size) {
              const part = bytes.subarray(at, at + size);
              end.buffer.block.set(part, end.buffer.position);
              end.buffer.commit(part.length);
            }
          }
          end.wanted.push(bytes);
          expect(end.buffer.length).toBe(before + count);
        });

        for (const { buffer, wanted, taken } of ends) {
          const all = concat([...taken, ...buffer.take()]);
          expect(sameBytes(all, concat(wanted))).toBe(true);
        }
      }),
    );
  });
});
