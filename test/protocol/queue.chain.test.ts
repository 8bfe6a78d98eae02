import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Chain, type Chained } from "../../src/protocol/queue.js";

class Bead implements Chained<Bead> {
  previous: Bead | undefined = undefined;
  next: Bead | undefined = undefined;
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

const numbersOf = (beads: Iterable<Bead>): number[] => Array.from(beads, ({ number }) => number);

describe("Chain", () => {
  it("holds what a Set holds, in the same order, whatever comes and goes", () => {
    const steps = fc.array(fc.record({ isComing: fc.boolean(), at: fc.nat() }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (all) => {
        const chain = new Chain<Bead>();
        const set = new Set<Bead>();
        for (const [number, { isComing, at }] of all.entries()) {
          const bead = isComing ? new Bead(number) : [...set][at % set.size];
          if (isComing && bead) {
            chain.add(bead);
            set.add(bead);
          } else if (bead) {
            chain.remove(bead);
            set.delete(bead);
          }
          expect(numbersOf(chain)).toEqual(numbersOf(set));
          expect(chain.length).toBe(set.size);
        }
      }),
    );
  });

  it("goes through all that were there, whoever goes meanwhile", () => {
    const beads = [new Bead(1), new Bead(2), new Bead(3)];
    const chain = new Chain<Bead>();
    for (const bead of beads) chain.add(bead);
    const seen: Bead[] = [];
    for (const bead of chain) {
      seen.push(bead);
      if (bead === beads[0]) for (const one of beads) chain.remove(one);
    }
    expect(numbersOf(seen)).toEqual([1, 2, 3]);
    expect([...chain]).toEqual([]);
  });

  it("leaves nothing in what has gone that refers to the others", () => {
    const [first, second, third] = [new Bead(1), new Bead(2), new Bead(3)];
    const chain = new Chain<Bead>();
    for (const bead of [first, second, third]) chain.add(bead);
    chain.remove(second);
    expect([second.previous, second.next]).toEqual([undefined, undefined]);
    expect([first.next?.number, third.previous?.number]).toEqual([3, 1]);
    chain.add(second);
    expect(numbersOf(chain)).toEqual([1, 3, 2]);
  });
});
