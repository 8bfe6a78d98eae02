/** What the options of brokers do, and the limits of the exchange between processes. */
import type { NatsBrokerOptions, NatsReplayOptions } from "../../src/brokers/nats/index.js";
import { NatsBroker, type NatsConnection } from "../../src/brokers/nats/index.js";
import {
  type IoRedisClient,
  RedisBroker,
  type RedisBrokerOptions,
  type RedisReplayOptions,
} from "../../src/brokers/redis/index.js";
import {
  type ClusterLimits,
  ConnectionManager,
  MemoryBroker,
  type MemoryBrokerOptions,
} from "../../src/manager/index.js";
import { expect } from "vitest";
import { FakeClock } from "../support/clock.js";
import { HEARTBEAT_MS, pass, settle } from "../support/cluster.js";
import { row, type Table } from "./row.js";

/** A manager with these limits on a broker whose messages the test counts, or does not let through. */
function limited(clusterLimits: ClusterLimits, engine: "working" | "stuck" = "working") {
  const clock = new FakeClock();
  const broker = new MemoryBroker();
  const published: Uint8Array[] = [];
  const publish = broker.publish.bind(broker);
  broker.publish = (channel, payload) => {
    published.push(payload);
    return engine === "stuck" ? new Promise(() => {}) : publish(channel, payload);
  };
  const manager = new ConnectionManager({ broker, clusterLimits, clock });
  return { clock, broker, manager, published };
}

async function droppedWith(limits: ClusterLimits): Promise<number | undefined> {
  const { manager } = limited(limits, "stuck");
  await settle();
  for (let i = 0; i < 20; i++) manager.broadcast("x".repeat(100));
  return manager.metrics().broker?.dropped;
}

export const LIMITS: Table<ClusterLimits> = {
  heartbeatIntervalMs: row(
    [1_000, 10_000],
    async (heartbeatIntervalMs) => {
      const { clock, published } = limited({ heartbeatIntervalMs });
      await settle();
      const before = published.length;
      clock.advance(2_000);
      await settle();
      return published.length - before > 0;
    },
    [true, false],
  ),
  nodeTtlMs: row(
    [2 * HEARTBEAT_MS, 10 * HEARTBEAT_MS],
    async (nodeTtlMs) => {
      const { clock, manager, broker } = limited({ nodeTtlMs });
      const left: unknown[] = [];
      manager.on("cluster", ({ type }) => void (type === "nodeLeft" && left.push(type)));
      // Another node, whose clock stands still: it is not heard of again.
      const silent = { broker, clusterLimits: { nodeTtlMs }, clock: new FakeClock() };
      expect(new ConnectionManager(silent).size).toBe(0);
      await settle();
      await pass(clock, 6 * HEARTBEAT_MS);
      return left;
    },
    [["nodeLeft"], []],
  ),
  maxPayloadBytes: row(
    [50, 5_000],
    async (maxPayloadBytes) => {
      const { manager, published } = limited({ maxPayloadBytes });
      await settle();
      const before = published.length;
      manager.broadcast("x".repeat(100));
      await settle();
      return published.length - before;
    },
    [0, 1],
  ),
  maxQueuedBytes: row([500, 100_000], async (maxQueuedBytes) => droppedAny({ maxQueuedBytes }), [
    true,
    false,
  ]),
  maxQueuedMessages: row([5, 100], async (maxQueuedMessages) => droppedAny({ maxQueuedMessages }), [
    true,
    false,
  ]),
};

async function droppedAny(limits: ClusterLimits): Promise<boolean> {
  return ((await droppedWith(limits)) ?? 0) > 0;
}

export const MEMORY: Table<MemoryBrokerOptions> = {
  replayEntries: row(
    [0, 1, 2],
    async (replayEntries) => {
      const { replay } = new MemoryBroker({ replayEntries });
      const offset = await replay?.append("c", Uint8Array.of(1));
      await replay?.append("c", Uint8Array.of(2));
      const kept = await replay?.read("c", offset ?? "");
      return typeof kept === "object" ? kept.length : kept;
    },
    [undefined, "gap", 2],
  ),
  clock: row(
    [true, false],
    async (isGiven) => {
      const clock = new FakeClock();
      const { presence } = new MemoryBroker(isGiven ? { clock } : {});
      await presence.announce("one", 1_000);
      clock.advance(2_000);
      return await presence.announce("two", 1_000);
    },
    [["two"], ["one", "two"]],
  ),
};

/** Commands that a Redis gets of a broker, by name, with what `act` does. */
async function commandsOf(
  options: RedisBrokerOptions,
  act: (broker: RedisBroker) => unknown,
): Promise<string[]> {
  const commands: string[] = [];
  const subscriber = {
    status: "wait",
    on: () => {},
    subscribe: () => Promise.resolve(),
    unsubscribe: () => Promise.resolve(),
    ssubscribe: () => Promise.resolve(),
    sunsubscribe: () => Promise.resolve(),
    disconnect: () => {},
  };
  const client: IoRedisClient = {
    callBuffer: (name, args) => {
      commands.push([name, ...args.map(String)].join(" "));
      return Promise.resolve(Buffer.from("1-1"));
    },
    duplicate: () => subscriber,
  };
  const broker = new RedisBroker(client, { sharded: "never", ...options });
  await act(broker);
  await broker.close();
  return commands;
}

