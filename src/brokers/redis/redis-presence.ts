import type { BrokerPresence } from "../../cluster/index.js";
import type { RedisArgument } from "./redis-link.js";

/** By the clock of Redis alone: those of the nodes may differ. */
const ANNOUNCE = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call("ZADD", KEYS[1], now + ARGV[2], ARGV[1])
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", now)
return redis.call("ZRANGE", KEYS[1], 0, -1)`;

/** Nodes in a sorted set, by when they expire. */
export function redisPresence(
  command: (name: string, args: readonly RedisArgument[]) => Promise<unknown>,
  key: string,
): BrokerPresence {
  return {
    announce: async (nodeId, ttlMs) => {
      const reply = await command("EVAL", [ANNOUNCE, "1", key, nodeId, String(ttlMs)]);
      const ids: unknown[] = Array.isArray(reply) ? reply : [];
      return ids.map((id) =>
        id instanceof Uint8Array ? new TextDecoder().decode(id) : String(id),
      );
    },
    withdraw: async (nodeId) => {
      await command("ZREM", [key, nodeId]);
    },
  };
}
