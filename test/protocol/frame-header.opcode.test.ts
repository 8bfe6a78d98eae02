import { describe, expect, it } from "vitest";
import { isControl, isOpcode, Opcode, opcodeName } from "../../src/protocol/frame-header.js";

describe("opcodes", () => {
  it("knows six of the sixteen [6455-5.2-03]", () => {
    const known = Array.from({ length: 16 }, (_, value) => value).filter((value) =>
      isOpcode(value),
    );

    expect(known).toEqual([0, 1, 2, 8, 9, 10]);
    expect(known).toEqual(Object.values(Opcode));
  });

  it("knows no number past four bits", () => {
    for (const value of [16, 17, 24, 25, 26, 255]) expect(isOpcode(value)).toBe(false);
  });

  it("has a name for each", () => {
    const names = Object.keys(Opcode).map((name) => name.toLowerCase());

    expect(Object.values(Opcode).map(opcodeName)).toEqual(names);
  });

  it("tells control frames from data frames by bit 3", () => {
    const { CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG } = Opcode;

    expect([CLOSE, PING, PONG].every((opcode) => isControl(opcode))).toBe(true);
    expect([CONTINUATION, TEXT, BINARY].some((opcode) => isControl(opcode))).toBe(false);
  });
});
