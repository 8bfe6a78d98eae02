import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskedFrame } from "../../bench/load/frames.js";
import { MessageCounter } from "../../bench/load/message-counter.js";
import { checkEcho, ReplyCheck } from "../../bench/load/reply-check.js";
import { hex } from "../support/wire-frame.js";

const UNMASKED = hex("81 02 68 69");
const PING = hex("89 01 00");
const FRAGMENTS = hex("02 01 61 00 01 62 80 01 63");

/** Cuts `bytes` at random places. */
const inChunks = (bytes: Uint8Array) =>
  fc.array(fc.nat({ max: bytes.length })).map((cuts) => {
    const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
    return places.slice(1).map((end, i) => bytes.slice(places[i], end));
  });

describe("the counter", () => {
  const stream = Buffer.concat([
    UNMASKED,
    PING,
    FRAGMENTS,
    maskedFrame(0x82, Buffer.alloc(126), 0x81888188),
    maskedFrame(0x82, Buffer.alloc(65_536, 0x88), 0),
    hex("81 00"),
  ]);

  test("counts each message once, however the bytes are cut, and no control frames", () => {
    fc.assert(
      fc.property(inChunks(stream), (chunks) => {
        const counter = new MessageCounter();
        const count = chunks.reduce((sum, chunk) => sum + counter.count(chunk), 0);
        expect(count).toBe(5);
      }),
    );
  });

  test("looks at no more of a buffer than it is told", () => {
    expect(new MessageCounter().count(Buffer.concat([UNMASKED, UNMASKED]), 4)).toBe(1);
  });

  test("refuses a Close frame", () => {
    const close = hex("81 02 68 69 88 02 03 e8");
    expect(() => new MessageCounter().count(close)).toThrow("closes the connection");
  });
});

describe("the check of replies", () => {
  const plain = { compressed: false, contextTakeover: false };

  test("puts fragments together, and leaves control frames out", () => {
    const bytes = Buffer.concat([FRAGMENTS.slice(0, 3), PING, FRAGMENTS.slice(3), UNMASKED]);
    fc.assert(
      fc.property(inChunks(bytes), (chunks) => {
        const check = new ReplyCheck(plain);
        const messages = chunks.flatMap((chunk) => check.take(chunk));
        expect(messages).toEqual([
          { isText: false, payload: Buffer.from("abc") },
          { isText: true, payload: Buffer.from("hi") },
        ]);
      }),
    );
  });

  test("reads the compressed example of RFC 7692 §7.2.3.1", () => {
    const check = new ReplyCheck({ compressed: true, contextTakeover: false });
    const [message] = check.take(hex("c1 07 f2 48 cd c9 c9 07 00"));
    expect(message).toEqual({ isText: true, payload: Buffer.from("Hello") });
  });

  test("refuses a reply that is not compressed where it has to be", () => {
    const check = new ReplyCheck({ compressed: true, contextTakeover: false });
    expect(() => check.take(UNMASKED)).toThrow("the reply is not compressed");
  });
});

describe("an echo", () => {
  const hi = { isText: true, payload: Buffer.from("hi") };

  test("is right when type and bytes are those that were sent", () => {
    expect(() => checkEcho({ isText: true, payload: Buffer.from("hi") }, hi)).not.toThrow();
  });

  test.each([
    [{ ...hi, isText: false }, "a text message was sent and a binary message came back"],
    [
      { ...hi, payload: Buffer.from("ho") },
      "2 bytes were sent, 2 came back, and they differ at byte 1",
    ],
    [
      { ...hi, payload: Buffer.from("hi!") },
      "2 bytes were sent, 3 came back, and they differ at byte 2",
    ],
  ])("is wrong otherwise, and it says where: %#", (actual, message) => {
    expect(() => checkEcho(actual, hi)).toThrow(message);
  });
});
