import { describe, expect, it } from "vitest";
import { COPIED_PAYLOAD_BYTES } from "../../src/protocol/copying.js";
import { prepareMessage } from "../../src/protocol/prepared-message.js";
import { portablePlatform } from "../../src/protocol/platform.js";
import {
  connection,
  framesIn,
  framesSentBy,
  outputOf,
  pattern,
  ROLES,
  sameBytes,
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

describe.each(ROLES)("sending, as a %s", (role) => {
  it("makes text of strings and binary of bytes [6455-6-02] [6455-6-03] [6455-6-04]", () => {
    const end = connection(role);
    expect(end.sendMessage("é")).toBe(true);
    expect(end.sendMessage(hex("e9"))).toBe(true);
    expect(end.sendMessage("")).toBe(true);

    expect(framesSentBy(end)).toMatchObject([
      { opcode: TEXT, fin: true, rsv: 0, payload: utf8("é") },
      { opcode: BINARY, fin: true, rsv: 0, payload: hex("e9") },
      { opcode: TEXT, fin: true, rsv: 0, payload: hex("") },
    ]);
  });

  it("makes the other of them where that was asked for", () => {
    const end = connection(role);
    end.sendMessage(utf8("é"), { type: "text" });
    end.sendMessage("é", { type: "binary" });
    end.sendMessage("é", { type: "text", compress: false });

    expect(framesSentBy(end).map(({ opcode, payload }) => [opcode, payload])).toEqual([
      [TEXT, utf8("é")],
      [BINARY, utf8("é")],
      [TEXT, utf8("é")],
    ]);
  });

  it("sends prepared messages, any number of times, and not as another type", () => {
    const end = connection(role);
    const message = prepareMessage("é");
    expect(end.sendMessage(message)).toBe(true);
    expect(end.sendMessage(message, { type: "text", compress: false })).toBe(true);
    expect(() => end.sendMessage(message, { type: "binary" })).toThrow(TypeError);

    expect(framesSentBy(end)).toMatchObject([
      { opcode: TEXT, payload: utf8("é") },
      { opcode: TEXT, payload: utf8("é") },
    ]);
    end.close();
    expect(end.sendMessage(message)).toBe(false);
  });

  it("throws at its caller for bytes that are no text, and sends nothing [6455-8-01]", () => {
    const end = connection(role);

    expect(() => end.sendMessage(hex("ed a0 80"), { type: "text" })).toThrow(
      new TypeError("these bytes are not UTF-8, so they cannot be sent as text"),
    );
    expect(outputOf(end)).toHaveLength(0);
  });

  it.each([
    [0, 7],
    [1, 7],
    [125, 7],
    [126, 16],
    [127, 16],
    [255, 16],
    [256, 16],
    [65_535, 16],
    [65_536, 64],
    [70_000, 64],
  ])(
    "writes the length %d in %d bits, and the payload as it is [6455-5.2-04] [6455-5.2-07] [6455-5.6-02]",
    (length, lengthBits) => {
      for (const data of [pattern(length), "x".repeat(length)]) {
        const end = connection(role);
        end.sendMessage(data);
        const [frame] = framesSentBy(end);

        expect(frame?.lengthBits).toBe(lengthBits);
        const wanted = typeof data === "string" ? utf8(data) : data;
        expect(sameBytes(frame?.payload ?? hex("ff"), wanted)).toBe(true);
      }
    },
  );

  it("masks every frame of a client and none of a server [6455-5.1-01] [6455-5.1-04] [6455-6-05] [6455-5.5-07]", () => {
    const end = connection(role);
    end.sendMessage("");
    end.sendMessage(pattern(70_000));
    end.startMessage("binary");
    end.sendFragment(hex("01"), false);
    end.ping();
    end.pong();
    end.sendFragment("", true);
    end.close();
    const sent = framesSentBy(end);

    expect(sent.map(({ opcode }) => opcode)).toEqual([
      TEXT,
      BINARY,
      BINARY,
      PING,
      PONG,
      CONTINUATION,
      CLOSE,
    ]);
    for (const { maskingKey } of sent) expect(maskingKey !== undefined).toBe(role === "client");
  });

  it("takes fragments of any size, strings and bytes, with control frames between them [6455-5.4-06] [6455-6-04]", () => {
    const end = connection(role);
    expect(end.startMessage("text")).toBe(true);
    expect(end.sendFragment("one", false)).toBe(true);
    expect(end.ping(utf8("between"))).toBe(true);
    expect(end.sendFragment("", false)).toBe(true);
    expect(end.sendFragment(utf8("two"), false)).toBe(true);
    expect(end.sendFragment("three", true)).toBe(true);
    end.startMessage("binary");
    end.sendFragment(pattern(70_000), true);

    expect(
      framesSentBy(end).map(({ opcode, fin, payload }) => [opcode, fin, payload.length]),
    ).toEqual([
      [TEXT, false, 3],
      [PING, true, 7],
      [CONTINUATION, false, 0],
      [CONTINUATION, false, 3],
      [CONTINUATION, true, 5],
      [BINARY, true, 70_000],
    ]);
  });

  it("does not interleave messages [6455-5.4-04]", () => {
    const end = connection(role);
    expect(() => end.sendFragment("x", true)).toThrow("no message has been started");
    end.startMessage("text");
    expect(() => end.startMessage("text")).toThrow("end it first");
    expect(() => end.sendMessage("x")).toThrow("end it first");
    end.sendFragment("x", true);
    end.sendMessage("y");

    expect(framesSentBy(end).map(({ payload }) => payload)).toEqual([utf8("x"), utf8("y")]);
  });

  it("writes a lone surrogate as U+FFFD", () => {
    const end = connection(role);
    end.sendMessage("a\ud800");
    end.startMessage("text");
    end.sendFragment("\udc00b", true);

    expect(framesSentBy(end).map(({ payload }) => payload)).toEqual([
      utf8("a\ufffd"),
      utf8("\ufffdb"),
    ]);
  });

  it("keeps the order of 5000 messages, taken a few at a time [6455-6-06]", () => {
    const end = connection(role);
    const output: Uint8Array[] = [];
    for (let i = 0; i < 5000; i++) {
      end.sendMessage(String(i));
      if (i % 7 === 0) output.push(...end.takeOutput());
    }
    const frames = framesIn(concat([...output, ...end.takeOutput()]));

    expect(frames.map(({ payload }) => Number(Buffer.from(payload).toString()))).toEqual(
      Array.from({ length: 5000 }, (_, i) => i),
    );
  });

  it("counts what is not taken yet", () => {
    const end = connection(role);
    end.sendMessage(pattern(100));
    const length = 102 + (role === "client" ? 4 : 0);
    expect([end.unsentBytes, end.heldBytes]).toEqual([length, length]);
    end.takeOutput();
    expect([end.unsentBytes, end.heldBytes]).toEqual([0, 0]);
  });

  it("leaves the caller's bytes alone: the same can go to many connections [6455-10-05]", () => {
    for (const length of [5, 60, COPIED_PAYLOAD_BYTES, COPIED_PAYLOAD_BYTES + 1, 100_000]) {
      const data = pattern(length);
      const [one, two] = [connection(role), connection(role)];
      for (const end of [one, two, one]) end.sendMessage(data);

      expect(sameBytes(data, pattern(length))).toBe(true);
      for (const { payload } of [...framesSentBy(one), ...framesSentBy(two)]) {
        expect(sameBytes(payload, pattern(length))).toBe(true);
      }
    }
  });

  it("does not notice when bytes change that were short enough to copy [6455-10-05]", () => {
    const data = pattern(COPIED_PAYLOAD_BYTES);
    const ping = utf8("ping");
    const end = connection(role);
    end.sendMessage(data);
    end.ping(ping);
    end.startMessage("binary");
    end.sendFragment(data, true);
    data.fill(0xff);
    ping.fill(0xff);

    const [message, control, fragment] = framesSentBy(end);
    expect(sameBytes(message!.payload, pattern(COPIED_PAYLOAD_BYTES))).toBe(true);
    expect(control?.payload).toEqual(utf8("ping"));
    expect(sameBytes(fragment!.payload, pattern(COPIED_PAYLOAD_BYTES))).toBe(true);
  });
});

describe("masking keys", () => {
  it("are asked for anew for each frame of a client, and used in that order [6455-5.3-01] [6455-5.3-04] [6455-10-04]", () => {
    let next = 0x01_00_00_00;
    const end = connection("client", { platform: portablePlatform(() => next++) });
    end.sendMessage("");
    end.sendMessage(pattern(70_000));
    end.ping();
    end.startMessage("text");
    end.sendFragment("", false);
    end.sendFragment("", true);
    end.close();

    const keys = framesSentBy(end).map(({ maskingKey }) => maskingKey);
    expect(keys).toEqual(Array.from({ length: 6 }, (_, i) => Uint8Array.of(1, 0, 0, i)));
  });
});
