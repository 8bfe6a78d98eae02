import { describe, expect, it } from "vitest";
import { Queue } from "../../src/protocol/queue.js";

const valuesOf = <T>(queue: Queue<T>): T[] => Array.from(queue.places(), ({ value }) => value);

describe("Queue", () => {
  it("is empty at first, and gives nothing", () => {
    const queue = new Queue<number>();
    expect([queue.length, queue.first, queue.shift()]).toEqual([0, undefined, undefined]);
    expect(queue.length).toBe(0);
  });

  it("gives what was pushed first, first", () => {
    const queue = new Queue<number>();
    for (const value of [1, 2, 3]) queue.push(value);
    expect([queue.length, queue.first]).toEqual([3, 1]);
    expect([queue.shift(), queue.shift()]).toEqual([1, 2]);
    queue.push(4);
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([3, 4, undefined]);
  });

  it.each([
    ["first", 0, [2, 3]],
    ["middle", 1, [1, 3]],
    ["last", 2, [1, 2]],
  ])("gives up the %s one", (_name, index, left) => {
    const queue = new Queue<number>();
    const places = [1, 2, 3].map((value) => queue.push(value));
    queue.remove(places[index]!);
    expect(valuesOf(queue)).toEqual(left);
    expect([queue.length, queue.first]).toEqual([2, left[0]]);
    queue.push(4);
    expect(valuesOf(queue)).toEqual([...left, 4]);
  });

  it("can be emptied while its places are gone through, and used again", () => {
    const queue = new Queue<number>();
    for (const value of [1, 2, 3]) queue.push(value);
    const seen: number[] = [];
    for (const place of queue.places()) {
      seen.push(place.value);
      queue.remove(place);
    }
    expect([seen, queue.length]).toEqual([[1, 2, 3], 0]);
    queue.push(4);
    queue.clear();
    expect([queue.length, queue.first, queue.shift()]).toEqual([0, undefined, undefined]);
  });
});
