// Whole messages among frames: which of them are read at once, and what is left to the parser of every header.
import { describe, expect, it } from "vitest";
import { Budget } from "../../src/protocol/budget.js";
import { parseWholeFrame } from "../../src/protocol/frame-header.js";
import { frameFrom, pattern, ROLES } from "../support/protocol.js";
import { BINARY, concat, CONTINUATION, hex, PING, TEXT } from "../support/wire-frame.js";

describe.each(ROLES)("the parser of whole messages, from a %s", (peer) => {
  const rules = { masked: peer === "client", rsv: 0 };
  const budget = new Budget();
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(peer, opcode, payload, overrides);
  const unread = { isText: false, isCompressed: false, length: -1, start: -1, maskingKey: -1 };
  const parse = (bytes: Uint8Array, start = 0, rsv = 0, limits = budget) => {
    const header = { ...unread };
    return { end: parseWholeFrame(header, bytes, start, { ...rules, rsv }, limits), header };
  };

  it.each([0, 47, 125, 126, 5_000, 65_535])("reads one of %d bytes, at any place", (length) => {
    const bytes = from(BINARY, pattern(length));
    const { end, header } = parse(concat([hex("00"), bytes, hex("ff")]), 1);
    expect(end).toBe(1 + bytes.length);
    expect(header).toEqual({
      isText: false,
      isCompressed: false,
      length,
      start: end - length,
      maskingKey: peer === "client" ? 0x37fa213d : 0,
    });
  });

  it("tells text from bytes, and what is compressed where that was agreed on [7692-6-02]", () => {
    const compressed = from(TEXT, "abc", { rsv: 4 });
    expect(parse(compressed).end).toBe(-1);
    expect(parse(compressed, 0, 0x40)).toMatchObject({
      end: compressed.length,
      header: { isText: true, isCompressed: true },
    });
    expect(parse(from(TEXT, "plain"), 0, 0x40).header.isCompressed).toBe(false);
  });

  it.each([0, 125, 126, 1000])("reads none until its last byte is there: %d bytes", (length) => {
    const bytes = from(BINARY, pattern(length));
    for (let count = 0; count < bytes.length; count++) {
      expect(parse(bytes.subarray(0, count))).toEqual({ end: -1, header: unread });
    }
  });

  it.each([
    ["a fragment", from(TEXT, "a", { fin: false })],
    ["a continuation", from(CONTINUATION, "a")],
    ["a control frame", from(PING)],
    ["an unknown opcode", from(3)],
    ["a reserved bit", from(TEXT, "a", { rsv: 2 })],
    ["another one", from(TEXT, "a", { rsv: 1 })],
    ["the other end's masking", frameFrom(peer === "client" ? "server" : "client", TEXT, "a")],
    ["a length that is too long for it", from(BINARY, pattern(65_536))],
    ["a length in more bytes than it needs", from(BINARY, "a", { lengthBits: 16 })],
  ])("leaves %s to others", (_what, bytes) => {
    expect(parse(bytes)).toEqual({ end: -1, header: unread });
  });

  it("leaves what is over a limit to others", () => {
    const end = (length: number, limits: object, rsv = 0): number =>
      parse(from(BINARY, pattern(length), { rsv }), 0, 0x40, new Budget(limits)).end;
    expect(end(10, { maxMessageBytes: 10 })).toBeGreaterThan(0);
    expect(end(11, { maxMessageBytes: 10 })).toBe(-1);
    expect(end(11, { maxMessageBytes: 10 }, 4)).toBeGreaterThan(0); // compressed, it may have grown
    expect(end(200, { maxMessageBytes: 10 }, 4)).toBe(-1);
    expect(end(0, { maxFragments: 0 })).toBe(-1);
  });
});
