import { expect, it } from "vitest";
import { JobQueue } from "../../src/node/deflate-jobs.js";

/** Adds jobs that note their start and end when told. */
function queue(maxRunning: number) {
  const jobs = new JobQueue(maxRunning);
  const started: number[] = [];
  const ends = new Map<number, () => void>();
  return {
    started,
    add: (name: number) => {
      jobs.add((done) => {
        started.push(name);
        ends.set(name, done);
      });
    },
    end: (name: number) => {
      ends.get(name)!();
    },
  };
}

it("runs so many jobs at a time, first come first served", () => {
  const { started, add, end } = queue(2);
  for (const name of [1, 2, 3, 4, 5]) add(name);
  expect(started).toEqual([1, 2]);
  end(2);
  expect(started).toEqual([1, 2, 3]);
  end(1);
  end(3);
  expect(started).toEqual([1, 2, 3, 4, 5]);
  end(4);
  end(5);
  add(6);
  expect(started).toEqual([1, 2, 3, 4, 5, 6]);
});

it("keeps the order of many", () => {
  const { started, add, end } = queue(3);
  const names = Array.from({ length: 1000 }, (_, i) => i);
  for (const name of names) add(name);
  for (const name of names) end(name);
  expect(started).toEqual(names);
});

it("takes a job that a job adds", () => {
  const jobs = new JobQueue(1);
  const order: string[] = [];
  jobs.add((done) => {
    order.push("outer");
    jobs.add((innerDone) => {
      order.push("inner");
      innerDone();
    });
    done();
  });
  expect(order).toEqual(["outer", "inner"]);
});

it("runs all at once at Infinity", () => {
  const { started, add } = queue(Infinity);
  for (let name = 0; name < 100; name++) add(name);
  expect(started).toHaveLength(100);
});
