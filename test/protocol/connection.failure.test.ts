import { describe, expect, it } from "vitest";
import { ReadyState } from "../../src/protocol/connection-reports.js";
import {
  closingWith,
  connection,
  countingPlatform,
  eventsOf,
  frameFrom,
  framesSentBy,
  opposite,
  outputOf,
  pattern,
  platform,
  pull,
  ROLES,
  violation,
} from "../support/protocol.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  concat,
  hex,
  PING,
  PONG,
  TEXT,
  utf8,
} from "../support/wire-frame.js";

describe.each(ROLES)("a failure, on a %s", (role) => {
  const peer = opposite(role);
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(peer, opcode, payload, overrides);
  const bad = from(3);

  it("is reported once and told to the peer: one event, one Close frame, then silence [6455-7.1-08] [6455-7.1-09] [6455-7.1-10] [6455-10-11]", () => {
    const end = connection(role);

    expect(eventsOf(end, bad)).toEqual([{ type: "failed", error: violation("OPCODE_UNKNOWN") }]);
    expect(end.readyState).toBe(ReadyState.CLOSING);
    expect(end.sentClose).toEqual({ code: 1002, reason: "unknown opcode 3" });
    expect(end.receivedClose).toBeUndefined();
    const [frame, ...more] = framesSentBy(end);
    expect(more).toEqual([]);
    expect(frame).toMatchObject({
      opcode: CLOSE,
      payload: closePayload(1002, "unknown opcode 3"),
    });
    expect(frame?.maskingKey !== undefined).toBe(role === "client");
  });

  it("comes after what was good, and nothing comes after it [6455-7.1-11]", () => {
    const end = connection(role);
    const stream = concat([
      from(TEXT, "good"),
      from(PING, "good"),
      bad,
      from(TEXT, "late"),
      from(PING, "late"),
      from(CLOSE),
    ]);

    expect(eventsOf(end, stream, from(TEXT, "later"), from(CLOSE))).toEqual([
      { type: "message", isText: true, data: "good" },
      { type: "ping", payload: utf8("good") },
      { type: "failed", error: violation("OPCODE_UNKNOWN") },
    ]);
    expect(framesSentBy(end).map(({ opcode }) => opcode)).toEqual([PONG, CLOSE]);
    expect(end.receivedClose).toBeUndefined();
    expect([end.unreadBytes, end.heldBytes]).toEqual([0, 0]);
  });

  it("lets what the application answered go out before the Close frame [6455-7.1-10]", () => {
    const end = connection(role);
    end.receive(concat([from(TEXT, "one"), from(TEXT, "two"), bad, from(TEXT, "three")]));
    for (let event = end.nextEvent(); event; event = end.nextEvent()) {
      if (event.type === "message") end.sendMessage(event.data);
    }

    expect(framesSentBy(end).map(({ opcode, payload }) => [opcode, payload])).toEqual([
      [TEXT, utf8("one")],
      [TEXT, utf8("two")],
      [CLOSE, closePayload(1002, "unknown opcode 3")],
    ]);
  });

  it("lets nothing more be sent [6455-6-01]", () => {
    const end = connection(role);
    end.startMessage("text");
    end.sendFragment("a", false);
    eventsOf(end, bad);

    expect(end.sendFragment("b", true)).toBe(false);
    expect([end.sendMessage("x"), end.ping()]).toEqual([false, false]);
    end.close(1000);
    expect(framesSentBy(end).map(({ opcode }) => opcode)).toEqual([TEXT, CLOSE]);
  });

  it("drops a late pong", () => {
    const end = connection(role);
    end.sendMessage(pattern(70_000));
    eventsOf(end, concat([from(PING, "late"), bad]));

    expect(framesSentBy(end).map(({ opcode }) => opcode)).toEqual([BINARY, CLOSE]);
  });

  it("comes with the first impossible byte, while frame and message go on [6455-8-02]", () => {
    const end = connection(role);
    const frame = from(TEXT, concat([utf8("κόσμε"), hex("f4 90 80 80"), utf8("edited")]));
    const header = role === "server" ? 6 : 2;
    const impossible = header + utf8("κόσμε").length + 1;

    expect(eventsOf(end, frame.subarray(0, impossible))).toEqual([]);
    expect(eventsOf(end, frame.subarray(impossible, impossible + 1))).toEqual([
      { type: "failed", error: violation("UTF8_INVALID") },
    ]);
    expect(framesSentBy(end)).toMatchObject([{ payload: closingWith(1007) }]);
  });

  it.each([
    ["2^31", "0000000080000000", "MESSAGE_TOO_BIG"],
    ["2^32", "0000000100000000", "MESSAGE_TOO_BIG"],
    ["2^53 - 1", "001fffffffffffff", "MESSAGE_TOO_BIG"],
    ["2^53", "0020000000000000", "MESSAGE_TOO_BIG"],
    ["2^63 - 1", "7fffffffffffffff", "MESSAGE_TOO_BIG"],
    ["2^63", "8000000000000000", "LENGTH_SIGN_BIT"],
    ["2^64 - 1", "ffffffffffffffff", "LENGTH_SIGN_BIT"],
  ] as const)(
    "comes with the header that announces %s bytes, and nothing is allocated for them [6455-5.2-10] [6455-5.2-05]",
    (_what, length, code) => {
      for (const maxMessageBytes of [1000, Infinity]) {
        const { platform: counting, allocated } = countingPlatform();
        const end = connection(role, { platform: counting, limits: { maxMessageBytes } });
        const header = role === "server" ? `82 ff ${length} 00000000` : `82 7f ${length}`;

        expect(eventsOf(end, hex(header))).toEqual([{ type: "failed", error: violation(code) }]);
        expect(Math.max(0, ...allocated)).toBeLessThanOrEqual(65_536);
        expect(framesSentBy(end)).toMatchObject([
          { payload: closingWith(code === "LENGTH_SIGN_BIT" ? 1002 : 1009) },
        ]);
      }
    },
  );
});

