/** The broker on Redis: publishes, subscribes, and keeps the register of nodes. */
import { checkOptions, type Names } from "../../input/index.js";
import type {
  Broker,
  BrokerPresence,
  BrokerReceiver,
  BrokerReplay,
  BrokerStatus,
  BrokerSubscription,
} from "../../cluster/index.js";
import {
  type IoRedisClient,
  type NodeRedisClient,
  ioRedisLink,
  isIoRedisClient,
  isNodeRedisClient,
  nodeRedisLink,
} from "./redis-clients.js";
import { findMode, type PubSubMode, type RedisArgument, type RedisLink } from "./redis-link.js";
import { redisReplay, type RedisReplayOptions } from "./redis-replay.js";
import { RedisSubscriber, withoutOffset } from "./redis-subscriber.js";

/** Options of a {@link RedisBroker}. */
export interface RedisBrokerOptions {
  /**
   * The first part of the names of channels and keys. Applications that share a Redis need different
   * ones. All nodes of one application need the same.
   *
   * @defaultValue `"plainsocket"`
   */
  readonly prefix?: string;
  /**
   * Whether messages go by sharded pub/sub (SPUBLISH, Redis 7), which a Redis Cluster does not send to
   * all of its servers. All nodes of one application need the same.
   *
   * @defaultValue `"auto"`: sharded if the server has it, lets this user use it, and is not part of a
   *   Redis Cluster. An ioredis `Cluster` can use `"always"`, if its `shardedSubscribers` is on.
   */
  readonly sharded?: "auto" | "always" | "never";
  /** Keeps each room's latest messages for members that come back. @defaultValue nothing is kept */
  readonly replay?: RedisReplayOptions;
}

const NAMES: Names<RedisBrokerOptions> = {
  owner: "RedisBroker",
  known: { prefix: true, sharded: true, replay: true },
  advice: {
    channel: "use prefix",
    key: "use prefix",
    keyPrefix: "use prefix, or the client's own keyPrefix",
    publishOnSpecificResponseChannel: "leave it out, answers go to the node that asked",
    requestsTimeout: "use timeoutMs of fetchMembers()",
  },
};

/** A client of the package `ioredis` or `redis`. */
export type RedisClient = IoRedisClient | NodeRedisClient;

/**
 * Joins nodes through Redis 6.2 or later (or Valkey), with a client that the application has made.
 *
 * It publishes on the client, and duplicates it for a connection that subscribes. The client's own
 * settings decide how both connect again, and how long the client tries a command.
 */
export class RedisBroker implements Broker {
  readonly replay?: BrokerReplay;
  readonly presence: BrokerPresence;
  readonly #link: RedisLink;
  readonly #subscriber: RedisSubscriber;
  readonly #prefix: string;
  readonly #findMode: () => Promise<PubSubMode>;
  #mode: Promise<PubSubMode> | undefined;

  /**
   * @throws {TypeError} `client` is of neither package, or an option does not exist.
   * @throws {RangeError} An option is out of its range.
   */
  constructor(client: RedisClient, options: RedisBrokerOptions = {}) {
    checkOptions(options, NAMES);
    const { prefix = "plainsocket", sharded = "auto", replay } = options;
    this.#prefix = prefix;
    this.#link = linkOf(client);
    const command = (name: string, args: readonly RedisArgument[]): Promise<unknown> =>
      this.#link.command(name, args);
    this.#findMode = () =>
      sharded === "auto"
        ? findMode("isCluster" in client && client.isCluster, `${prefix}:probe`, command)
        : Promise.resolve(sharded === "always" ? "sharded" : "plain");
    this.presence = redisPresence(command, `${prefix}:nodes`);
    if (replay !== undefined) {
      const channelName = (channel: string): string => this.#channelName(channel);
      this.replay = redisReplay({ command, mode: () => this.#knownMode(), channelName }, replay);
    }
    // Each connection asks again: the server may be another one now.
    this.#subscriber = new RedisSubscriber(this.#link, () => {
      this.#mode = undefined;
      return this.#knownMode();
    });
  }

  get isUp(): boolean {
    return this.#subscriber.isUp;
  }

  async publish(channel: string, payload: Uint8Array): Promise<void> {
    const mode = await this.#knownMode();
    const name = mode === "sharded" ? "SPUBLISH" : "PUBLISH";
    await this.#link.command(name, [this.#channelName(channel), withoutOffset(payload)]);
  }

  subscribe(channel: string, receive: BrokerReceiver): BrokerSubscription {
    return this.#subscriber.add(this.#channelName(channel), receive);
  }

  onStatus(listener: (status: BrokerStatus) => void): () => void {
    return this.#subscriber.onStatus(listener);
  }

  /** Replaces the connection that subscribes. */
  refresh(): void {
    this.#subscriber.refresh();
  }

  /** Ends the connection that subscribes. The client stays open: the application closes it. */
  close(): Promise<void> {
    return this.#subscriber.close();
  }

  /** The part in braces decides the slot in a Redis Cluster: a channel and its stream share one. */
  #channelName(channel: string): string {
    return `${this.#prefix}:{${channel}}`;
  }

  /** Finds the mode once, and again after an error. */
  #knownMode(): Promise<PubSubMode> {
    if (this.#mode !== undefined) return this.#mode;
    const mode = this.#findMode();
    this.#mode = mode;
    mode.catch(() => {
      if (this.#mode === mode) this.#mode = undefined;
    });
    return mode;
  }
}

function linkOf(client: RedisClient): RedisLink {
  const object: unknown = client;
  if (typeof object === "object" && object !== null) {
    if (isIoRedisClient(object)) return ioRedisLink(object);
    if (isNodeRedisClient(object)) return nodeRedisLink(object);
  }
  throw new TypeError(
    "RedisBroker needs a client: new Redis() of ioredis, or createClient() of redis",
  );
}

/** Uses only the clock of Redis: the clocks of the nodes may differ. */
const ANNOUNCE = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call("ZADD", KEYS[1], now + ARGV[2], ARGV[1])
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", now)
return redis.call("ZRANGE", KEYS[1], 0, -1)`;

/** A register of nodes in a sorted set, by the time when they expire. */
function redisPresence(
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
