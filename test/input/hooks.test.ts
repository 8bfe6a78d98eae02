// oxlint-disable unicorn/no-thenable -- promises of other libraries are what is tried here
import { describe, expect, it, vi } from "vitest";
import { answerAtOnce, callSafely } from "../../src/input/index.js";

const oops = new Error("oops");

describe("answerAtOnce", () => {
  it.each([undefined, null, 0, "", "x", true, {}, { then: 1 }])(
    "returns the answer %s",
    (answer) => {
      expect(answerAtOnce("route", answer)).toBe(answer);
    },
  );

  it.each([
    ["is rejected", () => Promise.reject(oops)],
    ["is resolved", () => Promise.resolve(1)],
    ["never settles", () => new Promise(() => {})],
    [
      "is of another library",
      () => ({ then: (_done: unknown, failed: (error: unknown) => void) => failed(oops) }),
    ],
  ])("refuses a promise that %s, and takes its rejection [M01]", async (_name, answer) => {
    const uncaught = vi.fn<(error: unknown) => void>();
    process.on("unhandledRejection", uncaught);
    const message = "route returned a promise: it must give its answer at once";
    expect(() => answerAtOnce<unknown>("route", answer())).toThrow(new TypeError(message));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", uncaught);
    expect(uncaught).not.toHaveBeenCalled();
  });
});

describe("callSafely", () => {
  it.each([
    [
      "throws",
      () => {
        throw oops;
      },
    ],
    ["rejects", () => Promise.reject(oops)],
    [
      "returns a promise of another library",
      () => ({ then: (_done: unknown, failed: (error: unknown) => void) => failed(oops) }),
    ],
    [
      "returns a promise that is rejected twice, and fulfilled",
      () => ({
        then: (done: () => void, failed: (error: unknown) => void) => {
          failed(oops);
          done();
          failed(oops);
        },
      }),
    ],
    [
      "returns a promise that throws when it is waited for",
      () => ({
        then() {
          throw oops;
        },
      }),
    ],
    [
      "returns what throws when it is asked",
      () => ({
        get then() {
          throw oops;
        },
      }),
    ],
  ])("reports a function that %s [M01]", async (_name, call) => {
    const failed = vi.fn<(error: unknown) => void>();
    callSafely(call, failed);
    await new Promise((resolve) => setImmediate(resolve));
    expect(failed.mock.calls).toEqual([[oops]]);
  });

  it.each([() => undefined, () => Promise.resolve(1), () => new Promise(() => {})])(
    "reports nothing else",
    async (call) => {
      const failed = vi.fn<(error: unknown) => void>();
      callSafely(call, failed);
      await Promise.resolve();
      expect(failed).not.toHaveBeenCalled();
    },
  );
});