describe("ProtocolConnection.fail", () => {
  it("fails the connection with the next event, ahead of what is unread", () => {
    for (const role of ROLES) {
      const end = connection(role);
      end.receive(frameFrom(opposite(role), TEXT, "unread"));
      end.fail("MESSAGE_TOO_SLOW");

      expect(pull(end)).toEqual([{ type: "failed", error: violation("MESSAGE_TOO_SLOW") }]);
      expect(framesSentBy(end)).toMatchObject([{ opcode: CLOSE, payload: closingWith(1008) }]);
      expect(end.unreadBytes).toBe(0);
    }
  });

  it("counts once: the first reason stays", () => {
    const end = connection("client");
    end.fail("MESSAGE_TOO_SLOW");
    end.fail("MESSAGE_TOO_BIG");
    expect(pull(end)).toEqual([{ type: "failed", error: violation("MESSAGE_TOO_SLOW") }]);

    end.fail("MESSAGE_TOO_BIG");
    expect(pull(end)).toEqual([]);
    expect(framesSentBy(end)).toHaveLength(1);
  });

  it("sends no second Close frame", () => {
    const end = connection("client");
    end.close(1000);
    end.fail("MESSAGE_TOO_SLOW");

    expect(pull(end)).toMatchObject([{ type: "failed" }]);
    expect(framesSentBy(end)).toMatchObject([{ payload: closePayload(1000) }]);
  });

  it("does nothing once the peer's Close frame has come", () => {
    const end = connection("client");
    eventsOf(end, frameFrom("server", CLOSE));
    end.fail("MESSAGE_TOO_SLOW");

    expect(pull(end)).toEqual([]);
    expect(framesSentBy(end)).toHaveLength(1);
  });
});

describe("a bug of ours", () => {
  it("is thrown, and not taken for the peer's fault", () => {
    const bug = new TypeError("decodeUtf8 is broken");
    const decodeUtf8 = (): never => {
      throw bug;
    };
    const end = connection("client", { platform: { ...platform, decodeUtf8 } });
    end.receive(frameFrom("server", TEXT, "é"));

    expect(() => end.nextEvent()).toThrow(bug);
    expect(outputOf(end)).toHaveLength(0);
  });
});
