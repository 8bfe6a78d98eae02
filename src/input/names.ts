/** Refuses options and events that do not exist, and says which do. */

/**
 * What a caller may name. The compiler wants a row for every member of `Members`, and none besides:
 * so the list stands beside the interface, and cannot fall behind it.
 */
export interface Names<Members extends object = Record<string, unknown>> {
  /** Who has them, as the error says it: `"connect()"`. */
  readonly owner: string;
  readonly known: Known<Members>;
  /** What to do in place of names that others have: those of `ws`, of socket.io, of browsers. */
  readonly advice?: Advice | undefined;
}

/** The names of all members of an interface. */
export type Known<Members extends object> = Readonly<Record<keyof Members & string, true>>;

/** By a name that does not exist: what to use, as the rest of a sentence. */
export type Advice = Readonly<Record<string, string>>;

/** The name of an {@link Advice} for those who pass a callback in place of options. */
export const CALLBACK = "()";

/**
 * Checks that all options exist. Costs some 10 ns. An unknown name whose value is `undefined` passes:
 * it asks for nothing, and objects that are put together from others are full of them. So does what
 * is inherited: options are not to fail because somebody has extended `Object.prototype`.
 *
 * @throws {TypeError} `options` is no object, or has a name that does not exist.
 */
export function checkOptions(options: unknown, names: Names): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const hint = typeof options === "function" ? names.advice?.[CALLBACK] : undefined;
    const told = hint === undefined ? "" : `: ${hint}`;
    throw new TypeError(`${names.owner} takes options as an object, not ${kindOf(options)}${told}`);
  }
  // Most calls end in here: `in` visits the names without making a list of them.
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

/** The error for a name that does not exist: which do, the nearest first, and what to use in its place. */
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

/** Longer than any name there is; what else somebody passes need not be told in full. */
const MAX_NAME_LENGTH = 40;

/** How many slips of the pen a name of this length may have. */
const LETTERS_PER_SLIP = 4;

/** What people leave out. */
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

/** Letters to add, leave out, change, or swap with their neighbour. */
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
