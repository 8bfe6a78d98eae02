import { describe, expect, it } from "vitest";
import { type ProtocolEvent, ReadyState } from "../../src/protocol/connection-reports.js";
import { LateExtension } from "../support/codec.js";
import {
  connection,
  eventsOf,
  frameFrom,
  framesSentBy,
  opposite,
  outputOf,
  pattern,
  ROLES,
  sameBytes,
} from "../support/protocol.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  concat,
  CONTINUATION,
  hex,
  PING,
  PONG,
  TEXT,
  utf8,
} from "../support/wire-frame.js";

const CODES = [...Array.from({ length: 5002 }, (_, code) => code), 65_535];
const isValid = (code: number) =>
  (code >= 1000 && code <= 1003) ||
  (code >= 1007 && code <= 1014) ||
  (code >= 3000 && code <= 4999);

function describeEvent(event: ProtocolEvent | undefined): string {
  if (event?.type === "close") return `close ${event.code} ${event.reason}`;
  return event?.type === "failed" ? `failed ${event.error.code}` : "another";
}

describe.each(ROLES)("the closing handshake, started by the peer of a %s", (role) => {
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(opposite(role), opcode, payload, overrides);

  it("is answered for exactly the codes that may be sent, of 0 to 5001 and 65 535 [6455-5.5-09] [6455-7.4-01] [6455-7.4-02] [6455-7.4-03] [6455-7.4-04] [6455-7.4-05] [6455-7.4-10] [6455-7.4-11] [6455-7.4-12] [6455-7.4-13] [6455-7.4-14]", () => {
    const wrong = CODES.filter((code) => {
      const end = connection(role);
      const [event, ...more] = eventsOf(end, from(CLOSE, closePayload(code, "x")));
      const [answer] = framesSentBy(end);
      const wanted = isValid(code)
        ? { outcome: `close ${code} x`, payload: closePayload(code, "x") }
        : {
            outcome: "failed CLOSE_CODE_INVALID",
            payload: closePayload(1002, `close code ${code}`),
          };
      return (
        more.length > 0 ||
        describeEvent(event) !== wanted.outcome ||
        !sameBytes(answer?.payload ?? hex(""), wanted.payload)
      );
    });

    expect(wrong).toEqual([]);
  });

  it.each([
    ["nothing", hex(""), 1005, ""],
    ["a code", closePayload(4000), 4000, ""],
    [
      "a code and a reason of 123 bytes",
      closePayload(1001, "r".repeat(123)),
      1001,
      "r".repeat(123),
    ],
    ["a reason with a byte order mark", closePayload(1000, "\ufeffé"), 1000, "\ufeffé"],
  ])(
    "is answered with the same payload, and reported: %s [6455-5.5-04] [6455-5.5-09] [6455-5.5-10] [6455-7.1-06] [6455-7.1-07]",
    (_what, payload, code, reason) => {
      const end = connection(role);

      expect(eventsOf(end, from(CLOSE, payload))).toEqual([{ type: "close", code, reason }]);
      expect(end.receivedClose).toEqual({ code, reason });
      expect(end.sentClose).toEqual({ code, reason });
      expect(end.readyState).toBe(ReadyState.CLOSING);
      expect(framesSentBy(end)).toMatchObject([{ opcode: CLOSE, fin: true, rsv: 0, payload }]);
    },
  );

  it("is answered with what the Close frame said, also when its chunk changes before that", () => {
    const extension = new LateExtension();
    const end = connection(role, { extension });
    end.sendMessage("being compressed");
    const chunk = Buffer.from(from(CLOSE, closePayload(1000, "bye")));
    end.receive(chunk);
    end.nextEvent();
    chunk.fill(0);
    extension.settle();

    expect(framesSentBy(end).at(-1)?.payload).toEqual(closePayload(1000, "bye"));
  });

  it("ends all reading: nothing behind the Close frame is processed or answered [6455-5.5-16]", () => {
    const end = connection(role);
    const behind = [from(TEXT, "late"), from(PING), from(CLOSE), hex("ff ff ff")];
    const events = eventsOf(end, concat([from(CLOSE), ...behind]), ...behind);

    expect(events).toEqual([{ type: "close", code: 1005, reason: "" }]);
    expect(framesSentBy(end)).toHaveLength(1);
    expect([end.unreadBytes, end.heldBytes]).toEqual([0, 0]);
  });

  it("is clean in the middle of a message too: the message is lost [6455-7.1-05]", () => {
    const end = connection(role);
    const events = eventsOf(
      end,
      from(TEXT, "unfinished", { fin: false }),
      from(CLOSE, closePayload(1000)),
    );

    expect(events).toEqual([{ type: "close", code: 1000, reason: "" }]);
    expect([end.isInMessage, end.heldBytes - end.unsentBytes]).toEqual([false, 0]);
    expect(framesSentBy(end)).toMatchObject([{ payload: closePayload(1000) }]);
  });

  it("lets nothing more be sent", () => {
    const end = connection(role);
    eventsOf(end, from(CLOSE));
    outputOf(end);

    expect(end.sendMessage("x")).toBe(false);
    expect(end.startMessage("text")).toBe(false);
    expect(end.sendFragment("x", true)).toBe(false);
    expect(end.ping()).toBe(false);
    expect(end.pong()).toBe(false);
    end.close(1000);
    expect(outputOf(end)).toHaveLength(0);
    expect(end.sentClose).toEqual({ code: 1005, reason: "" });
  });

  it("drops a late pong", () => {
    const end = connection(role);
    end.sendMessage(pattern(70_000));
    eventsOf(end, from(PING, "late"), from(CLOSE));

    expect(framesSentBy(end).map(({ opcode }) => opcode)).toEqual([BINARY, CLOSE]);
  });

  it("comes behind what was sent before", () => {
    const end = connection(role);
    end.sendMessage("before");
    eventsOf(end, from(PING), from(CLOSE));

    expect(framesSentBy(end).map(({ opcode }) => opcode)).toEqual([TEXT, PONG, CLOSE]);
  });

  it("breaks off a message in fragments that is being sent [6455-5.5-11]", () => {
    const end = connection(role);
    end.startMessage("text");
    end.sendFragment("a", false);
    eventsOf(end, from(CLOSE));

    expect(end.sendFragment("b", true)).toBe(false);
    expect(framesSentBy(end).map(({ opcode, fin }) => [opcode, fin])).toEqual([
      [TEXT, false],
      [CLOSE, true],
    ]);
  });
});

