// Which client is which, and what is wrong with other objects.
import { createClient, createCluster } from "redis";
import { Cluster, Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { RedisBroker } from "../../src/brokers/redis/index.js";
import { isIoRedisClient, isNodeRedisClient } from "../../src/brokers/redis/redis-clients.js";

describe("the client of Redis", () => {
  it("is known by its shape", () => {
    const ioredis = new Redis({ lazyConnect: true });
    const cluster = new Cluster([], { lazyConnect: true });
    const nodeRedis = createClient();
    expect([ioredis, cluster, nodeRedis].map(isIoRedisClient)).toEqual([true, true, false]);
    expect([nodeRedis, {}].map(isNodeRedisClient)).toEqual([true, false]);
    ioredis.disconnect();
    cluster.disconnect();
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a URL", "redis://localhost"],
    ["settings", { host: "localhost" }],
    ["a function", Redis],
    ["a cluster of node-redis", createCluster({ rootNodes: [] })],
  ])("cannot be %s, and the error says what to pass", (_, client) => {
    // @ts-expect-error -- that is the point
    expect(() => new RedisBroker(client)).toThrow(/new Redis\(\) of ioredis, or createClient\(\)/);
  });

  it.each([{ maxEntries: 0 }, { maxEntries: 1.5 }, { maxIdleMs: 0 }, { maxIdleMs: Infinity }])(
    "is left alone when the options are wrong: %j",
    (replay) => {
      const client = new Redis({ lazyConnect: true });
      expect(() => new RedisBroker(client, { replay })).toThrow(RangeError);
      expect(client.status).toBe("wait");
      client.disconnect();
    },
  );
});
