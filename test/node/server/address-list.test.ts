import { describe, expect, it } from "vitest";
import { AddressList } from "../../../src/node/server/address-list.js";

function listOf(...elements: readonly string[]): AddressList {
  const list = new AddressList();
  for (const element of elements) expect(list.add(element), element).toBe(true);
  return list;
}

describe("a list of addresses", () => {
  // oxfmt-ignore
  it.each([
    ["127.0.0.1",   "127.0.0.1",       true],
    ["127.0.0.1",   "127.0.0.2",       false],
    ["10.0.0.0/8",  "10.255.0.1",      true],
    ["10.0.0.0/8",  "11.0.0.1",        false],
    ["10.1.2.3/32", "10.1.2.3",        true],
    ["0.0.0.0/0",   "203.0.113.9",     true],
    ["::1",         "::1",             true],
    ["::1",         "0:0:0:0:0:0:0:1", true],
    ["fd00::/8",    "fd12::3",         true],
    ["fd00::/8",    "fe80::3",         false],
    ["10.0.0.0/8",  "not an address",  false],
    ["10.0.0.0/8",  "",                false],
  ])("with %s has %j: %s", (element, address, expected) => {
    expect(listOf(element).has(address)).toBe(expected);
  });

  it.each([
    "",
    "h",
    "10.0.0",
    "10.0.0.0/",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/8/8",
    "10.0.0.0/x",
    "10.0.0.0/-1",
    "10.0.0.0/1.5",
  ])("takes no %j, and says so", (element) => {
    const list = new AddressList();
    expect(list.add(element)).toBe(false);
    expect(list.has("10.0.0.0")).toBe(false);
  });

  it("has what is in a range, with both ends", () => {
    const list = new AddressList();
    expect(list.addRange("10.0.0.2", "10.0.0.4")).toBe(true);
    const inside = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"].map((address) =>
      list.has(address),
    );
    expect(inside).toEqual([false, true, true, true, false]);
  });

  it.each([
    ["10.0.0.4", "10.0.0.2"],
    ["10.0.0.1", "::1"],
    ["a", "b"],
    ["", ""],
  ])("takes no range from %j to %j, and says so", (first, last) => {
    expect(new AddressList().addRange(first, last)).toBe(false);
  });
});