const say = (broker: RedisBroker | NatsBroker) => broker.publish("c", Buffer.from("a"));
const keep = (broker: RedisBroker | NatsBroker) => broker.replay?.append("c", Buffer.from("a"));

/** The last arguments of the script that keeps a message: limits, and where it goes. */
async function limitsOf(replay: RedisReplayOptions): Promise<string | undefined> {
  const [command] = await commandsOf({ replay }, keep);
  return command?.split("\n").at(-1)?.replace("return offset ", "");
}

export const REDIS: Table<RedisBrokerOptions> = {
  prefix: row([undefined, "app"], (prefix) => commandsOf(prefix ? { prefix } : {}, say), [
    ["PUBLISH plainsocket:{c} |a"],
    ["PUBLISH app:{c} |a"],
  ]),
  sharded: row(["never", "always"] as const, (sharded) => commandsOf({ sharded }, say), [
    ["PUBLISH plainsocket:{c} |a"],
    ["SPUBLISH plainsocket:{c} |a"],
  ]),
  replay: row(
    [undefined, {}],
    async (replay) => (await commandsOf(replay ? { replay } : {}, keep)).length,
    [0, 1],
  ),
};

export const REDIS_REPLAY: Table<RedisReplayOptions> = {
  maxEntries: row([5, 6], (maxEntries) => limitsOf({ maxEntries }), [
    "1 plainsocket:{c}:replay 5 a 3600000 PUBLISH plainsocket:{c}",
    "1 plainsocket:{c}:replay 6 a 3600000 PUBLISH plainsocket:{c}",
  ]),
  maxIdleMs: row([1_000, 2_000], (maxIdleMs) => limitsOf({ maxIdleMs }), [
    "1 plainsocket:{c}:replay 1000 a 1000 PUBLISH plainsocket:{c}",
    "1 plainsocket:{c}:replay 1000 a 2000 PUBLISH plainsocket:{c}",
  ]),
};

/** The subjects that a NATS server gets messages on. */
async function subjectsOf(options: NatsBrokerOptions): Promise<string[]> {
  const subjects: string[] = [];
  const connection: NatsConnection = {
    publish: (subject) => void subjects.push(subject),
    subscribe: () => ({ unsubscribe: () => {} }),
    flush: () => Promise.resolve(),
    isClosed: () => false,
    closed: () => new Promise(() => {}),
    status: async function* () {},
  };
  const broker = new NatsBroker(connection, options);
  await say(broker);
  await keep(broker);
  await broker.close();
  return subjects;
}

/** A JetStream, and what it is asked for: `stream 1000 3600000` with its limits, `message` with its subject. */
function jetStream() {
  const asked: string[] = [];
  const client: NatsReplayOptions["client"] = {
    publish: (subject) => {
      asked.push(`message ${subject}`);
      return Promise.resolve({ seq: 1 });
    },
  };
  const streams: NatsReplayOptions["manager"]["streams"] = {
    add: ({ max_msgs_per_subject: entries, max_age: age }) => {
      asked.push(`stream ${entries} ${age / 1_000_000}`); // of nanoseconds
      return Promise.resolve();
    },
    info: () => Promise.resolve({ config: {} }),
    getMessage: () => Promise.resolve(null),
  };
  return { asked, replay: { client, manager: { streams } } };
}

export const NATS: Table<NatsBrokerOptions> = {
  prefix: row([undefined, "app"], (prefix) => subjectsOf(prefix ? { prefix } : {}), [
    ["plainsocket.live.c"],
    ["app.live.c"],
  ]),
  replay: row(
    [false, true],
    async (isGiven) => {
      const { asked, replay } = jetStream();
      await subjectsOf(isGiven ? { replay } : {});
      return asked;
    },
    [[], ["stream 1000 3600000", "message plainsocket.kept.c"]],
  ),
};

async function streamWith(limits: Partial<NatsReplayOptions>): Promise<string | undefined> {
  const { asked, replay } = jetStream();
  await subjectsOf({ replay: { ...replay, ...limits } });
  return asked[0];
}

/** Which of two JetStreams is asked for what `member` is for. */
async function askedOf(member: "client" | "manager", name: "one" | "two"): Promise<string[]> {
  const both = { one: jetStream(), two: jetStream() };
  const other = member === "client" ? "manager" : "client";
  const chosen = { [member]: both[name].replay[member], [other]: both.one.replay[other] };
  await subjectsOf({ replay: { ...both.one.replay, ...chosen } });
  const what = member === "client" ? "message" : "stream";
  const isAsked = (one: { asked: string[] }): boolean =>
    one.asked.some((ask) => ask.startsWith(what));
  return Object.entries(both).flatMap(([one, stream]) => (isAsked(stream) ? [one] : []));
}

export const NATS_REPLAY: Table<NatsReplayOptions> = {
  client: row(["one", "two"] as const, (name) => askedOf("client", name), [["one"], ["two"]]),
  manager: row(["one", "two"] as const, (name) => askedOf("manager", name), [["one"], ["two"]]),
  maxEntries: row([5, 6], (maxEntries) => streamWith({ maxEntries }), [
    "stream 5 3600000",
    "stream 6 3600000",
  ]),
  maxAgeMs: row([1, 2], (maxAgeMs) => streamWith({ maxAgeMs }), ["stream 1000 1", "stream 1000 2"]),
};
