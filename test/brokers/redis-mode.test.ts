// Servers that have no sharded pub/sub, or do not let everybody use it: the broker goes without.
import { Cluster, Redis } from "ioredis";
import { createClient } from "redis";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RedisBroker, type RedisBrokerOptions } from "../../src/brokers/redis/index.js";
import { findMode } from "../../src/brokers/redis/redis-link.js";
import { Engine, type EngineKind, redisKind, redisServer } from "../support/engine.js";
import { freePort } from "../support/free-port.js";
import { PATIENCE_MS } from "../support/wire-signal.js";

/** Redis with further arguments on its command line. */
const redisWith =
  (...args: readonly string[]): EngineKind =>
  (folder) => {
    const kind = redisKind(folder);
    return { ...kind, args: [...kind.args, ...args] };
  };

/** As an older server: it does not know the commands. */
const WITHOUT = redisWith(
  ...["SPUBLISH", "SSUBSCRIBE", "SUNSUBSCRIBE"].flatMap((name) => ["--rename-command", name, ""]),
);
const DENYING = redisWith(
  ..."--user default on nopass ~* &* +@all -spublish -ssubscribe".split(" "),
);
const QUIET = redisWith(
  ..."--user default on nopass ~* &* +@all -info -command -spublish".split(" "),
);
const IN_CLUSTER = redisWith("--cluster-enabled", "yes");

const HOST = "127.0.0.1";
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(kind: EngineKind): Promise<Engine> {
  const engine = await Engine.start(kind);
  ends.push(() => engine[Symbol.asyncDispose]());
  return engine;
}

const CLIENTS = ["ioredis", "node-redis"] as const;

async function brokerOn(
  { port }: Engine,
  name: (typeof CLIENTS)[number],
  options?: RedisBrokerOptions,
): Promise<RedisBroker> {
  if (name === "ioredis") {
    const client = new Redis({ host: HOST, port });
    client.on("error", () => {});
    const broker = new RedisBroker(client, options);
    ends.push(
      () => client.disconnect(),
      () => broker.close(),
    );
    return broker;
  }
  const client = createClient({ socket: { host: HOST, port } });
  client.on("error", () => {});
  await client.connect();
  const broker = new RedisBroker(client, options);
  ends.push(
    () => client.destroy(),
    () => broker.close(),
  );
  return broker;
}

describe.skipIf(redisServer === undefined).each([
  ["does not know it", WITHOUT],
  ["does not let this user use it", DENYING],
  ["tells this user nothing", QUIET],
  ["is part of a cluster", IN_CLUSTER],
])("where sharded pub/sub is missing because the server %s", (_, kind) => {
  it.each(CLIENTS)("a broker on %s publishes and subscribes without", async (name) => {
    const engine = await start(kind);
    const [a, b] = [await brokerOn(engine, name), await brokerOn(engine, name)];
    let ready: Promise<void> = Promise.resolve();
    const received = new Promise<string>((resolve) => {
      ({ ready } = b.subscribe("c", (payload) => resolve(new TextDecoder().decode(payload))));
    });
    await ready;
    await a.publish("c", Buffer.from("hello"));
    expect(await received).toBe("hello");
    expect(b.isUp).toBe(true);
  });
});

/** A Redis Cluster of one server, which has all slots. It is at a port, for its clients are told where that is. */
async function clusterOfOne(): Promise<number> {
  const [port, busPort] = [await freePort(), await freePort()];
  const settings = {
    "cluster-enabled": "yes",
    "cluster-announce-ip": HOST,
    "cluster-port": busPort,
  };
  const further = Object.entries({ ...settings, port, bind: HOST }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  const engine = await start(redisWith(...further));
  const client = new Redis({ host: HOST, port: engine.port });
  await client.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  // It takes two seconds to be ready, and is not asked all the time meanwhile.
  const isReady = async (): Promise<boolean> =>
    String(await client.call("CLUSTER", "INFO")).includes("cluster_state:ok");
  await vi.waitUntil(isReady, { timeout: PATIENCE_MS, interval: 50 });
  client.disconnect();
  return port;
}

describe.skipIf(redisServer === undefined)("a Cluster of ioredis", () => {
  it.each(["auto", "always"] as const)("does for a broker, sharded: %s", async (sharded) => {
    const options = { shardedSubscribers: sharded === "always" };
    const client = new Cluster([{ host: HOST, port: await clusterOfOne() }], options);
    const broker = new RedisBroker(client, { sharded, replay: {} });
    ends.push(
      () => client.disconnect(),
      () => broker.close(),
    );
    const got: [text: string, offset: string | undefined][] = [];
    let ready: Promise<void> = Promise.resolve();
    const both = new Promise<void>((resolve) => {
      ({ ready } = broker.subscribe("c", (payload, offset) => {
        if (got.push([new TextDecoder().decode(payload), offset]) === 2) resolve();
      }));
    });
    await ready;
    await broker.publish("c", Buffer.from("passing"));
    await broker.replay?.append("c", Buffer.from("kept"));
    await both;
    const offset = got[1]?.[1] ?? "";
    expect(got).toEqual([
      ["passing", undefined],
      ["kept", offset],
    ]);
    expect(await broker.replay?.read("c", offset)).toMatchObject([{ offset }]);
    expect(await broker.presence.announce("a", 60_000)).toEqual(["a"]);
  });
});

describe("how the server can do pub/sub", () => {
  const replies = (info: unknown, spublish: unknown) => async (name: string) => {
    const reply = name === "INFO" ? info : spublish;
    if (reply instanceof Error) throw reply;
    return reply;
  };
  const refused = ["ERR unknown command 'SPUBLISH', with args", "NOPERM no permissions"].map(
    (text) => new Error(text),
  );

  it.each([
    ["sharded", Buffer.from("# Cluster\r\ncluster_enabled:0\r\n"), 0],
    ["sharded", "", "0"],
    ["sharded", refused[0], 0],
    ["plain", Buffer.from("# Cluster\r\ncluster_enabled:1\r\n"), 0],
    ["plain", "cluster_enabled:1", 0],
    ["plain", "", refused[0]],
    ["plain", refused[1], refused[1]],
  ])("is %s where INFO brings %j and SPUBLISH %j", async (mode, info, spublish) => {
    expect(await findMode(false, "probe", replies(info, spublish))).toBe(mode);
  });

  it("is plain for a client of a cluster, without a question", async () => {
    const command = () => Promise.reject(new Error("must not be asked"));
    expect(await findMode(true, "probe", command)).toBe("plain");
  });

  it("is not known when the server says anything else", async () => {
    const loading = new Error("LOADING Redis is loading the dataset in memory");
    await expect(findMode(false, "probe", replies(loading, 0))).rejects.toBe(loading);
    await expect(findMode(false, "probe", replies("", loading))).rejects.toBe(loading);
    const other = () => Promise.reject("no error at all");
    await expect(findMode(false, "probe", other)).rejects.toBe("no error at all");
  });
});
