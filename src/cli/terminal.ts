import type { Readable, Writable } from "node:stream";

/** What a command reads from and writes to. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly errors: Writable;
  /** Resolves when the user wants the command to end. */
  readonly interrupted: Promise<unknown>;
}

/** A fault in how the command was called: the message says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function say(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
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
