import { describe, expect, it } from "vitest";
import { type Batched, Batches, type JoinMessages } from "../../src/manager/batches.js";
import { prepareMessage } from "../../src/protocol/index.js";
import { FakeClock } from "../support/clock.js";

const joinJson: JoinMessages = (messages) => `[${messages.join(",")}]`;

function setUp(join?: JoinMessages, limits = { maxMessages: 100, maxBytes: 1_000 }) {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const sent: string[] = [];
  const joined: Batched[] = [];
  const onHandlerError = (error: unknown): unknown => errors.push(error);
  const batches = new Batches({ clock, join, onHandlerError, ...limits });
  const add = (key: string, data: string, windowMs = 50, rest: Partial<Batched> = {}): void => {
    const batched = {
      message: prepareMessage(data),
      exceptIds: [],
      scope: "cluster",
      isVolatile: false,
    } as const;
    batches.add(key, windowMs, { ...batched, ...rest }, (one) => {
      joined.push(one);
      sent.push([`${key}: ${String(one.message.data)}`, ...one.exceptIds].join(" but "));
    });
  };
  return { clock, errors, sent, joined, batches, add };
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

  // oxfmt-ignore
  it.each<[what: string, rest: Partial<Batched>]>([
    ["for other receivers",         { exceptIds: ["x"] }],
    ["for this process alone",      { scope: "local" }],
    ["volatile",                    { isVolatile: true }],
    ["not to be compressed",        { message: prepareMessage("2", { compress: false }) }],
    ["to be sent as another type",  { message: prepareMessage("2", { type: "binary" }) }],
    ["bytes",                       { message: prepareMessage(Uint8Array.of(50)) }],
  ])("keep apart what is %s, and join two that are", (_what, rest) => {
    const { clock, joined, add } = setUp(joinJson);
    add("a", "1");
    add("a", "2", 50, rest);
    add("a", "2", 50, rest);
    add("a", "3");
    clock.advance(50);

    const data = rest.message?.data ?? "2";
    const { type = "text", compress = true } = rest.message ?? {};
    expect(joined.map(({ message }) => message.data)).toEqual(["1", joinJson([data, data]), "3"]);
    const plain = { exceptIds: [], scope: "cluster", isVolatile: false };
    expect(joined[1]).toMatchObject({ ...plain, ...rest, message: { type, compress } });
  });

  it("keep apart what is for other receivers, although there are as many, or fewer", () => {
    const { clock, sent, add } = setUp(joinJson);
    add("a", "1", 50, { exceptIds: ["x", "y"] });
    add("a", "2", 50, { exceptIds: ["x"] });
    add("a", "3", 50, { exceptIds: ["y"] });
    clock.advance(50);

    expect(sent).toEqual(["a: 1 but x but y", "a: 2 but x", "a: 3 but y"]);
  });

  it("say of what they have joined what was said of its parts", () => {
    const { clock, joined, add } = setUp(() => Uint8Array.of(1));
    const message = prepareMessage(Uint8Array.of(2), { type: "text", compress: false });
    add("a", "", 50, { message });
    add("a", "", 50, { message });
    clock.advance(50);

    expect(joined).toMatchObject([{ message: { type: "text", compress: false } }]);
  });

  it("keep nothing beyond its own window for what comes later and has a shorter one", () => {
    const { clock, sent, add } = setUp();
    add("a", "1", 50);
    clock.advance(10);
    add("a", "2", 45);
    clock.advance(39);
    expect(sent).toEqual([]);
    clock.advance(1);
    expect(sent).toEqual(["a: 1", "a: 2"]);
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
    expect(sent).toEqual(["a: 1", "b: 2"]);
    clock.advance(100);
    expect(sent).toHaveLength(2);
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
