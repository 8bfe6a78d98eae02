import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteQueue } from "../../src/protocol/byte-queue.js";
import { pattern } from "../support/protocol.js";

const length = fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(0, 1023, 1024, 1025, 4096, 5000));

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("push" as const), count: length }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("makeContiguous" as const), count: length }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom("take" as const, "skip" as const),
      count: length,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom("clear" as const, "copyFront" as const),
      count: fc.constant(0),
    }),
  },
);

describe("ByteQueue", () => {
  it("gives the bytes that went in, in order, whatever is done to it in between", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ByteQueue();
        let model: number[] = [];
        let next = 0;
        for (const { type, count } of steps) {
          const available = queue.end - queue.start;
          if (type === "push") {
            const chunk = pattern(count).map((byte) => byte + next);
            model.push(...chunk);
            next += 7;
            queue.push(chunk);
          } else if (type === "makeContiguous") {
            queue.makeContiguous(count);
            expect(queue.end - queue.start).toBeGreaterThanOrEqual(Math.min(count, model.length));
          } else if (type === "take") {
            const bytes = queue.take(Math.min(count, available));
            expect([...bytes]).toEqual(model.splice(0, bytes.length));
          } else if (type === "skip") {
            queue.skip(Math.min(count, available));
            model.splice(0, Math.min(count, available));
          } else if (type === "copyFront") {
            const before = queue.front;
            queue.copyFront();
            before.fill(0xff); // what was copied is somebody else's
          } else {
            queue.clear();
            model = [];
          }
          const front = queue.front.subarray(queue.start, queue.end);
          expect(queue.length).toBe(model.length);
          expect(front.length > 0).toBe(model.length > 0);
          expect([...front]).toEqual(model.slice(0, front.length));
        }
      }),
    );
  });
});
