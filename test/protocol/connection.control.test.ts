import { describe, expect, it } from "vitest";
import {
  connection,
  cut,
  eventsOf,
  frameFrom,
  framesSentBy,
  opposite,
  outputOf,
  pattern,
  ROLES,
} from "../support/protocol.js";
import {
  BINARY,
  concat,
  CONTINUATION,
  hex,
  PING,
  PONG,
  TEXT,
  utf8,
} from "../support/wire-frame.js";

const pongs = (payload: Uint8Array) => [{ opcode: PONG, fin: true, rsv: 0, payload }];

describe.each(ROLES)("ProtocolConnection, with control frames, as a %s", (role) => {
  const peer = opposite(role);
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(peer, opcode, payload, overrides);

  it("answers a ping with a pong of exactly its payload, from 0 to 125 bytes [6455-5.5-16] [6455-5.5-19] [6455-5.5-10]", () => {
    for (let length = 0; length <= 125; length++) {
      const end = connection(role);

      expect(eventsOf(end, from(PING, pattern(length)))).toEqual([
        { type: "ping", payload: pattern(length) },
      ]);
      expect(framesSentBy(end)).toMatchObject(pongs(pattern(length)));
    }
  });

  it("answers each ping that it gets, in order [6455-5.5-20]", () => {
    const end = connection(role);
    eventsOf(end, concat(["1", "2", "3"].map((text) => from(PING, text))));

    expect(framesSentBy(end).map(({ payload }) => payload)).toEqual(["1", "2", "3"].map(utf8));
  });

  it("answers a ping in the middle of a message, before the message [6455-5.4-02] [6455-5.5-17]", () => {
    const end = connection(role);
    const started = eventsOf(end, from(TEXT, "a", { fin: false }), from(PING, "now"));

    expect(started).toEqual([{ type: "ping", payload: utf8("now") }]);
    expect(framesSentBy(end)).toMatchObject(pongs(utf8("now")));
    expect(eventsOf(end, from(CONTINUATION, "b"))).toMatchObject([{ data: "ab" }]);
  });

  it("reports a pong that nobody asked for, and does not answer it [6455-5.5-21]", () => {
    const end = connection(role);

    expect(eventsOf(end, from(PONG), from(PONG, "what"))).toEqual([
      { type: "pong", payload: hex("") },
      { type: "pong", payload: utf8("what") },
    ]);
    expect(outputOf(end)).toHaveLength(0);
  });

  it("sends pings and pongs of up to 125 bytes, masked by a client [6455-5.5-01] [6455-5.5-18] [6455-5.1-01]", () => {
    const end = connection(role);
    expect(end.ping()).toBe(true);
    expect(end.ping(pattern(125))).toBe(true);
    expect(end.pong()).toBe(true);
    expect(end.pong(pattern(125))).toBe(true);

    const sent = framesSentBy(end);
    expect(sent).toMatchObject([
      { opcode: PING, payload: hex("") },
      { opcode: PING, payload: pattern(125) },
      { opcode: PONG, payload: hex("") },
      { opcode: PONG, payload: pattern(125) },
    ]);
    expect(sent.every(({ maskingKey }) => (maskingKey !== undefined) === (role === "client"))).toBe(
      true,
    );
  });

  it("throws at its caller for a payload of 126 bytes, and sends nothing [6455-5.5-01]", () => {
    const end = connection(role);
    const problem = new RangeError("a control frame carries at most 125 bytes, not 126");

    expect(() => end.ping(pattern(126))).toThrow(problem);
    expect(() => end.pong(pattern(126))).toThrow(problem);
    expect(outputOf(end)).toHaveLength(0);
  });

  it("gives payloads that do not change with the chunk they came in", () => {
    const end = connection(role);
    // A Buffer's slice() is not a copy, as a Uint8Array's is.
    const chunk = Buffer.from(concat([from(PING, "a"), from(PONG, "b")]));
    end.receive(chunk);
    const events = [end.nextEvent(), end.nextEvent()];
    chunk.fill(0);

    expect(events).toEqual([
      { type: "ping", payload: utf8("a") },
      { type: "pong", payload: utf8("b") },
    ]);
    expect(framesSentBy(end)).toMatchObject(pongs(utf8("a")));
  });

  it("answers with what a ping carried also when its chunk changes before the answer goes out", () => {
    const end = connection(role);
    end.sendMessage(pattern(70_000));
    const chunk = Buffer.from(from(PING, "late"));
    end.receive(chunk);
    end.nextEvent();
    chunk.fill(0);

    expect(framesSentBy(end).at(-1)).toMatchObject({ opcode: PONG, payload: utf8("late") });
  });

  it("answers only the latest ping once so much output waits that the peer does not read [6455-5.5-20]", () => {
    const end = connection(role);
    const pings = (count: number) =>
      Array.from({ length: count }, (_, i) => from(PING, `ping ${i}`));
    end.sendMessage(pattern(70_000));
    const before = end.unsentBytes;
    expect(eventsOf(end, concat(pings(1000)))).toHaveLength(1000);
    expect(end.unsentBytes).toBe(before);

    expect(framesSentBy(end)).toMatchObject([{ opcode: BINARY }, ...pongs(utf8("ping 999"))]);
    expect(outputOf(end)).toHaveLength(0);
    eventsOf(end, concat(pings(2)));
    expect(framesSentBy(end)).toHaveLength(2);
  });

  it("holds no more than 64 KiB of pongs, however many pings come", () => {
    const end = connection(role);
    const flood = concat(Array(2000).fill(from(PING, pattern(125))));
    eventsOf(end, ...cut(flood, [100_000, 200_000]));

    expect(end.heldBytes).toBeLessThan(65_536 + 140);
  });
});
