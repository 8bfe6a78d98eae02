// Messages that come behind our own Close frame, where they are wanted.
import { describe, expect, it } from "vitest";
import { inverted, inverting } from "../support/codec.js";
import {
  connection,
  eventsOf,
  frameFrom,
  framesSentBy,
  opposite,
  outputOf,
  ROLES,
  violation,
} from "../support/protocol.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  CONTINUATION,
  hex,
  PING,
  PONG,
  TEXT,
  utf8,
} from "../support/wire-frame.js";

describe.each(ROLES)("a %s that has sent its Close frame and wants messages", (role) => {
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(opposite(role), opcode, payload, overrides);

  const closing = (options = {}) => {
    const end = connection(role, { messagesWhileClosing: "deliver", ...options });
    eventsOf(end, from(BINARY, "half", { fin: false }));
    end.close(1000);
    outputOf(end);
    return end;
  };

  it("gets them up to the peer's Close frame, with pings between them, and nothing behind it", () => {
    const end = closing({ extension: inverting });
    const events = eventsOf(
      end,
      from(CONTINUATION, " and half"),
      from(PING, "alive?"),
      from(TEXT, inverted(utf8("compressed")), { rsv: 4 }),
      from(CLOSE, closePayload(1000)),
      from(TEXT, "late"),
    );

    expect(events).toEqual([
      { type: "message", isText: false, data: utf8("half and half") },
      { type: "ping", payload: utf8("alive?") },
      { type: "message", isText: true, data: "compressed" },
      { type: "close", code: 1000, reason: "" },
    ]);
    expect(framesSentBy(end)).toMatchObject([{ opcode: PONG }]);
  });

  it("is told of a rule that they break, and sends no other Close frame", () => {
    const end = closing();

    expect(eventsOf(end, from(CONTINUATION, ""), from(TEXT, hex("ff")))).toMatchObject([
      { type: "message", data: utf8("half") },
      { type: "failed", error: violation("UTF8_INVALID") },
    ]);
    expect(framesSentBy(end)).toEqual([]);
    expect(end.sentClose).toEqual({ code: 1000, reason: "" });
    expect(end.heldBytes).toBe(0);
  });
});
