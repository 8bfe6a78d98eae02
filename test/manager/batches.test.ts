import { describe, expect, it } from "vitest";
import { type Batched, Batches, type JoinMessages } from "../../src/manager/batches.js";
import { FakeClock } from "../support/clock.js";

const joinJson: JoinMessages = (messages) => `[${messages.join(",")}]`;

function setUp(join?: JoinMessages, limits = { maxMessages: 100, maxBytes: 1_000 }) {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const sent: string[] = [];
  const onHandlerError = (error: unknown): unknown => errors.push(error);
  const batches = new Batches({ clock, join, onHandlerError, ...limits });
  const add = (key: string, data: string, windowMs = 50, rest: Partial<Batched> = {}): void => {
    const batched = {
      message: { data },
      exceptIds: [],
      scope: "cluster",
      isVolatile: false,
    } as const;
    batches.add(key, windowMs, { ...batched, ...rest }, ({ message, exceptIds }) => {
      sent.push([`${key}: ${String(message.data)}`, ...exceptIds].join(" but "));
    });
  };
  return { clock, errors, sent, batches, add };
}

describe("batches", () => {
  it("hold messages for their window, and send them in their order", () => {
    const { clock, sent, add } = setUp();
    add("a", "1");
    clock.advance(30);
    add("a", "2");
    add("b", "3");
    clock.advance(19);
    expect(sent).toEqual([]);
    clock.advance(1);
    expect(sent).toEqual(["a: 1", "a: 2"]);
    clock.advance(30);
    expect(sent).toEqual(["a: 1", "a: 2", "b: 3"]);
    expect(clock.timers).toBe(0);
  });

  it("make one message of several where they can be joined", () => {
    const { clock, sent, add } = setUp(joinJson);
    add("a", "1");
    add("a", "2");
    add("b", "3");
    clock.advance(50);

    expect(sent).toEqual(["a: [1,2]", "b: 3"]);
  });

  it("keep apart what is for others, goes another way, or is of another kind", () => {
    const { clock, sent, add } = setUp(joinJson);
    add("a", "1");
    add("a", "2");
    add("a", "3", 50, { exceptIds: ["x"] });
    add("a", "4", 50, { exceptIds: ["x"] });
    add("a", "5", 50, { exceptIds: ["y"] });
    add("a", "6", 50, { scope: "local" });
    add("a", "7", 50, { isVolatile: true });
    add("a", "8", 50, { message: { data: "8", compress: false } });
    add("a", "9", 50, { message: { data: Uint8Array.of(57) } });
    clock.advance(50);

    expect(sent).toEqual([
      "a: [1,2]",
      "a: [3,4] but x",
      "a: 5 but y",
      "a: 6",
      "a: 7",
      "a: 8",
      "a: 57",
    ]);
  });

  it("go out early when one is in a hurry, at so many messages, and at so many bytes", () => {
    const { clock, sent, add } = setUp(undefined, { maxMessages: 3, maxBytes: 10 });
    add("a", "1", 50);
    add("a", "2", 5);
    clock.advance(5);
    expect(sent).toEqual(["a: 1", "a: 2"]);
    for (const data of ["3", "4", "5"]) add("a", data);
    expect(sent).toHaveLength(5);
    add("a", "6");
    add("a", "x".repeat(9));
    expect(sent).toHaveLength(7);
    expect(clock.timers).toBe(0);
  });

  it("may be sent at any time, and are empty then", () => {
    const { clock, sent, add, batches } = setUp();
    add("a", "1");
    add("b", "2");
    batches.flush("nobody");
    batches.flush("a");
    expect(sent).toEqual(["a: 1"]);
    batches.flushAll();
    clock.advance(100);
    expect(sent).toEqual(["a: 1", "b: 2"]);
  });

  it("send each message on its own when they cannot be joined after all", () => {
    const { clock, sent, add, errors } = setUp(() => {
      throw new Error("join");
    });
    add("a", "1");
    add("a", "2");
    clock.advance(50);

    expect(sent).toEqual(["a: 1", "a: 2"]);
    expect(errors).toEqual([new Error("join")]);
  });
});
