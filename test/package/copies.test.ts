// The package's own builds beside each other in one process: what one has made, the other knows.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, it, vi } from "vitest";
import * as contract from "../../src/contract/index.js";
import * as main from "../../src/index.js";
import * as manager from "../../src/manager/index.js";
import * as protocol from "../../src/protocol/index.js";
import type { Copy } from "../support/copies-living.js";
import { EXCHANGES } from "../support/copies.js";
import { InstalledPackage } from "./installed-package.js";

// The build is made before: some seconds, more beside other tests.
vi.setConfig({ testTimeout: 180_000 });

const installed = new InstalledPackage();
afterAll(() => installed.remove());

const require = createRequire(import.meta.url);

/** Loads one of the builds by its files, for both are not to be had by one name. */
async function load(ending: ".js" | ".cjs"): Promise<Copy> {
  const entries = ["", "protocol", "contract", "manager"].map(async (folder) => {
    const file = path.join(installed.folder, "dist", folder, `index${ending}`);
    return ending === ".cjs" ? require(file) : import(/* @vite-ignore */ pathToFileURL(file).href);
  });
  const [first, second, third, fourth] = await Promise.all(entries);
  return { main: first, protocol: second, contract: third, manager: fourth };
}

const sources: Copy = { main, protocol, contract, manager };
const esm = await load(".js");
const commonjs = await load(".cjs");

describe.each([
  ["the ES modules", "CommonJS", esm, commonjs],
  ["CommonJS", "the ES modules", commonjs, esm],
  ["the sources", "the ES modules", sources, esm],
])("to %s, %s hands [M03]", (_ours, _theirs, ours, theirs) => {
  it.each(EXCHANGES)("%s", async (_what, run) => {
    await run(ours, theirs);
  });
});
