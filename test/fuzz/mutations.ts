/** Makes inputs of inputs: damaged, joined, and with words of the target put in. */
import type { Random } from "../support/deflate-corpora.js";
import { bytesOf } from "./target.js";

/** Longer ones find nothing more and take longer. */
export const MAX_INPUT_BYTES = 4096;

/** Numbers at the edges of lengths and codes. */
const EDGES = [0, 1, 3, 0x0a, 0x0d, 0x7d, 0x7e, 0x7f, 0x80, 0xff];

type Mutation = (bytes: number[], random: Below, mutator: Mutator) => void;
type Below = (limit: number) => number;

const MUTATIONS: readonly Mutation[] = [
  (bytes, below) => void (bytes[below(bytes.length)]! ^= 1 << below(8)),
  (bytes, below) => void (bytes[below(bytes.length)] = below(256)),
  (bytes, below) => void (bytes[below(bytes.length)] = EDGES[below(EDGES.length)]!),
  (bytes, below) => void bytes.splice(below(bytes.length + 1), 0, below(256)),
  (bytes, below) => void bytes.splice(below(bytes.length), 1 + below(4)),
  (bytes, below) => void bytes.splice(below(bytes.length), 1 + below(bytes.length)),
  (bytes, below) => {
    const start = below(bytes.length);
    const piece = bytes.slice(start, start + 1 + below(16));
    const times = below(8) === 0 ? 40 : 1;
    for (let i = 0; i < times; i++) bytes.splice(start, 0, ...piece);
  },
  (bytes, below, { words }) => {
    const word = words[below(words.length)] ?? [];
    bytes.splice(below(bytes.length + 1), below(2) * word.length, ...word);
  },
  (bytes, below, { inputs }) => {
    const other = inputs[below(inputs.length)] ?? new Uint8Array(0);
    bytes.splice(below(bytes.length + 1), Infinity, ...other.subarray(below(other.length + 1)));
  },
  (bytes, below, { inputs }) => {
    const other = inputs[below(inputs.length)] ?? new Uint8Array(0);
    const start = below(other.length + 1);
    bytes.splice(below(bytes.length + 1), 0, ...other.subarray(start, start + 1 + below(32)));
  },
];

export class Mutator {
  readonly words: readonly (readonly number[])[];
  /** What has been found worth keeping. */
  readonly inputs: Uint8Array[] = [];
  readonly #below: Below;

  constructor(words: readonly string[], random: Random) {
    this.words = words.map((word) => Array.from(bytesOf(word)));
    this.#below = (limit) => Math.floor(random() * limit);
  }

  /** One of the inputs, mostly a late one, with one to eight mutations. */
  next(): Uint8Array {
    const { inputs } = this;
    const from = this.#below(2) === 0 ? 0 : Math.max(0, inputs.length - 30);
    const input = inputs[from + this.#below(inputs.length - from)] ?? new Uint8Array(0);
    const bytes = Array.from(input);
    for (let count = 1 << this.#below(4); count > 0; count--) {
      if (bytes.length === 0) bytes.push(this.#below(256));
      MUTATIONS[this.#below(MUTATIONS.length)]?.(bytes, this.#below, this);
    }
    return Uint8Array.from(bytes.slice(0, MAX_INPUT_BYTES));
  }
}
