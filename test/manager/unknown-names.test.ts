// A name that does not exist, on every public entry of managers, rooms and brokers.
import { describe, expect, it } from "vitest";
import { NatsBroker } from "../../src/brokers/nats/index.js";
import { RedisBroker } from "../../src/brokers/redis/index.js";
import { ConnectionManager, MemoryBroker, prometheusText } from "../../src/manager/index.js";
import { ownersIn } from "../support/owners.js";
import { RawPeer } from "../support/raw-peer.js";

const broker = new MemoryBroker();

/** A manager that has a connection. */
function scene() {
  const manager = new ConnectionManager();
  const { connection } = new RawPeer();
  const id = manager.add(connection) ?? "";
  return { manager, connection, id, room: manager.room("lobby") };
}

/** As much of a client as its broker looks at before its options. */
const redis: object = { isCluster: false, callBuffer() {}, duplicate() {}, on() {}, options: {} };
const nats: object = {
  publish() {},
  subscribe() {},
  flush: async () => {},
  closed: async () => {},
  isClosed: () => false,
  async *status() {},
};

/** By the name of the entry: hands options to it. */
const ENTRIES: Readonly<Record<string, (options: object) => unknown>> = {
  ConnectionManager: (options) => new ConnectionManager(options),
  // @ts-expect-error -- half of them
  rateLimit: (rateLimit) => new ConnectionManager({ rateLimit }),
  // @ts-expect-error -- half of them
  authenticateFirst: (authenticateFirst) => new ConnectionManager({ authenticateFirst }),
  // @ts-expect-error -- half of them
  whenFull: (whenFull) => new ConnectionManager({ whenFull }),
  // @ts-expect-error -- half of them
  whenAddressFull: (whenAddressFull) => new ConnectionManager({ whenAddressFull }),
  batch: (batch) => new ConnectionManager({ batch }),
  clusterLimits: (clusterLimits) => new ConnectionManager({ broker, clusterLimits }),
  "a broadcast": (options) => scene().manager.broadcast("text", options),
  "a broadcast to a user": (options) => scene().manager.sendToUser("ada", "text", options),
  "a broadcast to a room": (options) => scene().room.broadcast("text", options),
  "a broadcast of a member": ({ ...options }) => {
    const { room, connection } = scene();
    return room.publish(connection, "text", options);
  },
  "sendTo()": (options) => {
    const { manager, id } = scene();
    return manager.sendTo(id, "text", options);
  },
  "closeAll()": (options) => scene().manager.closeAll(options),
  "shutdown()": (options) => scene().manager.shutdown(options),
  "join()": (options) => {
    const { room, connection } = scene();
    return room.join(connection, options);
  },
  "resume()": (options) => {
    const { room, connection } = scene();
    // @ts-expect-error -- half of them
    return room.resume(connection, options);
  },
  "presence()": (options) => scene().room.presence(options),
  "fetchMembers()": (options) => scene().room.fetchMembers(options),
  MemoryBroker: (options) => new MemoryBroker(options),
  "prometheusText()": (options) => prometheusText(new ConnectionManager().metrics(), options),
  // @ts-expect-error -- half a client
  RedisBroker: (options) => new RedisBroker(redis, options),
  // @ts-expect-error -- half a client
  "replay of RedisBroker": (replay) => new RedisBroker(redis, { replay }),
  // @ts-expect-error -- half a client
  NatsBroker: (options) => new NatsBroker(nats, options),
  // @ts-expect-error -- half a client, and no JetStream
  "replay of NatsBroker": (replay) => new NatsBroker(nats, { replay }),
};

/** What an error calls the entry. */
function ownerOf(entry: string): string {
  return entry.split(/ (to|of) /)[0] ?? "";
}

async function complaintOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return error instanceof Error ? error.message : "";
  }
  return "nothing was said";
}

