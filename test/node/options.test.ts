import { describe, expect, it } from "vitest";
import type { Role } from "../../src/protocol/index.js";
import { type ConnectionOptions, resolveConnectionOptions } from "../../src/node/options.js";

describe("resolveConnectionOptions", () => {
  it("has finite limits without any option", () => {
    const { clock, onHandlerError, ...resolved } = resolveConnectionOptions({}, "server");
    expect(clock.now()).toBeGreaterThan(0);
    expect(onHandlerError).toBeTypeOf("function");
    expect(resolved).toEqual({
      limits: { maxMessageBytes: 1_048_576, maxFragments: 16_384 },
      messageTimeoutMs: 60_000,
      maxBufferedBytes: 1_048_576,
      bufferPolicy: "wait",
      maxQueuedBytes: 1_048_576,
      closeTimeoutMs: 10_000,
      messagesWhileClosing: "drop",
      pingIntervalMs: 30_000,
      pongTimeoutMs: 15_000,
      perMessageDeflate: {},
      textAs: "string",
      zeroCopy: false,
      sharedReads: false,
      onFrame: undefined,
    });
  });

  it("shares reads where Node offers that, and views are not asked for", () => {
    const sharedReads = (options: ConnectionOptions, role: Role): boolean =>
      resolveConnectionOptions(options, role).sharedReads;
    expect(sharedReads({}, "client")).toBe(true);
    expect(sharedReads({ zeroCopy: true }, "client")).toBe(false);
    expect(sharedReads({ zeroCopy: true, sharedReads: true }, "client")).toBe(true);
    expect(sharedReads({ sharedReads: false }, "client")).toBe(false);
    expect(sharedReads({ sharedReads: true }, "server")).toBe(true);
  });

  it("takes 0 as zero and Infinity as no limit", () => {
    const resolved = resolveConnectionOptions(
      { maxMessageBytes: 0, pingIntervalMs: Infinity },
      "client",
    );
    expect(resolved.limits.maxMessageBytes).toBe(0);
    expect(resolved.pingIntervalMs).toBe(Infinity);
  });

  it.each([
    "maxMessageBytes",
    "maxFragments",
    "messageTimeoutMs",
    "maxBufferedBytes",
    "maxQueuedBytes",
    "closeTimeoutMs",
    "pingIntervalMs",
    "pongTimeoutMs",
  ] as const)("names %s when it is no limit", (name) => {
    expect(() => resolveConnectionOptions({ [name]: -1 }, "server")).toThrow(
      `${name} must be 0 or more, or Infinity for no limit, not -1`,
    );
    expect(() => resolveConnectionOptions({ [name]: NaN }, "server")).toThrow(RangeError);
    const asText = { [name]: "1" } as ConnectionOptions;
    expect(() => resolveConnectionOptions(asText, "server")).toThrow(
      `${name} must be a number, not a string`,
    );
  });

  it("refuses policies, forms of text and windows that do not exist", () => {
    // @ts-expect-error: not a policy
    expect(() => resolveConnectionOptions({ bufferPolicy: "drop" }, "server")).toThrow(TypeError);
    // @ts-expect-error: not a form
    expect(() => resolveConnectionOptions({ textAs: "buffer" }, "server")).toThrow(TypeError);
    const tooSmall = { perMessageDeflate: { serverMaxWindowBits: 7 } };
    expect(() => resolveConnectionOptions(tooSmall, "server")).toThrow(RangeError);
  });

  it("turns permessage-deflate off with false, on with true", () => {
    const deflateOf = (perMessageDeflate: boolean): unknown =>
      resolveConnectionOptions({ perMessageDeflate }, "server").perMessageDeflate;
    expect(deflateOf(false)).toBeUndefined();
    expect(deflateOf(true)).toEqual({});
  });
});
