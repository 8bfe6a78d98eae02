import { checkOptions, type Names } from "../../input/index.js";
import type { BrokerReplay, ReplayEntry } from "../../cluster/index.js";
import type { PubSubMode, RedisArgument } from "./redis-link.js";

/** How many messages are kept for members that come back, and how long. */
export interface RedisReplayOptions {
  /**
   * How many of a room's latest messages are kept, at least: Redis cuts its streams
   * by whole blocks, so there may be some more.
   *
   * @defaultValue 1000
   */
  readonly maxEntries?: number;
  /** After how long without a message all of a room is forgotten. @defaultValue 3 600 000: an hour */
  readonly maxIdleMs?: number;
}

const NAMES: Names<RedisReplayOptions> = {
  owner: "replay",
  known: { maxEntries: true, maxIdleMs: true },
  advice: { maxAgeMs: "use maxIdleMs: Redis forgets a room as a whole", maxLen: "use maxEntries" },
};

/** Kept and published in one step, so that subscribers see the order of the stream. */
const APPEND = `
local offset = redis.call("XADD", KEYS[1], "MAXLEN", "~", ARGV[1], "*", "p", ARGV[2])
redis.call("PEXPIRE", KEYS[1], ARGV[3])
redis.call(ARGV[4], ARGV[5], offset .. "|" .. ARGV[2])
return offset`;

/** What a read takes beyond the cap: streams are cut by blocks of a hundred entries. */
const BLOCK = 100;

/** How commands are sent, and where things are. */
export interface RedisReplayStore {
  readonly command: (name: string, args: readonly RedisArgument[]) => Promise<unknown>;
  readonly mode: () => Promise<PubSubMode>;
  readonly channelName: (channel: string) => string;
}

/** Replay on a stream for each channel. */
export function redisReplay(
  { command, mode, channelName }: RedisReplayStore,
  options: RedisReplayOptions,
): BrokerReplay {
  checkOptions(options, NAMES);
  const { maxEntries = 1000, maxIdleMs = 3_600_000 } = options;
  if (!(Number.isSafeInteger(maxEntries) && maxEntries > 0)) {
    throw new RangeError(`replay.maxEntries must be an integer above 0, not ${maxEntries}`);
  }
  if (!(Number.isSafeInteger(maxIdleMs) && maxIdleMs > 0)) {
    throw new RangeError(`replay.maxIdleMs must be an integer above 0, not ${maxIdleMs}`);
  }
  const streamName = (channel: string): string => `${channelName(channel)}:replay`;
  return {
    append: async (channel, payload) => {
      const publish = (await mode()) === "sharded" ? "SPUBLISH" : "PUBLISH";
      const limits = [String(maxEntries), payload, String(maxIdleMs)];
      const target = [publish, channelName(channel)];
      const reply = await command("EVAL", [APPEND, "1", streamName(channel), ...limits, ...target]);
      return textOf(reply) ?? unexpected(reply);
    },
    read: async (channel, offset) => {
      if (!isStreamId(offset)) return "gap";
      const count = maxEntries + BLOCK + 1;
      const reply = await command("XRANGE", [
        streamName(channel),
        offset,
        "+",
        "COUNT",
        String(count),
      ]);
      const entries = Array.isArray(reply) ? reply.map(parseEntry) : unexpected(reply);
      const isWhole = entries.length < count && entries[0]?.offset === offset;
      return isWhole ? entries : "gap";
    },
  };
}

/** Whether `text` is an id as Redis writes it: `1700000000000-0`. */
function isStreamId(text: string): boolean {
  const parts = text.split("-");
  return parts.length === 2 && parts.every((part) => isDecimal(part));
}

/** Below 2^64 for certain, which is as much as Redis takes; its own ids are milliseconds and counters. */
function isDecimal(text: string): boolean {
  if (text.length === 0 || text.length > 19) return false;
  return Array.from(text).every((digit) => digit >= "0" && digit <= "9");
}

/** An entry is `[id, [field, value]]`. */
function parseEntry(entry: unknown): ReplayEntry {
  if (Array.isArray(entry) && Array.isArray(entry[1])) {
    const offset = textOf(entry[0]);
    const payload: unknown = entry[1][1];
    if (offset !== undefined && payload instanceof Uint8Array) return { offset, payload };
  }
  return unexpected(entry);
}

function textOf(reply: unknown): string | undefined {
  if (reply instanceof Uint8Array) return new TextDecoder().decode(reply);
  return typeof reply === "string" ? reply : undefined;
}

function unexpected(reply: unknown): never {
  throw new Error(`Redis gave a reply of another shape than expected: ${String(reply)}`);
}
