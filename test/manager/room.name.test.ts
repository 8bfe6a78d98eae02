import { describe, expect, it } from "vitest";
import { checkRoomName } from "../../src/manager/room.js";

describe("the name of a room", () => {
  it.each([
    "",
    "lobby",
    "__proto__",
    "constructor",
    "a b\n\0",
    "é",
    "e\u0301",
    "😀",
    "*",
    "x".repeat(256),
  ])("may be %j [G01]", (name) => {
    expect(() => checkRoomName(name, 256)).not.toThrow();
  });

  it.each([undefined, null, 7, true, ["a"], { toString: () => "a" }, Symbol("a"), () => "a"])(
    "is not %o [G01]",
    (name) => {
      expect(() => checkRoomName(name, 256)).toThrow(TypeError);
      expect(() => checkRoomName(name, 256)).toThrow("the name of a room is a string, not");
    },
  );

  it.each(["\ud800", "a\udc00", "\udc00\ud800", "\ud800\ud800\udc00", "a\ud83d"])(
    "has no half of a surrogate pair: %j [G01]",
    (name) => {
      expect(() => checkRoomName(name, 256)).toThrow("half a surrogate pair");
    },
  );

  it("has at most so many UTF-16 units, and the error does not repeat it [G01]", () => {
    expect(() => checkRoomName("x".repeat(257), 256)).toThrow(RangeError);
    expect(() => checkRoomName("x".repeat(1_048_576), 256)).toThrow(
      /^the name of a room has at most 256 characters \(maxRoomNameLength\), not 1048576$/,
    );
    expect(() => checkRoomName("x".repeat(1_048_576), Infinity)).not.toThrow();
  });
});
