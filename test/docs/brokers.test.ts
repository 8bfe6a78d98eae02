// The examples of docs/brokers.md: they compile, and the nodes they make reach each other through real engines.
import { afterAll, assert, beforeAll, describe, expect, it } from "vitest";
import { RedisBroker } from "../../src/brokers/redis/index.js";
import { connect, type WebSocketConnection, WebSocketServer } from "../../src/index.js";
import { ConnectionManager } from "../../src/manager/index.js";
import { Engine, natsKind, natsServer, redisKind, redisServer } from "../support/engine.js";
import { PageExamples } from "../support/page-examples.js";

const page = new PageExamples("brokers");
const { code: examples } = page;

beforeAll(() => {
  page.write();
  return () => page.remove();
});

/** Runs an example with its engine on another port. */
async function load(name: string, enginePort: number): Promise<object> {
  const code = (examples.get(name) ?? "")
    .replace("port: 8080", `port: 0, host: "127.0.0.1"`)
    .replace(/localhost:(6379|4222)/, `127.0.0.1:${enginePort}`);
  page.writeOne(name, code);
  return page.load(name);
}

/** Calls `method` of something that an example exports, where it has one. */
async function end(module: object, name: string, method: string): Promise<void> {
  const value: unknown = Reflect.get(module, name);
  assert(typeof value === "object" && value !== null);
  const call: unknown = Reflect.get(value, method);
  assert(typeof call === "function");
  await Reflect.apply(call, value, []);
}

async function nextMessage(connection: WebSocketConnection): Promise<string> {
  return new Promise((resolve) => {
    connection.once("message", (message) => resolve(String(message)));
  });
}

it("compile", () => {
  page.write();
  const stdout = page.compile();

  expect([...examples.keys()]).toEqual(["redis.ts", "worker.ts", "nats.ts", "resume.ts"]);
  expect(stdout).toBe("");
});

describe.skipIf(redisServer === undefined)("through Redis", () => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await Engine.start(redisKind);
  });
  afterAll(async () => engine[Symbol.asyncDispose]());

  it("a worker without a server reaches the clients of the server", async () => {
    const site = await load("redis.ts", engine.port);
    const server: unknown = Reflect.get(site, "server");
    const manager: unknown = Reflect.get(site, "manager");
    assert(server instanceof WebSocketServer && manager instanceof ConnectionManager);
    await server.listening();
    const client = await connect(server.url);
    const joined = new Promise((resolve) => manager.on("join", resolve));
    client.send("join");
    await joined;
    const message = nextMessage(client);
    // What the engine confirms now was asked for after the room.
    const broker: unknown = Reflect.get(site, "broker");
    assert(broker instanceof RedisBroker);
    await broker.subscribe("probe", () => {}).ready;
    await load("worker.ts", engine.port);

    expect(JSON.parse(await message)).toEqual({ status: "running", progress: 40 });
    await manager.shutdown({ deadlineMs: 1_000 });
    await server.shutdown();
    await broker.close();
    await end(site, "client", "quit");
  });
});

describe.skipIf(natsServer === undefined)("through NATS", () => {
  it("a member comes back to another node with what it has missed, or hears of a gap", async () => {
    await using engine = await Engine.start(natsKind);
    const site = await load("nats.ts", engine.port);
    const module = await load("resume.ts", engine.port);
    const enter: unknown = Reflect.get(module, "enter");
    const manager: unknown = Reflect.get(site, "manager");
    assert(typeof enter === "function" && manager instanceof ConnectionManager);
    await using server = new WebSocketServer<unknown>({ port: 0, host: "127.0.0.1" });
    await server.listening();
    const accepted = async (): Promise<[WebSocketConnection, WebSocketConnection]> => {
      const own = new Promise<WebSocketConnection>((resolve) => server.once("connection", resolve));
      const client = await connect(server.url);
      manager.add(await own);
      return [await own, client];
    };
    const [first, firstClient] = await accepted();
    const state = nextMessage(firstClient);
    await Reflect.apply(enter, undefined, [manager, first, "r", undefined]);
    expect(JSON.parse(await state)).toMatchObject({ type: "state", room: "r" });

    const room = manager.room("r");
    room.broadcast("1");
    while (room.offset === undefined) await new Promise((resolve) => setImmediate(resolve));
    const { offset } = room;
    room.broadcast("2");
    const [second, secondClient] = await accepted();
    const missed = nextMessage(secondClient);
    await Reflect.apply(enter, undefined, [manager, second, "r", offset]);

    expect(await missed).toBe("2");
    await manager.shutdown({ deadlineMs: 1_000 });
    await end(site, "broker", "close");
    await end(site, "connection", "close");
  });
});
