/** Messages as applications send them, made up from a seed: for tests of codecs and for benches. */

/** A number from 0 to below 1. */
export type Random = () => number;

/** Xorshift (Marsaglia 2003): the same numbers on every run. */
export function seeded(seed: number): Random {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Makes a message of exactly so many bytes. */
export type Corpus = (random: Random, bytes: number) => Uint8Array;

/**
 * Times and numbers go on from message to message, as they do on a connection; ids,
 * words and amounts are as random as they look.
 */
export const CORPORA = {
  json: textCorpus((random) => `${JSON.stringify(event(random))}\n`),
  updates: textCorpus((random) => `${JSON.stringify(update(random))}\n`),
  chat: textCorpus((random) => `${sentence(random)} `),
  graphql: textCorpus(
    (random) => `${JSON.stringify(edge(random))},`,
    '{"data":{"repository":{"issues":{"edges":[',
  ),
  protobuf,
  noise: (random, bytes) => Uint8Array.from({ length: bytes }, () => random() * 256),
} as const satisfies Record<string, Corpus>;

/** What time it is for each source of random numbers, in ms; one step further with each look. */
const clocks = new WeakMap<Random, number>();

function now(random: Random): number {
  const time = (clocks.get(random) ?? 1_700_000_000_000) + whole(random, 2000);
  clocks.set(random, time);
  return time;
}

const WORDS =
  "the to and a of in is it you that for on was with i be this have are not but they at so we what can all just about there if out up my no do when one like your get would will know me how then them more some good time think going really yeah now from want who see need right could did make way back because thing here work well look people only even should too new also first over still after maybe day take something much where before team server release build deploy tomorrow meeting question answer problem coffee weekend thanks please check update review merge branch ticket customer report message channel morning".split(
    " ",
  );
const NAMES =
  "alice bob carol dave erin frank grace heidi ivan judy olivia peggy rupert sybil trent victor walter zoe".split(
    " ",
  );

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

function whole(random: Random, below: number): number {
  return Math.floor(random() * below);
}

function hexadecimal(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => whole(random, 16).toString(16)).join("");
}

/** Common words come first in the list and more often. */
function sentence(random: Random): string {
  const words = Array.from({ length: 3 + whole(random, 14) }, () => {
    return WORDS[Math.floor(WORDS.length * random() ** 2.2)]!;
  });
  const text = words.join(" ");
  return `${text[0]!.toUpperCase()}${text.slice(1)}${pick(random, [".", ".", ".", "?", "!"])}`;
}

/** 10 digits for the time and 16 random ones, so that ids sort by age. */
function sortableId(random: Random, time: number): string {
  const digits = Array.from({ length: 16 }, () => whole(random, 32).toString(32)).join("");
  return time.toString(32).padStart(10, "0") + digits;
}

function event(random: Random): unknown {
  const time = now(random);
  const user = whole(random, NAMES.length);
  return {
    type: pick(random, [
      "message.created",
      "message.updated",
      "presence.changed",
      "typing.started",
    ]),
    id: sortableId(random, time),
    room: pick(random, ["lobby", "general", "random", "dev", "ops-alerts"]),
    user: { id: 1000 + user * 37, name: NAMES[user]! },
    at: new Date(time).toISOString(),
    payload: {
      sequence: Math.floor(time / 1000) % 1_000_000,
      text: sentence(random),
      flags: { edited: random() < 0.2, pinned: random() < 0.05 },
      score: whole(random, 1e4) / 100,
    },
  };
}

/** What a stream of prices or positions is made of: the same names, other numbers. */
function update(random: Random): unknown {
  const bid = 5000 + whole(random, 400);
  return {
    type: "price.updated",
    instrument: pick(random, ["ACME", "GLOBEX", "INITECH", "UMBRELLA", "HOOLI"]),
    bid: bid / 100,
    ask: (bid + 1 + whole(random, 5)) / 100,
    volume: whole(random, 500) * 100,
    time: now(random),
  };
}

function edge(random: Random): unknown {
  const user = whole(random, NAMES.length);
  return {
    cursor: hexadecimal(random, 12),
    node: {
      __typename: "Issue",
      id: `I_kwDO${hexadecimal(random, 10)}`,
      number: whole(random, 5000),
      title: sentence(random),
      state: pick(random, ["OPEN", "CLOSED"]),
      createdAt: new Date(1.7e12 + whole(random, 3e10)).toISOString(),
      author: {
        __typename: "User",
        login: NAMES[user]!,
        avatarUrl: `https://avatars.example/u/${8_000_000 + user * 12_345}?v=4`,
      },
      labels: {
        nodes: [{ name: pick(random, ["bug", "feature", "docs"]), color: "d73a4a" }],
      },
      comments: { totalCount: whole(random, 40) },
    },
  };
}

function textCorpus(part: (random: Random) => string, start = ""): Corpus {
  return (random, bytes) => {
    let text = start;
    while (text.length < bytes) text += part(random);
    return new TextEncoder().encode(text.slice(0, bytes));
  };
}

/** Records of a varint, a string, two floats, a time and a flag: fields 1 to 6. */
function protobuf(random: Random, bytes: number): Uint8Array {
  const output: number[] = [];
  const float = (tag: number): number[] => [
    tag,
    ...new Uint8Array(Float32Array.of(random() * 100).buffer),
  ];
  while (output.length < bytes) {
    const name = Array.from(new TextEncoder().encode(pick(random, NAMES)));
    const record = [0x08, ...varint(whole(random, 1e5)), 0x12, name.length, ...name];
    record.push(...float(0x1d), ...float(0x25), 0x28, ...varint(now(random)));
    record.push(0x30, random() < 0.5 ? 1 : 0);
    output.push(0x0a, record.length, ...record);
  }
  return Uint8Array.from(output.slice(0, bytes));
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
}
