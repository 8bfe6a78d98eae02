/** The terminal of a command, and the checks of its arguments. */
import type { Readable, Writable } from "node:stream";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { type Advice, unknownName } from "../input/index.js";

/** The streams of a command, and the user's wish to end it. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly errors: Writable;
  /** Resolves when the user wants the command to end. */
  readonly interrupted: Promise<unknown>;
}

/** The command was called in a wrong way. The message says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function say(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}

/**
 * Refuses options that a command does not have, with the error of {@link unknownName}. The error of
 * `parseArgs` says less.
 *
 * @param advice - Advice for options of other programs.
 * @throws {TypeError} The command has no such option.
 */
export function checkFlags(
  command: string,
  args: readonly string[],
  options: NonNullable<ParseArgsConfig["options"]>,
  advice: Advice = {},
): void {
  const config = { options, strict: false, allowPositionals: true, tokens: true } as const;
  const names = [...Object.keys(options), "help"];
  const known = Object.fromEntries(names.map((name) => [`--${name}`, true as const]));
  for (const token of parseArgs({ args: [...args], ...config }).tokens) {
    const isKnown = token.kind !== "option" || names.includes(token.name);
    if (isKnown || /^-\d/.test(token.rawName)) continue; // a negative number is the value of an option
    throw unknownName("has no", "option", token.rawName, { owner: command, known, advice });
  }
}

/** @throws {UsageError} `value` is no whole number from 0 to `max`. */
export function wholeNumber(
  option: string,
  value: string,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (number <= max) return number;
  throw new UsageError(
    `--${option} takes a whole number up to ${max}, not ${JSON.stringify(value)}`,
  );
}
