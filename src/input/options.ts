/** Checks what users hand over as options: names that exist, numbers in their range, and the clock. */

/**
 * The names that a caller may use. The compiler wants exactly one row for each member of `Members`,
 * so the list cannot fall behind the interface.
 */
export interface Names<Members extends object = Record<string, unknown>> {
  /** The function or class that has these names, as an error says it: `"connect()"`. */
  readonly owner: string;
  readonly known: Known<Members>;
  /** Advice for names that other libraries have: `ws`, socket.io, browsers. */
  readonly advice?: Advice | undefined;
}

/** The names of all members of an interface. */
export type Known<Members extends object> = Readonly<Record<keyof Members & string, true>>;

/** Says what to use instead of a name that does not exist. The value is the rest of a sentence. */
export type Advice = Readonly<Record<string, string>>;

/** The name of the {@link Advice} for a callback that is passed in place of options. */
export const CALLBACK = "()";

/**
 * Checks that all options exist. It costs about 10 ns. An unknown name with the value `undefined` passes:
 * it asks for nothing, and objects made from other objects have many of them. An inherited name passes, too:
 * options must not fail because somebody has extended `Object.prototype`.
 *
 * @throws {TypeError} `options` is no object, or has a name that does not exist.
 */
export function checkOptions(options: unknown, names: Names): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const hint = typeof options === "function" ? names.advice?.[CALLBACK] : undefined;
    const told = hint === undefined ? "" : `: ${hint}`;
    throw new TypeError(`${names.owner} takes options as an object, not ${kindOf(options)}${told}`);
  }
  // Most calls end here. `in` visits the names without a list of them.
  for (const name in options) {
    if (!Object.hasOwn(names.known, name)) refuseOption(options, name, names);
  }
}

/** @throws {TypeError} There is no such event. */
export function checkEvent(name: PropertyKey, names: Names): void {
  if (!Object.hasOwn(names.known, name)) throw unknownName("has no", "event", name, names);
}

function refuseOption(options: object, name: string, names: Names): void {
  if (!Object.hasOwn(options, name) || Reflect.get(options, name) === undefined) return;
  throw unknownName("has no", "option", name, names);
}

/** Makes the error for a name that does not exist. It lists the names that do, the nearest first, with advice. */
export function unknownName(
  verb: "has no" | "sends no",
  kind: "command" | "event" | "option" | "request" | "type",
  name: PropertyKey,
  { owner, known, advice = {} }: Names,
): TypeError {
  const text = String(name).slice(0, MAX_NAME_LENGTH);
  const advised = Object.hasOwn(advice, text) ? advice[text] : undefined;
  const near = advised === undefined ? nearest(text, Object.keys(known)) : [];
  const [guess] = near;
  const hint = advised ?? (guess === undefined ? "" : `did you mean "${guess}"?`);
  const all = [...near, ...Object.keys(known).filter((one) => !near.includes(one))];
  const told = hint === "" ? "" : `: ${hint}`;
  const end = hint.endsWith("?") ? "" : ".";
  const list = all.length === 0 ? "There are none" : `Its ${kind}s are ${all.join(", ")}`;
  return new TypeError(`${owner} ${verb} ${kind} "${text}"${told}${end} ${list}`);
}

/** The error shows this many characters of the name: more than any real name has. */
const MAX_NAME_LENGTH = 40;

/** A name may have one typing error for this number of letters. */
const LETTERS_PER_SLIP = 4;

/** Units that people leave out of a name. */
const UNITS = ["Ms", "Bytes"];

/** Names that were probably meant, the nearest first. */
function nearest(name: string, known: readonly string[]): string[] {
  const limit = Math.max(1, Math.floor(name.length / LETTERS_PER_SLIP));
  return known
    .map((one) => ({ one, slips: slipsTo(name.toLowerCase(), one) }))
    .filter(({ slips }) => slips <= limit)
    .sort((a, b) => a.slips - b.slips)
    .map(({ one }) => one);
}

function slipsTo(name: string, known: string): number {
  const unit = UNITS.find((one) => known.endsWith(one)) ?? "";
  const bare = known.slice(0, known.length - unit.length).toLowerCase();
  return Math.min(distance(name, known.toLowerCase()), distance(name, bare));
}

/** Counts the letters to add, leave out, change, or swap with their neighbour. */
function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      let slips = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwapped) slips = Math.min(slips, beforeLast[j - 2]! + 1);
      row.push(slips);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length]!;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "undefined" ? "undefined" : `a ${typeof value}`;
}

/**
 * Gives a limit: `value`, or `defaultValue` when it is `undefined`.
 *
 * @throws {TypeError | RangeError} `value` is no number, or cannot be a limit.
 */
export function limit(name: string, value: number | undefined, defaultValue: number): number {
  if (value === undefined) return defaultValue;
  checkNumber(name, value);
  if (value >= 0) return value;
  throw new RangeError(`${name} must be 0 or more, or Infinity for no limit, not ${value}`);
}

/** Gives `value`. @throws {TypeError | RangeError} It is no number, or below `least`. */
export function atLeast(least: number, name: string, value: number): number {
  checkNumber(name, value);
  if (value >= least) return value;
  throw new RangeError(`${name} must be ${least} or more, not ${value}`);
}

/** Checks a count. @throws {RangeError} `value` is no integer above 0. */
export function positiveInteger(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new RangeError(`${name} must be an integer above 0, not ${value}`);
}

function checkNumber(name: string, value: unknown): void {
  if (typeof value === "number") return;
  throw new TypeError(
    `${name} must be a number, not ${value === null ? "null" : `a ${typeof value}`}`,
  );
}

/** The source of time, so that tests can move it by hand. Servers, clients and contracts take one. */
export interface Clock {
  /** Milliseconds that only grow, from any origin: unaffected by changes of the system's time. */
  readonly now: () => number;
  /** Calls `callback` once, `delayMs` from now. `Infinity` is never. */
  readonly setTimer: (callback: () => void, delayMs: number) => Timer;
}

/** A timer of {@link Clock.setTimer}. */
export interface Timer {
  /** Stops the timer. Does nothing when it has fired or was cancelled. */
  cancel(): void;
}

/** The longest delay that `setTimeout` can take: about 25 days. */
export const LONGEST_DELAY_MS: number = 2 ** 31 - 1;