describe.each(ROLES)("the closing handshake, started by a %s", (role) => {
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(opposite(role), opcode, payload, overrides);

  it("sends what it is told, masked by a client [6455-7.1-04] [6455-5.5-07] [6455-7.1-18]", () => {
    const end = connection(role);
    end.close(4000, "x");
    const [frame] = framesSentBy(end);

    expect(frame).toMatchObject({
      opcode: CLOSE,
      fin: true,
      rsv: 0,
      payload: closePayload(4000, "x"),
    });
    expect(frame?.maskingKey !== undefined).toBe(role === "client");
    expect(end.sentClose).toEqual({ code: 4000, reason: "x" });
    expect(end.readyState).toBe(ReadyState.CLOSING);
  });

  it("sends an empty Close frame without a code, also when that is called 1005 [6455-7.4-02]", () => {
    for (const args of [[], [1005]]) {
      const end = connection(role);
      end.close(...args);

      expect(framesSentBy(end)).toMatchObject([{ opcode: CLOSE, payload: hex("") }]);
      expect(end.sentClose).toEqual({ code: 1005, reason: "" });
    }
  });

  it("throws at its caller for what may not be sent, and sends nothing [6455-7.4-03] [6455-7.4-04] [6455-7.4-05] [6455-7.4-11] [6455-7.4-12] [6455-7.4-14]", () => {
    const end = connection(role);
    const refused = CODES.filter((code) => {
      try {
        connection(role).close(code);
        return false;
      } catch (error) {
        return error instanceof RangeError;
      }
    });
    expect(refused).toEqual(CODES.filter((code) => !isValid(code) && code !== 1005));
    expect(() => end.close(1006)).toThrow(RangeError);
    expect(() => end.close(1000.5)).toThrow(RangeError);
    expect(() => end.close(1000, "é".repeat(62))).toThrow(RangeError);
    expect(() => end.close(undefined, "why")).toThrow(RangeError);

    expect(end.readyState).toBe(ReadyState.OPEN);
    expect(end.sentClose).toBeUndefined();
    expect(outputOf(end)).toHaveLength(0);
  });

  it("happens once: closing again does nothing", () => {
    const end = connection(role);
    end.close(1000, "first");
    end.close(1001, "second");
    expect(() => end.close(1006)).toThrow(RangeError);

    expect(framesSentBy(end)).toMatchObject([{ payload: closePayload(1000, "first") }]);
    expect(end.sentClose).toEqual({ code: 1000, reason: "first" });
  });

  it("lets nothing more be sent [6455-5.5-08] [6455-6-01]", () => {
    const end = connection(role);
    end.startMessage("text");
    end.sendFragment("a", false);
    end.close(1000);
    expect(end.sendFragment("b", true)).toBe(false);
    expect(end.sendMessage("x")).toBe(false);
    expect(end.startMessage("binary")).toBe(false);
    expect([end.ping(), end.pong()]).toEqual([false, false]);

    expect(framesSentBy(end).map(({ opcode }) => opcode)).toEqual([TEXT, CLOSE]);
  });

  it("drops messages that still arrive, and reports and answers pings", () => {
    const end = connection(role);
    eventsOf(end, from(BINARY, "half", { fin: false }));
    end.close(1000);
    outputOf(end);
    const events = eventsOf(
      end,
      from(CONTINUATION, "other half"),
      from(TEXT, "late"),
      from(TEXT, "la", { fin: false }),
      from(PING, "alive?"),
      from(CONTINUATION, "te"),
      from(PONG),
    );

    expect(events).toEqual([
      { type: "ping", payload: utf8("alive?") },
      { type: "pong", payload: hex("") },
    ]);
    expect(framesSentBy(end)).toMatchObject([{ opcode: PONG, payload: utf8("alive?") }]);
  });

  it("does not look into messages that it drops, however they are cut", () => {
    for (const cutAt of [2, 3, 4]) {
      const end = connection(role);
      end.close(1000);
      const bad = from(TEXT, hex("ff ff ff"));

      expect(eventsOf(end, bad.subarray(0, cutAt), bad.subarray(cutAt))).toEqual([]);
    }
  });

  it("is done when the peer's Close frame comes, which is not answered [6455-7.1-05] [6455-5.5-15]", () => {
    const end = connection(role);
    end.close(1000);
    outputOf(end);

    expect(eventsOf(end, from(TEXT, "late"), from(CLOSE, closePayload(1001, "y")))).toEqual([
      { type: "close", code: 1001, reason: "y" },
    ]);
    expect(end.sentClose).toEqual({ code: 1000, reason: "" });
    expect(end.receivedClose).toEqual({ code: 1001, reason: "y" });
    expect(outputOf(end)).toHaveLength(0);
    expect(eventsOf(end, from(PING))).toEqual([]);
  });

  it("still fails for a broken rule, without a second Close frame [6455-10-10]", () => {
    const end = connection(role);
    end.close(1000);
    outputOf(end);

    expect(eventsOf(end, hex("83 80 00000000"), from(PING))).toMatchObject([{ type: "failed" }]);
    expect(outputOf(end)).toHaveLength(0);
    expect(end.sentClose).toEqual({ code: 1000, reason: "" });
  });
});
