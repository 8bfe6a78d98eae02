import { describe, expect, it } from "vitest";
import { Budget, DEFAULT_MESSAGE_LIMITS } from "../../src/protocol/budget.js";
import { violation } from "../support/protocol.js";

const LONGEST_STRING = 536_870_888;

describe("Budget", () => {
  it("has finite limits without any option [6455-10-06]", () => {
    const budget = new Budget();

    expect(budget.maxMessageBytes).toBe(1_048_576);
    expect(DEFAULT_MESSAGE_LIMITS).toEqual({ maxMessageBytes: 1_048_576, maxFragments: 16_384 });
    for (let i = 0; i < 16_384; i++) budget.chargeFragment(0, false);
    expect(() => budget.chargeFragment(0, false)).toThrow(violation("FRAGMENTS_TOO_MANY"));
  });

  it("takes one limit and keeps the default of the other", () => {
    const small = new Budget({ maxFragments: 1 });
    expect(small.maxMessageBytes).toBe(1_048_576);

    const few = new Budget({ maxMessageBytes: 10 });
    few.chargeFragment(5, false);
    few.chargeFragment(5, false);
    expect(few.fragments).toBe(2);
  });

  it("takes Infinity as the longest text there can be", () => {
    expect(new Budget({ maxMessageBytes: Infinity }).maxMessageBytes).toBe(LONGEST_STRING);
    expect(() => "x".repeat(LONGEST_STRING)).not.toThrow();
    expect(() => "x".repeat(LONGEST_STRING + 1)).toThrow(RangeError);
  });

  it("counts fragments without end when told so", () => {
    const budget = new Budget({ maxFragments: Infinity });
    for (let i = 0; i < 20_000; i++) budget.chargeFragment(0, false);

    expect(budget.fragments).toBe(20_000);
  });

  it("takes 0 as zero: no message with a byte in it, or none at all", () => {
    const bytes = new Budget({ maxMessageBytes: 0 });
    bytes.chargeFragment(0, false);
    expect(() => bytes.chargeFragment(1, false)).toThrow(violation("MESSAGE_TOO_BIG"));

    const frames = new Budget({ maxFragments: 0 });
    expect(() => frames.chargeFragment(0, false)).toThrow(violation("FRAGMENTS_TOO_MANY"));
  });

  it("sums the fragments of a message: the limit fits, one byte more does not [6455-10-07]", () => {
    const budget = new Budget({ maxMessageBytes: 10 });
    budget.chargeFragment(6, false);
    budget.chargeFragment(4, false);
    expect(budget.messageBytes).toBe(10);

    expect(() => budget.chargeFragment(1, false)).toThrow(violation("MESSAGE_TOO_BIG"));
    expect(budget.messageBytes).toBe(10);
    expect(budget.fragments).toBe(2);
  });

  it.each([2 ** 53 - 1, 2 ** 53, 2 ** 63, Infinity])(
    "adds %d to what is there and is not fooled",
    (length) => {
      const budget = new Budget({ maxMessageBytes: Infinity });
      budget.chargeFragment(LONGEST_STRING, false);

      expect(() => budget.chargeFragment(length, false)).toThrow(violation("MESSAGE_TOO_BIG"));
    },
  );

  it("lets compressed bytes be a little more than the message, as data that does not shrink is", () => {
    const budget = new Budget({ maxMessageBytes: 6400 });
    expect(budget.maxCompressedBytes).toBe(6400 + 800 + 100 + 64);

    budget.chargeFragment(7364, true);
    expect(() => budget.chargeFragment(1, true)).toThrow(violation("MESSAGE_TOO_BIG"));
  });

  it.each([
    ["of a whole message", 11, false, true, "message of 11 bytes"],
    ["of one that goes on", 11, false, false, "message of 11 bytes or more"],
    ["of one that is compressed", 76, true, true, "message of 76 compressed bytes"],
    ["of one of both kinds", 76, true, false, "message of 76 compressed bytes or more"],
  ])("names the option, the limit and the bytes %s", (_what, length, isCompressed, fin, start) => {
    const budget = new Budget({ maxMessageBytes: 10 });
    const reason = `${start} is over maxMessageBytes 10`;
    const fields = { reason, value: length, option: "maxMessageBytes", limit: 10 };

    expect(() => budget.chargeFragment(length, isCompressed, fin)).toThrow(
      expect.objectContaining(fields),
    );
  });

  it("names the option, the limit and the fragments, too", () => {
    const budget = new Budget({ maxFragments: 1 });
    budget.chargeFragment(1, false, false);

    expect(() => budget.chargeFragment(1, false)).toThrow(
      "message of 2 fragments or more is over maxFragments 1",
    );
  });

  it("starts afresh with the next message", () => {
    const budget = new Budget({ maxMessageBytes: 10, maxFragments: 1 });
    budget.chargeFragment(10, false);
    budget.releaseMessage();
    budget.chargeFragment(10, false);

    expect(budget.messageBytes).toBe(10);
    expect(budget.fragments).toBe(1);
  });

  it("adds up all that is held, with 200 bytes for each object", () => {
    const budget = new Budget();
    expect(budget.heldBytes).toBe(0);

    budget.unparsedBytes = 1;
    budget.messageBytes = 20;
    budget.decodingBytes = 300;
    budget.queuedBytes = 4_000;
    budget.encodingBytes = 50_000;
    budget.outputBytes = 600_000;
    budget.waitingBytes = 7_000_000;
    budget.objects = 50;
    expect(budget.heldBytes).toBe(7_654_321 + 10_000);
  });

  it("counts each message that waits to be taken, empty ones too, and forgets it when it is", () => {
    const budget = new Budget();
    budget.chargeQueued(0);
    budget.chargeQueued(1_000);
    expect(budget.queuedBytes).toBe(1_400);
    budget.releaseQueued(1_000);
    expect(budget.heldBytes).toBe(200);
  });
});

describe("a message of one frame", () => {
  it("is allowed as far as its fragment would be", () => {
    const budget = new Budget({ maxMessageBytes: 10 });
    expect([10, 11].map((length) => budget.allowsWhole(length, false))).toEqual([true, false]);
    const most = budget.maxCompressedBytes;
    expect([most, most + 1].map((n) => budget.allowsWhole(n, true))).toEqual([true, false]);
    expect(new Budget({ maxFragments: 0 }).allowsWhole(0, false)).toBe(false);
  });
});
