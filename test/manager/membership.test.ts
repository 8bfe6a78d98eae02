// Two maps that mirror each other.
import { describe, expect, it } from "vitest";
import { Membership } from "../../src/manager/membership.js";

describe("membership", () => {
  it("says when the first member comes to a group, and when the last one goes", () => {
    const membership = new Membership<number>();

    expect(membership.add(1, "a")).toBe("created");
    expect(membership.add(1, "a")).toBe("unchanged");
    expect(membership.add(2, "a")).toBe("added");
    expect(membership.remove(1, "a")).toBe("removed");
    expect(membership.remove(1, "a")).toBe("unchanged");
    expect(membership.remove(2, "a")).toBe("emptied");
    expect(membership.remove(2, "a")).toBe("unchanged");
    expect(membership.groupCount).toBe(0);
    // The entry is gone, so that a stranger gets the same empty set.
    expect(membership.groupsOf(1)).toBe(membership.groupsOf(3));
  });

  it("is seen from both sides", () => {
    const membership = new Membership<number>();
    membership.add(1, "a");
    membership.add(1, "b");
    membership.add(2, "b");

    expect([...membership.groups()]).toEqual(["a", "b"]);
    expect([...membership.membersOf("b")]).toEqual([1, 2]);
    expect([...membership.groupsOf(1)]).toEqual(["a", "b"]);
    expect(membership.has(2, "b")).toBe(true);
    expect(membership.has(2, "a")).toBe(false);
    expect(membership.has(3, "a")).toBe(false);
    expect(membership.placeCount).toBe(3);
  });

  it("knows nobody in a group that is not there, and no group of a stranger", () => {
    const membership = new Membership<number>();

    expect([...membership.membersOf("a")]).toEqual([]);
    expect([...membership.groupsOf(1)]).toEqual([]);
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", "", " ", "\0"])(
    "takes %j for a name like any other [G01]",
    (name) => {
      const membership = new Membership<number>();
      expect(membership.membersOf(name).size).toBe(0);
      expect(membership.add(1, name)).toBe("created");
      expect([...membership.groups()]).toEqual([name]);
      expect(membership.remove(1, name)).toBe("emptied");
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );
});
