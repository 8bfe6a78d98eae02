import { describe, expect, it, vi } from "vitest";
import { CodecError } from "../../src/protocol/errors.js";
import type { MessageExtension } from "../../src/protocol/extensions/extension.js";
import { ReadyState } from "../../src/protocol/connection-reports.js";
import { failing, inverted, inverting, LateExtension } from "../support/codec.js";
import {
  connection,
  eventsOf,
  frameFrom,
  framesSentBy,
  opposite,
  outputOf,
  pattern,
  pull,
  ROLES,
  violation,
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

/** What the peer is told when a codec fails through no fault of it. */
const CODEC_FAILED = "the codec of permessage-deflate failed";

const COMPRESSED = { rsv: 4 };
const NO_MEMORY = new Error("no memory");

describe.each(ROLES)("permessage-deflate, on a %s", (role) => {
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(opposite(role), opcode, payload, overrides);
  const compressed = (text: string) => from(TEXT, inverted(utf8(text)), COMPRESSED);

  it("marks compressed messages on their one frame, and nothing else [7692-6-01] [7692-6-02] [7692-6-04] [7692-6-06]", () => {
    const end = connection(role, { extension: inverting });
    end.sendMessage("text");
    end.sendMessage(hex("00 ff"));
    end.sendMessage("plain", { compress: false });
    end.ping(utf8("ping"));
    end.startMessage("text");
    end.sendFragment("a", false);
    end.sendFragment("b", true);
    eventsOf(end, from(PING, "?"));
    end.close(1000, "bye");

    expect(framesSentBy(end).map(({ opcode, rsv, payload }) => [opcode, rsv, payload])).toEqual([
      [TEXT, 4, inverted(utf8("text"))],
      [BINARY, 4, hex("ff 00")],
      [TEXT, 0, utf8("plain")],
      [PING, 0, utf8("ping")],
      [TEXT, 0, utf8("a")],
      [CONTINUATION, 0, utf8("b")],
      [PONG, 0, utf8("?")],
      [CLOSE, 0, closePayload(1000, "bye")],
    ]);
  });

  it("decompresses what is marked, cut into frames of one byte, with control frames between [7692-6-05] [7692-6-07]", () => {
    const end = connection(role, { extension: inverting });
    const bytes = inverted(utf8("Hello"));
    const fragments = Array.from(bytes, (byte, i) =>
      i === 0
        ? from(TEXT, Uint8Array.of(byte), { ...COMPRESSED, fin: false })
        : concat([from(PING), from(CONTINUATION, Uint8Array.of(byte), { fin: i === 4 })]),
    );
    const events = eventsOf(end, concat([...fragments, from(TEXT, "plain")]));

    expect(events.map((event) => (event.type === "message" ? event.data : event.type))).toEqual([
      "ping",
      "ping",
      "ping",
      "ping",
      "Hello",
      "plain",
    ]);
  });

  it("fails for the bit on anything but a first frame [7692-6-03]", () => {
    for (const stream of [
      from(PING, "", COMPRESSED),
      from(CLOSE, "", COMPRESSED),
      concat([from(TEXT, "a", { fin: false }), from(CONTINUATION, "b", COMPRESSED)]),
      concat([from(TEXT, "a", { ...COMPRESSED, fin: false }), from(CONTINUATION, "b", COMPRESSED)]),
    ]) {
      const end = connection(role, { extension: inverting });

      expect(eventsOf(end, stream)).toEqual([
        { type: "failed", error: violation("RSV_UNEXPECTED") },
      ]);
      expect(framesSentBy(end)).toMatchObject([{ payload: closePayload(1002, "unexpected RSV1") }]);
    }
  });

  it("checks text once it is decompressed [7692-6-08]", () => {
    const end = connection(role, { extension: inverting });

    expect(eventsOf(end, from(TEXT, inverted(hex("ed a0 80")), COMPRESSED))).toEqual([
      { type: "failed", error: violation("UTF8_INVALID") },
    ]);
    expect(framesSentBy(end)).toMatchObject([
      { payload: closePayload(1007, "text that is not UTF-8") },
    ]);
  });

  it.each([
    ["at once", (): MessageExtension => failing(NO_MEMORY)],
    ["later", (): MessageExtension => new LateExtension(failing(NO_MEMORY))],
  ])(
    "tells the peer 1011 when decompressing fails %s through no fault of it",
    (_when, extensionOf) => {
      const extension = extensionOf();
      const end = connection(role, { extension });
      const events = eventsOf(end, concat([compressed("x"), from(TEXT, "behind")]));
      if (extension instanceof LateExtension) {
        extension.settle();
        events.push(...pull(end));
      }

      expect(events).toEqual([{ type: "failed", error: expect.any(CodecError) }]);
      expect(framesSentBy(end)).toMatchObject([
        { opcode: CLOSE, payload: closePayload(1011, CODEC_FAILED) },
      ]);
      expect(end.heldBytes).toBe(0);
    },
  );

  it("waits for a late decompression, then goes on in order", () => {
    const extension = new LateExtension();
    const onProgress = vi.fn<() => void>();
    const end = connection(role, { extension, onProgress });
    expect(end.canDecode).toBe(true);
    expect(eventsOf(end, concat([compressed("one"), from(TEXT, "two"), from(PING)]))).toEqual([]);
    expect(end.isDecoding).toBe(true);
    expect(end.heldBytes).toBeGreaterThan(3);

    extension.settle();
    expect(onProgress).toHaveBeenCalledOnce();
    expect(end.isDecoding).toBe(false);
    expect(pull(end).map((event) => (event.type === "message" ? event.data : event.type))).toEqual([
      "one",
      "two",
      "ping",
    ]);
  });

  it("swallows a late decompression when the connection has failed or ended meanwhile", () => {
    for (const inner of [inverting, failing(NO_MEMORY)]) {
      const extension = new LateExtension(inner);
      const [failed, ended] = [connection(role, { extension }), connection(role, { extension })];
      eventsOf(failed, compressed("x"));
      eventsOf(ended, compressed("x"));
      failed.fail("MESSAGE_TOO_SLOW");
      expect(pull(failed)).toHaveLength(1);
      ended.transportEnded();
      ended.discard();
      outputOf(failed);
      extension.settleAll();

      expect([pull(failed), pull(ended)]).toEqual([[], []]);
      expect([failed.heldBytes, ended.heldBytes]).toEqual([0, 0]);
    }
  });

  it("drops a late decompression after our Close frame, good or bad", () => {
    for (const inner of [inverting, failing(NO_MEMORY)]) {
      const extension = new LateExtension(inner);
      const end = connection(role, { extension });
      eventsOf(end, concat([compressed("x"), from(CLOSE)]));
      end.close(1000);
      extension.settle();

      expect(pull(end)).toEqual([{ type: "close", code: 1005, reason: "" }]);
      expect(framesSentBy(end)).toMatchObject([{ payload: closePayload(1000) }]);
    }
  });
});

describe.each(ROLES)("compressing that takes its time, on a %s", (role) => {
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(opposite(role), opcode, payload, overrides);

  it("keeps messages and the Close frame in order, and lets control frames by [6455-6-06] [6455-5.5-08]", () => {
    const extension = new LateExtension();
    const onProgress = vi.fn<() => void>();
    const end = connection(role, { extension, onProgress });
    end.sendMessage("one");
    expect(end.isEncoding).toBe(true);
    expect(() => end.startMessage("text")).toThrow("wait until it is out");
    end.sendMessage(pattern(3), { compress: false });
    end.ping();
    end.close(1000);
    eventsOf(end, from(PING));
    expect(end.readyState).toBe(ReadyState.CLOSING);
    expect(end.sentClose).toEqual({ code: 1000, reason: "" });
    expect(end.unsentBytes).toBeGreaterThan(3 + 3 + 2);
    expect(framesSentBy(end).map(({ opcode }) => opcode)).toEqual([PING, PONG]);

    extension.settle();
    expect(onProgress).toHaveBeenCalledOnce();
    expect(end.isEncoding).toBe(false);
    expect(framesSentBy(end).map(({ opcode }) => opcode)).toEqual([TEXT, BINARY, CLOSE]);
    expect([end.unsentBytes, end.heldBytes]).toEqual([0, 0]);
  });

  it("lets what is being compressed go out before the Close frame that answers, or that tells of a failure", () => {
    for (const [last, payload] of [
      [from(CLOSE, closePayload(1001)), closePayload(1001)],
      [from(3), closePayload(1002, "unknown opcode 3")],
    ] as const) {
      const extension = new LateExtension();
      const end = connection(role, { extension });
      end.sendMessage("one");
      eventsOf(end, last);
      expect(outputOf(end)).toHaveLength(0);
      extension.settle();

      expect(framesSentBy(end)).toMatchObject([{ opcode: TEXT }, { opcode: CLOSE, payload }]);
    }
  });

  it.each([
    ["at once", (): MessageExtension => failing(NO_MEMORY)],
    ["later", (): MessageExtension => new LateExtension(failing(NO_MEMORY))],
  ])(
    "fails the connection with 1011 when it fails %s, and no message goes past the gap",
    (_when, extensionOf) => {
      const extension = extensionOf();
      const end = connection(role, { extension });
      expect(end.hasLost).toBe(false);
      expect(end.sendMessage("one")).toBe(true);
      if (extension instanceof LateExtension) {
        end.sendMessage("two");
        extension.settle();
      }
      expect(end.hasLost).toBe(true);
      expect(end.sendMessage("three", { compress: false })).toBe(false);

      expect(eventsOf(end, from(TEXT, "unread"))).toEqual([
        { type: "failed", error: expect.any(CodecError) },
      ]);
      expect(framesSentBy(end)).toMatchObject([
        { opcode: CLOSE, payload: closePayload(1011, CODEC_FAILED) },
      ]);
      expect(end.sentClose).toEqual({ code: 1011, reason: CODEC_FAILED });
      expect(end.heldBytes).toBe(0);
    },
  );

  it("says 1011 in place of a Close frame that waited behind the failed message", () => {
    const extension = new LateExtension(failing(NO_MEMORY));
    const end = connection(role, { extension });
    end.sendMessage("one");
    end.close(1000, "all sent");
    extension.settle();

    expect(end.sentClose).toEqual({ code: 1011, reason: CODEC_FAILED });
    expect(framesSentBy(end)).toMatchObject([
      { opcode: CLOSE, payload: closePayload(1011, CODEC_FAILED) },
    ]);
    expect(pull(end)).toMatchObject([{ type: "failed", error: { code: "CODEC_FAILED" } }]);
  });

  it("answers the peer's Close frame also when it fails behind that [6455-5.5-09]", () => {
    const extension = new LateExtension(failing(NO_MEMORY));
    const end = connection(role, { extension });
    end.sendMessage("one");
    expect(eventsOf(end, from(CLOSE, closePayload(1000)))).toMatchObject([{ type: "close" }]);
    extension.settle();

    expect(framesSentBy(end)).toMatchObject([
      { opcode: CLOSE, payload: closePayload(1011, CODEC_FAILED) },
    ]);
    expect(pull(end)).toEqual([]);
  });

  it("gives back all it held when the transport ends, and swallows the outcome", () => {
    for (const inner of [inverting, failing(NO_MEMORY)]) {
      const extension = new LateExtension(inner);
      const onProgress = vi.fn<() => void>();
      const end = connection(role, { extension, onProgress });
      end.sendMessage("one");
      end.sendMessage("two");
      end.transportEnded();
      extension.settle();

      expect([end.unsentBytes, end.heldBytes]).toEqual([0, 0]);
      expect(outputOf(end)).toHaveLength(0);
      expect(pull(end)).toEqual([]);
      expect(onProgress).not.toHaveBeenCalled();
    }
  });
});
