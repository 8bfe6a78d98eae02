/** The command line of the runner. */
import { parseArgs } from "node:util";
import type { Runner } from "./find-runner.js";
import type { Direction } from "./results.js";

export interface RunOptions {
  readonly directions: readonly Direction[];
  /** Patterns of case ids, or `undefined` for all cases. */
  readonly cases: string | undefined;
  /** Leaves out runners of the other type. */
  readonly runner: Runner["type"] | undefined;
  /** Started in place of our own echo server or client; words are split at spaces. */
  readonly endpoints: Readonly<Record<Direction, readonly string[] | undefined>>;
}

export const USAGE = `usage: npm run autobahn -- [options]
  --only server|client    one direction; both at once without it
  --cases "1.*,6.4.*"     only these cases, compared with the same cases of expected.json
  --runner docker|python  the one to use; without it Docker, else Python 2.7
  --server-command "…"    an echo server to test in place of ours: prints its ws:// URL
  --client-command "…"    an echo client to test in place of ours: gets the URL as last word`;

/**
 * Reads the arguments after the program's name.
 *
 * @throws TypeError when one is unknown or has a value that is not offered
 */
export function parseOptions(args: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      cases: { type: "string" },
      runner: { type: "string" },
      "server-command": { type: "string" },
      "client-command": { type: "string" },
    },
  });
  const only = oneOf("--only", values.only, ["server", "client"] as const);
  return {
    directions: only === undefined ? ["server", "client"] : [only],
    cases: values.cases,
    runner: oneOf("--runner", values.runner, ["docker", "python"] as const),
    endpoints: {
      server: values["server-command"]?.split(" "),
      client: values["client-command"]?.split(" "),
    },
  };
}

function oneOf<Value extends string>(
  name: string,
  value: string | undefined,
  offered: readonly Value[],
): Value | undefined {
  const chosen = offered.find((candidate) => candidate === value);
  if (value !== undefined && chosen === undefined) {
    throw new TypeError(`${name} is ${offered.join(" or ")}, not "${value}"`);
  }
  return chosen;
}
