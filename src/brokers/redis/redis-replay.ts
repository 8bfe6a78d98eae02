/** Replay on Redis: keeps the messages of each channel in a stream. */
import { checkOptions, type Names, positiveInteger } from "../../input/index.js";
import type { BrokerReplay, ReplayEntry } from "../../cluster/index.js";
import type { PubSubMode, RedisArgument } from "./redis-link.js";

/** Limits of the messages that are kept for members that come back. */
export interface RedisReplayOptions {
  /**
   * The number of each room's latest messages that are kept at least. Redis cuts its streams by whole
   * blocks, so that there may be some more.
   *
   * @defaultValue 1000
   */
  readonly maxEntries?: number;
  /** All messages of a room are forgotten when no new one has come for this time. @defaultValue 3 600 000: an hour */
  readonly maxIdleMs?: number;
}

const NAMES: Names<RedisReplayOptions> = {
  owner: "replay",
  known: { maxEntries: true, maxIdleMs: true },
  advice: { maxAgeMs: "use maxIdleMs: Redis forgets a room as a whole", maxLen: "use maxEntries" },
};

/** Keeps and publishes in one step, so that subscribers see the order of the stream. */
const APPEND = `
local offset = redis.call("XADD", KEYS[1], "MAXLEN", "~", ARGV[1], "*", "p", ARGV[2])
redis.call("PEXPIRE", KEYS[1], ARGV[3])
redis.call(ARGV[4], ARGV[5], offset .. "|" .. ARGV[2])
return offset`;

/** The number of entries that a stream may have beyond the limit: it is cut by blocks of a hundred. */
const BLOCK = 100;

/** Sends commands, and knows the kind of pub/sub and the names of channels. */
interface RedisReplayStore {
  readonly command: (name: string, args: readonly RedisArgument[]) => Promise<unknown>;
  readonly mode: () => Promise<PubSubMode>;
  readonly channelName: (channel: string) => string;
}

/** Replay on one stream for each channel. */
export function redisReplay(
  { command, mode, channelName }: RedisReplayStore,
  options: RedisReplayOptions,
): BrokerReplay {
  checkOptions(options, NAMES);
  const { maxEntries = 1000, maxIdleMs = 3_600_000 } = options;
  positiveInteger("replay.maxEntries", maxEntries);
  positiveInteger("replay.maxIdleMs", maxIdleMs);
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

/** Whether `text` is an id in the form of Redis: `1700000000000-0`. */
function isStreamId(text: string): boolean {
  const parts = text.split("-");
  return parts.length === 2 && parts.every((part) => isDecimal(part));
}

/**
 * Whether `text` is a number that is certainly below 2^64, the limit of Redis. Its own ids are
 * milliseconds and counters.
 */
function isDecimal(text: string): boolean {
  if (text.length === 0 || text.length > 19) return false;
  return Array.from(text).every((digit) => digit >= "0" && digit <= "9");
}

/** Reads an entry, which is `[id, [field, value]]`. */
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
