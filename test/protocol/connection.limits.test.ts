import { describe, expect, it } from "vitest";
import type { ProtocolConnection } from "../../src/protocol/connection.js";
import type { ViolationCode } from "../../src/protocol/errors.js";
import { inverted, inverting } from "../support/codec.js";
import {
  bytewise,
  closingWith,
  connection,
  countingPlatform,
  eventsOf,
  frameFrom,
  framesSentBy,
  opposite,
  outputOf,
  pattern,
  ROLES,
  sameBytes,
  violation,
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
} from "../support/wire-frame.js";

const LIM = 1000;
const FRAG = 5;
const limits = { maxMessageBytes: LIM, maxFragments: FRAG };

describe.each(ROLES)("limits, on a %s", (role) => {
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(opposite(role), opcode, payload, overrides);

  function expectFailure(
    end: ProtocolConnection,
    stream: readonly Uint8Array[],
    code: ViolationCode,
    closeCode: number,
  ) {
    const events = eventsOf(end, ...stream);
    expect(events).toEqual([{ type: "failed", error: violation(code) }]);
    expect(framesSentBy(end)).toMatchObject([{ opcode: CLOSE, payload: closingWith(closeCode) }]);
    expect(end.heldBytes).toBe(0);
  }

  const shapes: readonly (readonly [string, (message: Uint8Array) => Uint8Array[]])[] = [
    ["in one frame", (message) => [from(BINARY, message)]],
    [
      "in two fragments",
      (message) => [
        from(BINARY, message.subarray(0, 400), { fin: false }),
        from(CONTINUATION, message.subarray(400)),
      ],
    ],
    [
      "with an empty fragment last",
      (message) => [from(BINARY, message, { fin: false }), from(CONTINUATION)],
    ],
    ["byte by byte", (message) => bytewise(from(BINARY, message))],
  ];

  it.each(shapes)(
    "take a message of exactly the limit, %s, and refuse one byte more with 1009 [6455-10-06] [6455-10-07] [6455-7.4-07]",
    (_how, streamOf) => {
      for (const length of [LIM - 1, LIM]) {
        const [event, ...more] = eventsOf(
          connection(role, { limits }),
          ...streamOf(pattern(length)),
        );

        expect(more).toEqual([]);
        expect(event).toEqual({ type: "message", isText: false, data: pattern(length) });
      }
      expectFailure(
        connection(role, { limits }),
        streamOf(pattern(LIM + 1)),
        "MESSAGE_TOO_BIG",
        1009,
      );
    },
  );

  it("hold a compressed message to the limit once it is decompressed [6455-10-07]", () => {
    const compressed = (length: number) => from(BINARY, inverted(pattern(length)), { rsv: 4 });
    for (const length of [LIM - 1, LIM]) {
      const end = connection(role, { limits, extension: inverting });

      expect(eventsOf(end, compressed(length))).toMatchObject([{ data: pattern(length) }]);
    }
    const end = connection(role, { limits, extension: inverting });
    expectFailure(end, [compressed(LIM + 1)], "MESSAGE_TOO_BIG", 1009);
  });

  it("let each message have all of the limit [6455-6-08]", () => {
    const end = connection(role, { limits });
    const stream = Array(20).fill(from(BINARY, pattern(LIM)));

    expect(eventsOf(end, concat(stream))).toHaveLength(20);
  });

  it("refuse what a header announces before the payload comes", () => {
    const header = role === "server" ? "82 fe 03e9 00000000" : "82 7e 03e9";

    expectFailure(connection(role, { limits }), [hex(header)], "MESSAGE_TOO_BIG", 1009);
  });

  it("are not fooled by fragments whose lengths add up to more than 2^53 [6455-5.2-10]", () => {
    const huge = role === "server" ? "80 ff 001fffffffffffff 00000000" : "80 7f 001fffffffffffff";
    const end = connection(role, { limits: { maxMessageBytes: Infinity } });

    expectFailure(
      end,
      [from(BINARY, pattern(10), { fin: false }), hex(huge)],
      "MESSAGE_TOO_BIG",
      1009,
    );
  });

  it.each([
    ["empty ones", hex("")],
    ["of one byte", hex("61")],
  ])("take as many fragments as allowed, %s, and refuse one more with 1008", (_what, payload) => {
    const start = from(TEXT, payload, { fin: false });
    const more = from(CONTINUATION, payload, { fin: false });
    const last = from(CONTINUATION, payload);

    const end = connection(role, { limits });
    expect(eventsOf(end, start, more, more, more, last)).toHaveLength(1);
    expect(eventsOf(end, start, more, more, more, last)).toHaveLength(1);
    expectFailure(
      connection(role, { limits }),
      [start, more, more, more, more, last],
      "FRAGMENTS_TOO_MANY",
      1008,
    );
  });

  it("end empty fragments without end, by default too", () => {
    const end = connection(role);
    const endless = concat(Array(20_000).fill(from(CONTINUATION, "", { fin: false })));

    expectFailure(end, [from(TEXT, "", { fin: false }), endless], "FRAGMENTS_TOO_MANY", 1008);
  });
});

describe.each(ROLES)("what a %s holds for its peer", (role) => {
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(opposite(role), opcode, payload, overrides);

  it("is at most twice the bytes of a message that arrives byte by byte", () => {
    const { platform, allocated } = countingPlatform();
    const end = connection(role, { platform });
    const message = pattern(30_000);
    const events = eventsOf(end, ...bytewise(from(BINARY, message)));

    expect(events).toHaveLength(1);
    const [event] = events;
    expect(
      event?.type === "message" &&
        event.data instanceof Uint8Array &&
        sameBytes(event.data, message),
    ).toBe(true);
    // Each step of growth doubles, so the steps before the last add up to less than it.
    expect(Math.max(...allocated)).toBe(30_000);
    expect(allocated.length).toBeLessThan(10);
  });

  it("is counted while it waits, and is nothing when all is done", () => {
    const end = connection(role);
    eventsOf(end, from(BINARY, pattern(100), { fin: false }));
    expect(end.heldBytes).toBe(100);
    eventsOf(end, from(PING).subarray(0, 1));
    expect(end.heldBytes).toBe(101);
    eventsOf(end, from(PING).subarray(1), from(CONTINUATION, pattern(50)));
    outputOf(end);
    expect([end.heldBytes, end.unreadBytes, end.unsentBytes]).toEqual([0, 0, 0]);
  });

  it("does not grow with pongs that nobody asked for", () => {
    const end = connection(role);
    const events = eventsOf(end, concat(Array(1000).fill(from(PONG, pattern(125)))));

    expect(events).toHaveLength(1000);
    expect(end.heldBytes).toBe(0);
  });

  it("does not grow with messages that are dropped after our Close frame", () => {
    const { platform, allocated } = countingPlatform();
    const end = connection(role, { platform });
    end.close(1000);
    outputOf(end);
    allocated.length = 0;
    eventsOf(
      end,
      from(BINARY, pattern(90_000), { fin: false }),
      ...bytewise(from(CONTINUATION, pattern(500))),
    );

    expect(allocated).toEqual([]);
    expect(end.heldBytes).toBe(0);
  });
});
