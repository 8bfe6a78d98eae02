/** Arguments of `npm run bench:load`. */
import { parseArgs } from "node:util";

export interface LoadOptions {
  /** Parts of names; without any, all. */
  readonly peers: readonly string[];
  readonly loads: readonly string[];
  readonly servers: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  /** Results go into this session, beside those that are there. */
  readonly session: string | undefined;
  readonly report: boolean;
}

export class UsageError extends Error {}

export const USAGE = `npm run bench:load [-- OPTION...]
  --peers NAME,...   compare these only
  --loads NAME,...   run these loads only; the start of a name stands for all that start so
  --server "CMD"     compare this command, too; what it has to do is in bench/README.md. May be repeated
  --rounds N         rounds of each load (5)
  --seconds S        length of a round (0.8)
  --quick            --rounds 3 --seconds 0.3
  --session NAME     add to bench/results/NAME.json, so that several runs make one report
  --report           write docs/performance.md from the session at the end`;

const OPTIONS = {
  peers: { type: "string", multiple: true },
  loads: { type: "string", multiple: true },
  server: { type: "string", multiple: true },
  rounds: { type: "string" },
  seconds: { type: "string" },
  quick: { type: "boolean", default: false },
  session: { type: "string" },
  report: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/**
 * Reads the arguments; `undefined` when they ask for help.
 *
 * @throws {UsageError} They are wrong; the message says which.
 */
export function parseLoadOptions(args: readonly string[]): LoadOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    peers: names(values.peers),
    loads: names(values.loads),
    servers: values.server ?? [],
    rounds: positive("rounds", values.rounds ?? (values.quick ? "3" : "5")),
    seconds: positive("seconds", values.seconds ?? (values.quick ? "0.3" : "0.8")),
    session: values.session,
    report: values.report,
  };
}

function parse(args: readonly string[]): ReturnType<typeof parseValues> {
  try {
    return parseValues(args);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const parseValues = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS }).values;

function names(values: readonly string[] = []): string[] {
  return values.flatMap((value) => value.split(",")).filter((name) => name !== "");
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new UsageError(`--${name} must be above 0: ${text}`);
  if (name === "rounds" && !Number.isInteger(value)) throw new UsageError("--rounds must be whole");
  return value;
}

/**
 * Those of `all` that are called so, or, with `"start"`, whose names start so where none
 * is called so. They keep the order of `all`; without a wish, it is all.
 *
 * @throws {UsageError} A wanted name fits none.
 */
export function select<T extends { readonly name: string }>(
  all: readonly T[],
  wanted: readonly string[],
  match: "whole" | "start",
): T[] {
  if (wanted.length === 0) return [...all];
  const chosen = new Set(wanted.flatMap((name) => namesFor(all, name, match)));
  return all.filter(({ name }) => chosen.has(name));
}

function namesFor(
  all: readonly { readonly name: string }[],
  want: string,
  match: "whole" | "start",
): string[] {
  const known = all.map(({ name }) => name);
  if (known.includes(want)) return [want];
  const found = match === "start" ? known.filter((name) => name.startsWith(want)) : [];
  if (found.length > 0) return found;
  const list = Array.from(new Set(known)).join(", ");
  throw new UsageError(`there is no ${want}; there are ${list}`);
}
