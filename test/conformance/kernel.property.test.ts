// Conversations over an operating system that does what it may. `KERNEL_SEED=7` runs one of them again.
import { afterAll, beforeAll, expect, it } from "vitest";
import { converse } from "../support/kernel-conversation.js";

const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);

beforeAll(() => void process.on("uncaughtException", note).on("unhandledRejection", note));
afterAll(() => void process.off("uncaughtException", note).off("unhandledRejection", note));

const only = process.env["KERNEL_SEED"];
const count = Number(process.env["FC_NUM_RUNS"] ?? 500);
const seeds =
  only === undefined ? Array.from({ length: count }, (_, seed) => seed) : [Number(only)];

it(`every message arrives once, in order, or its send has failed, over ${seeds.length} seeds`, async () => {
  let delivered = 0;
  let heldWays = 0;
  for (const seed of seeds) {
    const conversation = await converse(seed).catch((error: unknown) => {
      throw new Error(`KERNEL_SEED=${seed}`, { cause: error });
    });
    expect(uncaught, `KERNEL_SEED=${seed}`).toEqual([]);
    delivered += conversation.delivered;
    heldWays += conversation.heldWays;
  }
  if (only !== undefined) return;
  expect(delivered / seeds.length).toBeGreaterThan(5);
  expect(heldWays / seeds.length).toBeGreaterThan(0.4); // of two: the others were cut, or closed by the receiver
});
