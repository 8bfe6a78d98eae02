// Two copies of the package in one process: one that is linked or bundled, CommonJS beside ES modules.
import { describe, it, vi } from "vitest";
import type { Copy } from "../support/copies-living.js";
import { EXCHANGES } from "../support/copies.js";

/** Evaluates the sources once more. */
async function evaluate(): Promise<Copy> {
  vi.resetModules();
  return {
    main: await import("../../src/index.js"),
    protocol: await import("../../src/protocol/index.js"),
    contract: await import("../../src/contract/index.js"),
    manager: await import("../../src/manager/index.js"),
  };
}

const [one, two] = [await evaluate(), await evaluate()];

describe.each([
  ["the first copy, the second", one, two],
  ["the second copy, the first", two, one],
])("to %s hands [M03]", (_which, ours, theirs) => {
  it.each(EXCHANGES)("%s", async (_what, run) => {
    await run(ours, theirs);
  });
});
