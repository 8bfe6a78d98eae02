import { describe, expect, it } from "vitest";
import { JobQueue, ZlibBulk } from "../../src/node/deflate-zlib.js";
import type { InflateOutcome } from "../../src/protocol/deflate/codec.js";
import { CORPORA, seeded } from "../support/deflate-corpora.js";
import { inspectPayload } from "../support/deflate-window.js";

/** Huffman codes in which the end of the block is nothing but ones, and no end. */
const CUT_IN_A_BLOCK =
  "dccc498e2449920440d428dc07081490d04185ea5801053fc44fec037353604ef389c26a73b53bdc813e29" +
  "5cb9d20171bb280c90d0cf380e218d4243b1cf210e0630a097790881eed7af5fde4f";

const none: Uint8Array = new Uint8Array(0);
const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function bulk(offThreadBytes: number, level = 6) {
  const zlib = new ZlibBulk({ level, offThreadBytes, jobs: new JobQueue(2) });
  const outcome = <T>(call: (later: (late: T) => void) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      let isInside = true;
      const now = call((late) => {
        expect(isInside).toBe(false);
        resolve(late);
      });
      isInside = false;
      if (offThreadBytes === 0) expect(now).toBeUndefined();
      if (now !== undefined) resolve(now);
    });
  return {
    deflate: (message: Uint8Array, history = none, windowBits = 12) =>
      outcome<Uint8Array | Error>((later) => zlib.deflate(message, { windowBits, history }, later)),
    inflate: (payload: Uint8Array, history = none, maxBytes = 1e6, windowBits = 12) =>
      outcome<InflateOutcome>((later) =>
        zlib.inflate(payload, { windowBits, history, maxBytes }, later),
      ),
  };
}

const bytesOf = (outcome: Uint8Array | Error | string): Uint8Array => {
  if (outcome instanceof Uint8Array) return outcome;
  throw new Error(String(outcome));
};

describe.each([
  ["on the main thread", Infinity],
  ["off the main thread", 0],
])("ZlibBulk %s", (_title, offThreadBytes) => {
  const { deflate, inflate } = bulk(offThreadBytes);

  it("compresses and decompresses with the history", async () => {
    const random = seeded(1);
    const history = CORPORA.json(random, 4096);
    const message = CORPORA.json(random, 100_000);
    const payload = bytesOf(await deflate(message, history));
    const alone = bytesOf(await deflate(message));

    expect(payload.length).toBeLessThan(alone.length);
    expect(isEqual(bytesOf(await inflate(payload, history)), message)).toBe(true);
    expect(isEqual(bytesOf(await inflate(alone)), message)).toBe(true);
    expect(inspectPayload(payload, history).blocks.at(-1)).toBe("stored");
  });

  it.each([9, 12, 15])("keeps to a window of 2^%i bytes", async (windowBits) => {
    const noise = CORPORA.noise(seeded(windowBits), 2 ** windowBits + 300);
    const payload = bytesOf(await deflate(Buffer.concat([noise, noise]), none, windowBits));
    expect(inspectPayload(payload, none).largestDistance).toBeLessThanOrEqual(2 ** windowBits);
  });

  it("gives 00 for nothing", async () => {
    const payload =
      offThreadBytes === 0 ? bytesOf(await bulk(1).deflate(none)) : bytesOf(await deflate(none));
    expect(Array.from(payload)).toEqual([0]);
    expect(await inflate(Uint8Array.of(0))).toHaveLength(0);
  });

  it("allows exactly the limit", async () => {
    const payload = bytesOf(await deflate(new Uint8Array(70_000)));
    expect(await inflate(payload, none, 70_000)).toHaveLength(70_000);
    expect(await inflate(payload, none, Infinity)).toHaveLength(70_000);
    expect(await inflate(payload, none, 69_999)).toBe("too big");
    expect(await inflate(payload, none, 0)).toBe("too big");
    expect(await inflate(bytesOf(await deflate(Uint8Array.of(1))), none, 0)).toBe("too big");
    expect(await inflate(Uint8Array.of(0), none, 0)).toHaveLength(0);
  });

  it.each([
    ["broken data", "ffffff"],
    ["data that ends inside a block", "f248cd"],
    ["a stored block that lacks as many bytes as the end has", "004601b9fe4142"],
    // What a code makes of `00 00 ff ff` ends this block at its last bit.
    ["a block whose end `00 00 ff ff` would be", CUT_IN_A_BLOCK],
    ["a final block, with and without blocks behind it", "f348cdc9c9070000"],
    ["a final block at the end", "f348cdc9c90700"],
    ["the end left on", "f248cdc9c907000000ffff"],
    ["no payload", ""],
  ])("leaves %s to others", async (_what, hex) => {
    expect(await inflate(Uint8Array.from(Buffer.from(hex, "hex")))).toBe("unusual");
  });

  it("does not hold zlib's memory for a small result", async () => {
    const payload = bytesOf(await deflate(new Uint8Array(1000)));
    expect(payload.buffer.byteLength).toBeLessThan(4 * payload.length + 100);
    const message = bytesOf(await inflate(payload));
    expect(message.buffer.byteLength).toBeLessThan(2001);
  });

  it("leaves message, payload and history alone", async () => {
    const history = Uint8Array.of(1, 2, 3, 4, 5);
    const message = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const payload = bytesOf(await deflate(message, history));
    const copy = payload.slice();
    await inflate(payload, history);
    expect([history, message, payload]).toEqual([
      Uint8Array.of(1, 2, 3, 4, 5),
      Uint8Array.of(1, 2, 3, 4, 5, 6),
      copy,
    ]);
  });
});

it("takes the history when it is called, whenever the job's turn comes", async () => {
  const jobs = new JobQueue(1);
  const zlib = new ZlibBulk({ level: 6, offThreadBytes: 0, jobs });
  let release = (): void => {};
  jobs.add((done) => {
    release = done;
  });
  const history = new TextEncoder().encode("some history");
  const message = new TextEncoder().encode("some history");
  const payload = new Promise<Uint8Array>((resolve, reject) => {
    zlib.deflate(message, { windowBits: 12, history }, (outcome) => {
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    });
  });
  history.fill(0);
  release();
  expect(inspectPayload(await payload, message).message).toEqual(message);
});

it("reports a job that cannot start, and goes on with the next", async () => {
  const jobs = new JobQueue(1);
  const broken = new ZlibBulk({ level: 99, offThreadBytes: 0, jobs });
  const zlib = new ZlibBulk({ level: 6, offThreadBytes: 0, jobs });
  const outcomes: unknown[] = [];
  await new Promise<void>((resolve) => {
    broken.deflate(Uint8Array.of(1), { windowBits: 12, history: none }, (outcome) => {
      outcomes.push(outcome);
    });
    zlib.deflate(Uint8Array.of(1), { windowBits: 12, history: none }, (outcome) => {
      outcomes.push(outcome);
      resolve();
    });
    expect(outcomes).toEqual([]);
  });
  expect(outcomes).toEqual([expect.any(RangeError), expect.any(Uint8Array)]);
});

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
