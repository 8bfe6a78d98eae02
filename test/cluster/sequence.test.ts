import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Follower, Sequencer } from "../../src/cluster/sequence.js";

describe("Sequencer", () => {
  it("numbers all, and remembers what was before on the same channel", () => {
    const sequencer = new Sequencer();
    expect(["a", "b", "a", "a", "b"].map((channel) => sequencer.next(channel))).toEqual([
      { sequence: 1, previous: 0 },
      { sequence: 2, previous: 0 },
      { sequence: 3, previous: 1 },
      { sequence: 4, previous: 3 },
      { sequence: 5, previous: 2 },
    ]);
    expect(sequencer.latest).toBe(5);
  });

  it("forgets the channel that was not used for longest, and says that it does not know", () => {
    const sequencer = new Sequencer(2);
    for (const channel of ["a", "b", "a", "c"]) sequencer.next(channel);
    expect(sequencer.next("a").previous).toBe(3);
    expect(sequencer.next("b").previous).toBeUndefined();
    expect(sequencer.next("new").previous).toBeUndefined();
  });
});

describe("Follower", () => {
  it("takes the first it hears as it is, and knows nodes and channels apart", () => {
    const follower = new Follower();
    expect(follower.place("a", "n1", { sequence: 9, previous: 5 })).toBe("next");
    expect(follower.place("b", "n1", { sequence: 3, previous: 2 })).toBe("next");
    expect(follower.place("a", "n2", { sequence: 1, previous: 0 })).toBe("next");
    expect(follower.latestOf("a", "n1")).toBe(9);
    expect(follower.latestOf("a", "n3")).toBe(0);
    expect(follower.place("a", "n1", { sequence: 9, previous: 5 })).toBe("repeated");
    expect(follower.place("a", "n1", { sequence: 12, previous: 11 })).toBe("afterLoss");
    expect(follower.place("a", "n1", { sequence: 20, previous: undefined })).toBe("next");
  });

  it("begins again with a channel or a node that it was told to forget", () => {
    const follower = new Follower();
    follower.place("a", "n1", { sequence: 1, previous: 0 });
    follower.place("b", "n1", { sequence: 2, previous: 0 });
    follower.forgetChannel("a");
    expect(follower.place("a", "n1", { sequence: 9, previous: 8 })).toBe("next");
    follower.forgetNode("n1");
    expect(follower.place("b", "n1", { sequence: 9, previous: 8 })).toBe("next");
  });

  it("does not grow with nodes that come and go", () => {
    const follower = new Follower(2);
    for (const node of ["n1", "n2", "n3"]) follower.place("a", node, { sequence: 5, previous: 0 });
    expect(["n1", "n2", "n3"].map((node) => follower.latestOf("a", node))).toEqual([0, 5, 5]);
  });

  it("reports a loss exactly when something is missing, whatever comes twice", () => {
    const message = fc.record({
      channel: fc.constantFrom("a", "b"),
      fate: fc.constantFrom("once", "once", "twice", "lost"),
    });
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const [sequencer, follower] = [new Sequencer(), new Follower()];
        const isMissing = new Map<string, boolean>();
        for (const { channel, fate } of messages) {
          const place = sequencer.next(channel);
          if (fate === "lost") {
            // Before the first one on a channel there is nothing to miss.
            if (isMissing.has(channel)) isMissing.set(channel, true);
            continue;
          }
          const expected = isMissing.get(channel) === true ? "afterLoss" : "next";
          expect(follower.place(channel, "n1", place)).toBe(expected);
          isMissing.set(channel, false);
          if (fate === "twice") expect(follower.place(channel, "n1", place)).toBe("repeated");
        }
      }),
    );
  });
});
