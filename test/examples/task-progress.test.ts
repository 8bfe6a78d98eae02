// Task progress as its scenario tells it: with a worker in this process, and in another one behind a real Redis.
import { Redis } from "ioredis";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Site } from "../../docs/examples/site.js";
import { serveTaskProgress } from "../../docs/examples/task-progress/server.js";
import { work } from "../../docs/examples/task-progress/work.js";
import { RedisBroker } from "../../src/brokers/redis/index.js";
import { type Broker, MemoryBroker } from "../../src/manager/index.js";
import { chromiumPath, launchBrowser } from "../support/browser.js";
import { BuiltPrograms, type Program } from "../support/built-program.js";
import { Engine, redisKind, redisServer } from "../support/engine.js";
import { expectToFit, JsonClient, Visitors } from "../support/examples.js";

const MAX_CLIENTS = 4;

/** The example on a broker; what it needs in order to end. */
async function serve(broker: Broker): Promise<{ url: string; end: () => Promise<void> }> {
  const site = new Site();
  const url = await site.listen(0);
  const end = serveTaskProgress(site, { broker, maxClients: MAX_CLIENTS });
  return {
    url,
    end: async () => {
      await end();
      await site.close();
    },
  };
}

/** The next message that is not about somebody of an earlier test who has left. */
async function nextMessage(client: JsonClient): Promise<Record<string, unknown>> {
  for (;;) {
    const message = await client.next();
    if (message["type"] !== "system") return message;
  }
}

/** Expects to be told that somebody has left. */
async function expectLeft(client: JsonClient, name: string): Promise<void> {
  let message = await client.next();
  while (message["message"] !== `Client ${name} left`) {
    expect(message["type"]).toBe("system");
    message = await client.next();
  }
}

/** {@link follow}, by one who came before the task was over: who comes first is up to the system. */
async function followInTime(url: string): Promise<Record<string, unknown>[]> {
  let states = await follow(url, {});
  while (states.length < 3) states = await follow(url, {});
  return states;
}

/** Starts a task, and gives all that its follower hears until the connection ends. */
async function follow(url: string, order: object): Promise<Record<string, unknown>[]> {
  const client = await JsonClient.connect(url, "/ws/starter");
  client.send({ type: "start_task", ...order });
  const { task_id } = await nextMessage(client);
  const follower = await JsonClient.connect(url, `/ws/tasks/${String(task_id)}`);
  const { code, wasClean } = await follower.closed;
  expect([code, wasClean]).toEqual([1000, true]);
  client.connection.close();
  await client.closed;
  for (const state of follower.received) expect(state["task_id"]).toBe(task_id);
  return follower.received;
}

