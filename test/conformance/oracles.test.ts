/**
 * The wire scripts against other implementations. Where one of them does something
 * else than a script asks for, either that script or the implementation is wrong:
 * every difference is listed, with a verdict, and nothing else may differ.
 */
import { afterAll, describe, expect, it } from "vitest";
import { Unsupported } from "../support/wire-application.js";
import { playRequest, playResponse } from "../support/wire-exchange-runner.js";
import { Mismatch } from "../support/wire-match.js";
import type { Endpoint } from "../support/wire-open.js";
import { playScript } from "../support/wire-runner.js";
import { PATIENCE_MS } from "../support/wire-signal.js";
import { UndiciClientEndpoint } from "./endpoints/undici.js";
import { WsClientEndpoint, WsServerEndpoint } from "./endpoints/ws.js";
import type { Oracle } from "./oracle-difference.js";
import { DIFFERENCES } from "./oracle-differences.js";
import { SCRIPTS, scriptsFor } from "./scripts/index.js";
import { ACCEPTED_REQUESTS } from "./scripts/requests-accepted.js";
import { REFUSED_REQUESTS } from "./scripts/requests-refused.js";
import { OPENING_RESPONSES, REFUSED_RESPONSES } from "./scripts/responses.js";

const REQUESTS = [...ACCEPTED_REQUESTS, ...REFUSED_REQUESTS];

const RESPONSES = [
  ...OPENING_RESPONSES.map((test) => [test, "opens"] as const),
  ...REFUSED_RESPONSES.map((test) => [test, "fails"] as const),
];

const wsServer = new WsServerEndpoint("tcp");
afterAll(() => wsServer.stop());

const oracles: readonly (readonly [Oracle, Endpoint])[] = [
  ["ws server", wsServer],
  ["ws client", new WsClientEndpoint("tcp")],
  ["undici client", new UndiciClientEndpoint()],
];

/** Most of the time is spent waiting for what does not come. */
const AT_A_TIME = 24;
const IMPATIENT = { timeoutMs: 1_500 };

/** What an oracle did instead of what was asked for; `undefined` when it did that. */
async function difference(play: Promise<void>): Promise<string | undefined> {
  try {
    await play;
    return undefined;
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    if (error instanceof Mismatch) return error.got;
    throw error;
  }
}

/** Plays something; what does not come in `timeoutMs` is taken for missing. */
type Play = (options: { readonly timeoutMs: number }) => Promise<void>;

/** Everything for one end, by name. */
function plays(endpoint: Endpoint): [name: string, play: Play][] {
  const scripts = scriptsFor(endpoint.role).map((script): [string, Play] => [
    script.name,
    (options) => playScript(script, endpoint, "whole", options),
  ]);
  const requests = REQUESTS.map((test): [string, Play] => [
    test.name,
    (options) => playRequest(test, endpoint, "whole", options),
  ]);
  const possible = RESPONSES.filter(
    ([test]) => !endpoint.hasFixedOffer || Object.keys(test.needs?.deflate ?? {}).length === 0,
  );
  const responses = possible.map(([test, outcome]): [string, Play] => [
    test.name,
    (options) => playResponse(test, outcome, endpoint, "whole", options),
  ]);
  return [...scripts, ...(endpoint.role === "server" ? requests : responses)];
}

describe.each(oracles)("%s", (oracle, endpoint) => {
  it(
    "differs from the scripts where the list says so, and nowhere else",
    { timeout: 180_000 },
    async () => {
      const found: Record<string, string> = {};
      const cases = DIFFERENCES.flatMap((it) => it.cases).filter((it) => it.oracle === oracle);
      const listed = Object.fromEntries(cases.map(({ script, got }) => [script, got]));
      const queue = plays(endpoint);
      const worker = async (): Promise<void> => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const [name, play] = next;
          let got = await difference(play(IMPATIENT));
          // Not as listed: on a busy machine something may have been late. What is missing is so with patience, too.
          if (got !== listed[name]) got = await difference(play({ timeoutMs: PATIENCE_MS }));
          if (got !== undefined) found[name] = got;
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, worker));
      expect(found).toEqual(listed);
    },
  );
});

describe("the list of differences", () => {
  it("names scripts that exist", () => {
    const responses = RESPONSES.map(([test]) => test);
    const names = new Set([...SCRIPTS, ...REQUESTS, ...responses].map(({ name }) => name));
    const unknown = DIFFERENCES.flatMap(({ cases }) => cases).filter((it) => !names.has(it.script));
    expect(unknown).toEqual([]);
  });
});
