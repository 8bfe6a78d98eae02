/**
 * Conversations to find prepared codes with. None of the messages of the other benches is
 * used: what is measured is not what the codes were made from.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Random } from "../../test/support/deflate-corpora.js";

export type Kind = "json" | "prose" | "numbers";

const MESSAGES_PER_CONVERSATION = 40;
const COMMON_WORDS = 400;

const DOCS: string = path.join(import.meta.dirname, "../../../docs");
const SENTENCES: readonly string[] = readdirSync(DOCS)
  .filter((file) => file.endsWith(".md"))
  .flatMap((file) => sentencesIn(readFileSync(path.join(DOCS, file), "utf8")));
const WORDS: readonly string[] = commonWords();

/** Messages of 250 to 1650 bytes, of one or a few kinds, as one connection might see them. */
export function conversation(kind: Kind, random: Random): Uint8Array[] {
  const part = partsOf(kind, random);
  return Array.from({ length: MESSAGES_PER_CONVERSATION }, () => {
    const bytes = 250 + below(random, 1400);
    let text = "";
    while (text.length < bytes) text += part();
    return new TextEncoder().encode(text);
  });
}

function partsOf(kind: Kind, random: Random): () => string {
  if (kind === "prose") {
    const isChat = random() < 0.5;
    return () => `${isChat ? chat(random) : pick(random, SENTENCES)} `;
  }
  const separator = pick(random, ["\n", ","]);
  const fields = kind === "numbers" ? PLAIN : ALL;
  const records = Array.from({ length: kind === "numbers" ? 1 : 1 + below(random, 3) }, () =>
    recordOf(random, fields, 0),
  );
  return () => JSON.stringify(pick(random, records)()) + separator;
}

/** A field whose value is another one each time. */
type Field = (random: Random, depth: number) => () => unknown;

let time = 1.6e12;
const later = (random: Random): number => (time += below(random, 3000));

/** Numbers, times, flags and words from a short list. */
const PLAIN: readonly Field[] = [
  (random) => {
    const most = 10 ** (1 + below(random, 5));
    return () => below(random, most);
  },
  (random) => {
    const most = 10 ** (1 + below(random, 4));
    const digits = 1 + below(random, 3);
    const least = random() < 0.5 ? 0 : most;
    return () => Number((least + random() * most).toFixed(digits));
  },
  (random) => {
    const values = Array.from({ length: 2 + below(random, 7) }, () => name(random));
    return () => pick(random, values);
  },
  (random) => () => later(random),
  (random) => () => random() < 0.3,
];

const ALL: readonly Field[] = [
  ...PLAIN,
  text,
  text,
  (random) => {
    const digits = 8 + below(random, 17);
    return () => characters(random, "0123456789abcdef", digits);
  },
  (random) => {
    const digits = 8 + below(random, 14);
    return () => characters(random, `${LETTERS}${LETTERS.toLowerCase()}0123456789-_`, digits);
  },
  (random) => () => new Date(later(random)).toISOString(),
  (random, depth) => (depth > 2 ? () => null : recordOf(random, ALL, depth + 1)),
  (random, depth) => {
    const item = recordOf(random, PLAIN, depth + 1);
    return () => Array.from({ length: below(random, 3) }, item);
  },
];

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

function text(random: Random): () => string {
  const words = 2 + below(random, 14);
  return () => pick(random, SENTENCES).split(" ").slice(0, words).join(" ");
}

function recordOf(random: Random, fields: readonly Field[], depth: number): () => unknown {
  const made = Array.from(
    { length: 3 + below(random, 6) },
    () => [name(random), pick(random, fields)(random, depth)] as const,
  );
  return () => Object.fromEntries(made.map(([key, value]) => [key, value()]));
}

/** One word or two, in one of the ways that programs spell them. */
function name(random: Random): string {
  const word = pick(random, WORDS);
  const way = random();
  if (way < 0.5) return word;
  if (way < 0.6) return word.toUpperCase();
  const other = pick(random, WORDS);
  return way < 0.7 ? `${word}.${other}` : word + other[0]!.toUpperCase() + other.slice(1);
}

function chat(random: Random): string {
  const words = Array.from({ length: 3 + below(random, 12) }, () => pick(random, WORDS)).join(" ");
  const start = random() < 0.6 ? words[0]!.toUpperCase() + words.slice(1) : words;
  return start + pick(random, ["", ".", "!", "?", ".", " :)"]);
}

/** Paragraphs without code, links and tables, up to the next full stop. */
function sentencesIn(page: string): string[] {
  return page
    .replaceAll(/```[^]*?```/g, "")
    .split(/\n\s*\n/)
    .filter((paragraph) => /^\s*[A-Z]/.test(paragraph) && /^[\x20-\x7e\n]*$/.test(paragraph))
    .map((paragraph) => paragraph.replaceAll(/[`*]|\]\([^)]*\)|\[/g, "").replaceAll(/\s+/g, " "))
    .flatMap((paragraph) => paragraph.match(/[^.!?:;]{12,}[.!?:;]/g) ?? [])
    .map((sentence) => sentence.trim());
}

/** The words of the sentences that occur most, each as often as it does. */
function commonWords(): string[] {
  const counts = new Map<string, number>();
  for (const word of SENTENCES.join(" ")
    .toLowerCase()
    .match(/[a-z]+/g) ?? []) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const common = [...counts].sort(([, a], [, b]) => b - a).slice(0, COMMON_WORDS);
  return common.flatMap(([word, count]) => Array.from({ length: count }, () => word));
}

function characters(random: Random, from: string, length: number): string {
  return Array.from({ length }, () => from[below(random, from.length)]!).join("");
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[below(random, from.length)]!;
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}
