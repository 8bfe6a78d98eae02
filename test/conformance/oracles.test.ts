/**
 * The wire scripts against other implementations. Where one of them does something
 * else than a script asks for, either that script or the implementation is wrong:
 * every difference is listed, with a verdict, and nothing else may differ.
 */
import { afterAll, describe, expect, it } from "vitest";
import { Unsupported } from "../support/wire-application.js";
import { Mismatch } from "../support/wire-match.js";
import { type Endpoint, playScript } from "../support/wire-runner.js";
import { UndiciClientEndpoint } from "./endpoints/undici.js";
import { WsClientEndpoint, WsServerEndpoint } from "./endpoints/ws.js";
import { DIFFERENCES, type Oracle } from "./oracle-differences.js";
import { SCRIPTS, scriptsFor } from "./scripts/index.js";

const wsServer = new WsServerEndpoint("tcp");
afterAll(() => wsServer.stop());

const oracles: readonly (readonly [Oracle, Endpoint])[] = [
  ["ws server", wsServer],
  ["ws client", new WsClientEndpoint("tcp")],
  ["undici client", new UndiciClientEndpoint()],
];

/** What an oracle did instead of what the script asks for; `undefined` when it did that. */
async function difference(script: (typeof SCRIPTS)[number], endpoint: Endpoint) {
  try {
    await playScript(script, endpoint, "whole", { timeoutMs: 500 });
    return undefined;
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    if (error instanceof Mismatch) return error.got;
    throw error;
  }
}

describe.each(oracles)("%s", (oracle, endpoint) => {
  it(
    "differs from the scripts where the list says so, and nowhere else",
    { timeout: 120_000 },
    async () => {
      const found = new Map<string, string>();
      for (const script of scriptsFor(endpoint.role)) {
        const got = await difference(script, endpoint);
        if (got !== undefined) found.set(script.name, got);
      }
      const listed = DIFFERENCES.flatMap(({ cases }) => cases).filter((it) => it.oracle === oracle);
      const expected = new Map(listed.map(({ script, got }) => [script, got]));
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    },
  );
});

describe("the list of differences", () => {
  it("names scripts that exist", () => {
    const names = new Set(SCRIPTS.map((script) => script.name));
    const unknown = DIFFERENCES.flatMap(({ cases }) => cases).filter((it) => !names.has(it.script));
    expect(unknown).toEqual([]);
  });
});
