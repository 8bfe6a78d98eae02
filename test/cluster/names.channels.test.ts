import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNodeId, roomChannel } from "../../src/cluster/names.js";

const LONG = "é".repeat(200);

describe("the channel of a room", () => {
  it("keeps plain names readable", () => {
    expect(roomChannel("lobby-1")).toBe("room.lobby-1");
    expect(roomChannel("a b")).toBe("room.a_0020b");
    expect(roomChannel("_")).toBe("room._005f");
    expect(roomChannel("")).toBe("room.");
  });

  it("is what every engine takes, for any name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (room) => {
        expect(roomChannel(room)).toMatch(/^room\.[A-Za-z0-9_.-]{0,195}$/);
      }),
    );
  });

  it("is another one for another name", () => {
    const names = fc.string({ unit: "binary", maxLength: 20 });
    fc.assert(
      fc.property(names, names, (a, b) => {
        expect(roomChannel(a) === roomChannel(b)).toBe(a === b);
      }),
    );
    const long = [LONG, `${LONG}a`, `${LONG}b`, `a${LONG}`, "\uD800", "\uD801", "\uFFFD"];
    expect(new Set(long.map(roomChannel)).size).toBe(long.length);
  });
});

describe("the name of a node", () => {
  it.each(["a", "0123456789ab", "A-z", "a".repeat(64)])("may be %s", (name) => {
    expect(isNodeId(name)).toBe(true);
  });

  it.each(["", "a.b", "*", ">", "a b", "é", "a\n", "a".repeat(65), 1, undefined, ["a"]])(
    "may not be %j",
    (name) => {
      expect(isNodeId(name)).toBe(false);
    },
  );
});
