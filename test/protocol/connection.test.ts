import { describe, expect, it } from "vitest";
import type { ObservedFrame } from "../../src/protocol/frame-trace.js";
import { ReadyState } from "../../src/protocol/connection-reports.js";
import {
  bytewise,
  connection,
  eventsOf,
  exchange,
  frameFrom,
  framesSentBy,
  opposite,
  outputOf,
  pattern,
  ROLES,
  pull,
} from "../support/protocol.js";
import {
  BINARY,
  CLOSE,
  concat,
  CONTINUATION,
  hex,
  PING,
  PONG,
  TEXT,
  utf8,
} from "../support/wire-frame.js";

describe.each(ROLES)("ProtocolConnection, as a %s", (role) => {
  const peer = opposite(role);
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(peer, opcode, payload, overrides);

  it("is open at first, with nothing read, sent or held", () => {
    const end = connection(role);

    expect(end.readyState).toBe(ReadyState.OPEN);
    expect([end.unreadBytes, end.unsentBytes, end.heldBytes]).toEqual([0, 0, 0]);
    expect([end.isInMessage, end.isDecoding, end.isEncoding]).toEqual([false, false, false]);
    expect(end.canDecode).toBe(false);
    expect([end.sentClose, end.receivedClose]).toEqual([undefined, undefined]);
    expect(end.nextEvent()).toBeUndefined();
    expect(end.takeOutput()).toEqual([]);
  });

  it("reports messages: text as strings, binary as bytes [6455-6-07] [6455-5.6-02]", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const end = connection(role);

    expect(
      eventsOf(end, concat([from(TEXT, "κόσμε"), from(BINARY, all), from(TEXT), from(BINARY)])),
    ).toEqual([
      { type: "message", isText: true, data: "κόσμε" },
      { type: "message", isText: false, data: all },
      { type: "message", isText: true, data: "" },
      { type: "message", isText: false, data: hex("") },
    ]);
    expect(outputOf(end)).toHaveLength(0);
  });

  it("reports text as bytes where that was asked for", () => {
    const end = connection(role, { textAs: "bytes" });

    expect(eventsOf(end, from(TEXT, "é"))).toEqual([
      { type: "message", isText: true, data: utf8("é") },
    ]);
  });

  it("gives small messages as views of their chunk where that was asked for", () => {
    for (const zeroCopy of [true, false, undefined]) {
      const end = connection(role, { zeroCopy });
      const chunk = concat([from(BINARY, "small"), new Uint8Array(1000)]);
      end.receive(chunk);
      const event = end.nextEvent();

      expect(event).toEqual({ type: "message", isText: false, data: utf8("small") });
      const { buffer } =
        event?.type === "message" && typeof event.data !== "string" ? event.data : chunk;
      expect(buffer === chunk.buffer).toBe(zeroCopy === true);
    }
  });

  it("reads chunks that are lent until it is told to keep what is left of them", () => {
    const end = connection(role);
    const memory = concat([from(TEXT, "one"), from(BINARY, "two").subarray(0, -1)]);
    end.receive(memory, "lent");
    const events = pull(end);
    end.keepLent();
    memory.fill(0xff);
    end.receive(from(BINARY, "two").subarray(-1));

    expect([...events, ...pull(end)]).toEqual([
      { type: "message", isText: true, data: "one" },
      { type: "message", isText: false, data: utf8("two") },
    ]);
  });

  it("joins fragments, of one byte, empty ones and those cut inside a character [6455-5.4-03] [6455-5.4-07] [6455-5.4-10]", () => {
    const text = utf8("grün €uro 𝄞");
    const fragments = [...bytewise(text), new Uint8Array(0)].map((byte, i) =>
      from(i === 0 ? TEXT : CONTINUATION, byte, { fin: i === text.length }),
    );
    const end = connection(role);

    expect(eventsOf(end, ...fragments)).toEqual([
      { type: "message", isText: true, data: "grün €uro 𝄞" },
    ]);
  });

  it("joins 1000 fragments", () => {
    const fragments = Array.from({ length: 1000 }, (_, i) =>
      from(i === 0 ? BINARY : CONTINUATION, pattern(100), { fin: i === 999 }),
    );
    const [event] = eventsOf(
      connection(role, { limits: { maxFragments: 1000 } }),
      concat(fragments),
    );

    expect(event).toMatchObject({ isText: false });
    expect(event?.type === "message" && event.data).toHaveLength(100_000);
  });

  it("says whether the peer is in the middle of a message", () => {
    const end = connection(role);
    eventsOf(end, from(TEXT, "a", { fin: false }));
    expect(end.isInMessage).toBe(true);
    eventsOf(end, from(CONTINUATION, "b"));
    expect(end.isInMessage).toBe(false);
  });

  it("reports one event at a time, and leaves the rest unread", () => {
    const end = connection(role);
    const stream = concat([from(TEXT, "one"), from(TEXT, "two")]);
    end.receive(stream.slice());
    expect(end.unreadBytes).toBe(stream.length);
    expect(end.heldBytes).toBe(stream.length);

    end.nextEvent();
    expect(end.unreadBytes).toBe(stream.length / 2);
    end.nextEvent();
    expect(end.heldBytes).toBe(0);
  });

  it("shows each frame to an observer, both ways", () => {
    const seen: ObservedFrame[] = [];
    const end = connection(role, { onFrame: (frame) => seen.push(frame) });
    eventsOf(end, from(TEXT, "in"), from(PING, "p"));
    end.sendMessage("out");

    expect(seen.map((frame) => [frame.direction, frame.opcode, frame.payload])).toEqual([
      ["received", TEXT, utf8("in")],
      ["received", PING, utf8("p")],
      ["sent", PONG, utf8("p")],
      ["sent", TEXT, utf8("out")],
    ]);
  });
});

describe("two ends of a connection", () => {
  it("carry a conversation and a closing handshake [6455-5.1-06] [6455-6-09]", () => {
    const [client, server] = [connection("client"), connection("server")];
    client.sendMessage("hello");
    client.ping(utf8("?"));
    server.sendMessage(hex("01 02"));
    expect(exchange(client, server)).toEqual({
      server: [
        { type: "message", isText: true, data: "hello" },
        { type: "ping", payload: utf8("?") },
      ],
      client: [
        { type: "message", isText: false, data: hex("01 02") },
        { type: "pong", payload: utf8("?") },
      ],
    });

    server.close(1001, "bye");
    expect(exchange(client, server)).toEqual({
      client: [{ type: "close", code: 1001, reason: "bye" }],
      server: [{ type: "close", code: 1001, reason: "bye" }],
    });
    for (const end of [client, server]) {
      end.transportEnded();
      expect(end.readyState).toBe(ReadyState.CLOSED);
    }
  });

  it("has no reserved bits set without an extension [6455-5.2-01] [6455-5.2-09]", () => {
    for (const role of ROLES) {
      const end = connection(role);
      end.sendMessage("a");
      end.sendMessage(pattern(70_000));
      end.startMessage("text");
      end.sendFragment("b", false);
      end.ping();
      end.sendFragment("c", true);
      end.close(1000);

      const sent = framesSentBy(end);
      expect(sent.map(({ rsv }) => rsv)).toEqual([0, 0, 0, 0, 0, 0]);
      expect(sent.map(({ opcode }) => opcode)).toEqual([
        TEXT,
        BINARY,
        TEXT,
        PING,
        CONTINUATION,
        CLOSE,
      ]);
      expect(sent[0]?.payload).toEqual(utf8("a"));
    }
  });
});