describe("task progress", () => {
  const broker = new MemoryBroker();
  let url: string;
  let end: () => Promise<void>;

  beforeAll(async () => {
    ({ url, end } = await serve(broker));
    await work(broker, 1).ready;
  });
  afterAll(() => end());

  it("tells the state now, each one after it, and the result, and ends with 1000", async () => {
    const states = await followInTime(url);
    expect(["pending", "running"]).toContain(states[0]?.["status"]);
    const progress = states.map((state) => Number(state["progress"]));
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(states.at(-1)).toMatchObject({
      status: "completed",
      progress: 100,
      result: "10 steps done",
    });
    expect(states.slice(0, -1).every(({ result }) => result === undefined)).toBe(true);
  });

  it("tells of a failure as it does of a success, and who comes later hears the end alone", async () => {
    const states = await follow(url, { fails: true });
    expect(states.at(-1)).toMatchObject({ status: "failed", result: expect.any(String) });
    const late = await JsonClient.connect(url, `/ws/tasks/${String(states[0]?.["task_id"])}`);
    await late.closed;
    expect(late.received).toEqual([states.at(-1)]);
  });

  it.each(["nothing", "__proto__", "%20", ""])("knows no task %j", async (name) => {
    const client = await JsonClient.connect(url, `/ws/tasks/${name}`);
    expect(await client.next()).toEqual({ error: "Task not found" });
    expect((await client.closed).code).toBe(1000);
  });

  it("sends to all, to all but one, and to one, and tells who has left", async () => {
    const [ann, ben, cat] = [
      await JsonClient.connect(url, "/ws/ann"),
      await JsonClient.connect(url, "/ws/ben"),
      await JsonClient.connect(url, "/ws/cat"),
    ];
    const toAll = { type: "broadcast", from: "ann", message: "to all" };
    ann.send({ type: "broadcast", message: "to all" });
    for (const one of [ann, ben, cat]) {
      expect(await nextMessage(one)).toEqual(toAll);
    }
    ann.send({ type: "broadcast", message: "but ben", except: "ben" });
    ann.send({ type: "personal", to: "ben", message: "to ben" });
    const butBen = { type: "broadcast", from: "ann", message: "but ben" };
    expect(await nextMessage(cat)).toEqual(butBen);
    expect(await nextMessage(ben)).toEqual({ type: "personal", from: "ann", message: "to ben" });
    expect(await nextMessage(ann)).toEqual(butBen);
    cat.connection.terminate();
    for (const one of [ann, ben]) {
      await expectLeft(one, "cat");
      one.connection.close();
      await one.closed;
    }
  });

  it("closes whoever is one too many", async () => {
    const site = await serve(new MemoryBroker()); // where nobody is about to leave
    for (let i = 0; i < MAX_CLIENTS; i++) await JsonClient.connect(site.url, `/ws/c${i}`);
    const extra = await JsonClient.connect(site.url, "/ws/extra");
    expect(await extra.closed).toMatchObject({ code: 1008, reason: "Too many connections" });
    await site.end();
  });

  it("says what is wrong with a message, and lives on", async () => {
    const client = await JsonClient.connect(url, "/ws/dan");
    client.send("{");
    expect(await nextMessage(client)).toEqual({ error: "Invalid JSON format" });
    client.send({ type: "personal", to: 5 });
    expect(await nextMessage(client)).toEqual({
      error: "Invalid message format",
      details: [
        expect.objectContaining({ path: ["to"] }),
        expect.objectContaining({ path: ["message"] }),
      ],
    });
    client.send({ type: "personal", to: "dan", message: "still here" });
    expect(await nextMessage(client)).toMatchObject({ message: "still here" });
    client.connection.close();
    await client.closed;
  });

  describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchBrowser();
    });
    afterAll(() => browser.close());

    it("draws a bar for each task, and lets pages talk", async () => {
      const visitors = new Visitors(browser);
      const [page, other] = [
        await visitors.open(`${url}/task-progress/`),
        await visitors.open(`${url}/task-progress/`, 390),
      ];
      for (const one of [page, other]) await one.getByText("connected as client-").waitFor();
      await page.click("#start");
      await page.locator(".task.completed", { hasText: "completed: 10 steps done" }).waitFor();
      expect(await page.locator(".task progress").evaluate((bar) => Object(bar).value)).toBe(100);
      await page.click("#start-failing");
      await page.locator(".task.failed", { hasText: "failed: " }).waitFor();

      await page.fill("#text", "<b>hello</b>");
      await page.press("#text", "Enter");
      await other.locator("#messages", { hasText: ": <b>hello</b>" }).waitFor();
      await expectToFit(other);
      await other.close();
      await page.locator("#messages", { hasText: /Client client-\w+ left/ }).waitFor();
      expect(visitors.errors).toEqual([]);
    });
  });
});

describe.skipIf(redisServer === undefined)(
  "with a worker in another process, through Redis",
  () => {
    const worker = "docs/examples/task-progress/worker.ts";
    let engine: Engine;
    let programs: BuiltPrograms;
    let running: Program;
    const ends: (() => Promise<void>)[] = [];
    const urls: string[] = [];

    beforeAll(async () => {
      programs = new BuiltPrograms([worker]); // first, for nothing else goes on meanwhile
      engine = await Engine.start(redisKind);
      for (let i = 0; i < 2; i++) {
        const client = new Redis({ port: engine.port, host: "127.0.0.1" });
        const broker = new RedisBroker(client);
        const { url, end } = await serve(broker);
        // Subscriptions are taken up in turn: when this one is, those of the server are.
        await broker.subscribe("the last", () => {}).ready;
        urls.push(url);
        ends.push(
          end,
          () => broker.close(),
          () => Promise.resolve(client.disconnect()),
        );
      }
      const REDIS_URL = `redis://127.0.0.1:${engine.port}`;
      running = programs.start(worker, { REDIS_URL, STEP_MS: "5" });
      expect(await running.line()).toBe("worker: ready");
    });

    afterAll(async () => {
      await running[Symbol.asyncDispose]();
      programs[Symbol.dispose]();
      for (const end of ends) await end();
      await engine[Symbol.asyncDispose]();
    });

    it("tells each step to who follows, on whichever server", async () => {
      const states = await followInTime(urls[0]!);
      expect(states.at(-1)).toMatchObject({ status: "completed", progress: 100 });
      const taskId = String(states[0]?.["task_id"]);
      const elsewhere = await JsonClient.connect(urls[1]!, `/ws/tasks/${taskId}`);
      await elsewhere.closed;
      expect(elsewhere.received.at(-1)).toEqual(states.at(-1));
    });

    it("carries messages between clients of two servers", async () => {
      const ann = await JsonClient.connect(urls[0]!, "/ws/ann");
      const ben = await JsonClient.connect(urls[1]!, "/ws/ben");
      ann.send({ type: "personal", to: "ben", message: "hello" });
      const hello = { type: "personal", from: "ann", message: "hello" };
      expect(await nextMessage(ben)).toEqual(hello);
      ben.send({ type: "broadcast", message: "hello, all" });
      const helloAll = { type: "broadcast", from: "ben", message: "hello, all" };
      expect(await nextMessage(ann)).toEqual(helloAll);
      ben.connection.terminate();
      await expectLeft(ann, "ben");
    });
  },
);