describe("an option that does not exist [M04]", () => {
  it("is tried with all that take options", () => {
    const owners = ownersIn(["manager", "cluster", "brokers"], ["a ConnectionManager"]);
    const tried = Object.keys(ENTRIES).map(ownerOf);
    expect(tried).toEqual(expect.arrayContaining(owners));
  });

  it.each(Object.entries(ENTRIES))("is refused by %s", async (entry, give) => {
    const message = await complaintOf(() => give({ noSuchOption: 1 }));
    const start = `${ownerOf(entry)} has no option "noSuchOption"`;
    expect(message.startsWith(start), message).toBe(true);
  });

  // oxfmt-ignore
  it.each([
    ["ConnectionManager", "authenticate",      "it is an option of the WebSocketServer"],
    ["ConnectionManager", "adapter",           "use broker"],
    ["ConnectionManager", "idleTimeout",       'did you mean "idleTimeoutMs"?'],
    ["ConnectionManager", "autorize",          'did you mean "authorize"?'],
    ["rateLimit",         "messagePerSecond",  'did you mean "messagesPerSecond"?'],
    ["rateLimit",         "windowMs",          "use messagesPerSecond"],
    ["authenticateFirst", "timeoutMs",         "use deadlineMs"],
    ["whenFull",          "closeCode",         "Its options are code, reason"],
    ["batch",             "batchMs",           "give it to broadcast()"],
    ["clusterLimits",     "nodeTtl",           'did you mean "nodeTtlMs"?'],
    ["a broadcast",       "exept",             'did you mean "except"?'],
    ["a broadcast",       "onWritten",         "give it to send() of a connection"],
    ["join()",            "name",              "Its options are state"],
    ["MemoryBroker",      "replay",            "use replayEntries"],
    ["replay of RedisBroker", "maxAgeMs",      "use maxIdleMs"],
    ["replay of NatsBroker", "maxIdleMs",      "use maxAgeMs"],
  ])("of %s, %s, is told what to do", async (owner, name, advice) => {
    expect(await complaintOf(() => ENTRIES[owner]?.({ [name]: 1 }))).toContain(advice);
  });

  it("sends, closes and lets in nothing", async () => {
    const { manager, connection, room } = scene();
    const options: object = { noSuchOption: 1 };
    expect(() => room.join(connection, options)).toThrow(TypeError);
    expect(() => manager.broadcast("text", options)).toThrow(TypeError);
    await expect(manager.closeAll(options)).rejects.toThrow(TypeError);
    expect([room.size, connection.traffic.sent.messages, connection.readyState]).toEqual([0, 0, 1]);
  });
});

describe("an option that is to keep somebody out [M03]", () => {
  it.each(["authenticateFirst", "rateLimit", "authorize"])(
    "is not taken for none when %s is null or false",
    (name) => {
      for (const value of [null, false, 0, ""]) {
        const options: object = { [name]: value };
        expect(() => new ConnectionManager(options), String(value)).toThrow(TypeError);
      }
      const nothing: object = { [name]: undefined };
      expect(() => new ConnectionManager(nothing)).not.toThrow();
    },
  );

  it("needs servers that are some: an http server has connections that no manager sees", () => {
    const server: object = { listen() {}, on() {} };
    // @ts-expect-error -- no WebSocketServer
    expect(() => new ConnectionManager({ server })).toThrow("server must be a WebSocketServer");
  });
});

describe("an event that does not exist [M04]", () => {
  // oxfmt-ignore
  it.each([
    ["disconnect", "close"],
    ["error",      "onHandlerError"],
    ["mesage",     'did you mean "message"?'],
    ["toString",   "Its events are connection"],
  ])("is refused by a manager: %s", (name, advice) => {
    const manager = new ConnectionManager();
    for (const method of ["on", "once", "off"] as const) {
      // @ts-expect-error -- no such event
      expect(() => manager[method](name, () => {}), method).toThrow(advice);
    }
  });
});
