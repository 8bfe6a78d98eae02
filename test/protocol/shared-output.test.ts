// Bytes that many connections send in the same turn: joined once, and only where others will ask for the same.
import { describe, expect, it } from "vitest";
import { JOINED_SHARED_BYTES } from "../../src/protocol/copying.js";
import { beginShared, joinShared } from "../../src/protocol/shared-output.js";
import { countingPlatform, pattern } from "../support/protocol.js";
import { hex } from "../support/wire-frame.js";

describe("shared output", () => {
  it("begins with the bytes themselves", () => {
    const bytes = hex("01");
    expect(beginShared(bytes)).toBe(bytes);
  });

  it("is joined once for all who add the same in turn, piece by piece", () => {
    const { platform, allocated } = countingPlatform();
    const [one, two, three] = [hex("01"), hex("02 03"), hex("04")];
    const members = Array.from({ length: 3 }, () => beginShared(one));
    const joined = members.map((all) => joinShared(all, two, platform.allocate));
    expect(joined[0]).toEqual(hex("01 02 03"));
    expect(joined.every((all) => all === joined[0])).toBe(true);

    const all = joined.map((before) => joinShared(before!, three, platform.allocate));
    expect(all[0]).toEqual(hex("01 02 03 04"));
    expect(all.every((bytes) => bytes === all[0])).toBe(true);
    expect(allocated).toEqual([3, 4]);
    expect([one, two, three]).toEqual([hex("01"), hex("02 03"), hex("04")]);
  });

  it("is left to its connection when the last ones had something else", () => {
    const { platform, allocated } = countingPlatform();
    const mine = beginShared(hex("01"));
    beginShared(hex("02"));
    expect(joinShared(mine, hex("03"), platform.allocate)).toBeUndefined();
    expect(allocated).toEqual([]);
  });

  it.each([
    [JOINED_SHARED_BYTES, true],
    [JOINED_SHARED_BYTES + 1, false],
  ])("of %d bytes is joined: %s", (length, isJoined) => {
    const { platform, allocated } = countingPlatform();
    const before = beginShared(pattern(10));
    const all = joinShared(before, pattern(length - 10), platform.allocate);
    expect(all?.length).toBe(isJoined ? length : undefined);
    expect(allocated).toEqual(isJoined ? [length] : []);
  });
});
