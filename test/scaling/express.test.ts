// docs/scaling/express.ts as processes on a real Redis: Express, a manager and a broker that end of their own accord.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connect, type WebSocketConnection } from "../../src/index.js";
import { BuiltPrograms, type Program } from "../support/built-program.js";
import { Engine, redisKind, redisServer } from "../support/engine.js";
import { freePort } from "../support/free-port.js";
import { answerTo, RawClient, upgradeRequest } from "../support/raw-client.js";
import { PATIENCE_MS } from "../support/wire-signal.js";

const FILE = "docs/scaling/express.ts";
/** Beyond the patience of these tests: who waits for the deadline fails. */
const NEVER_MS = "600000";

let programs: BuiltPrograms;
let engine: Engine;

interface Running extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
  readonly port: number;
}

async function start(env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const redis = { REDIS_URL: `redis://127.0.0.1:${engine.port}` };
  const program = programs.start(FILE, { PORT: "0", DEADLINE_MS: NEVER_MS, ...redis, ...env });
  const url = await program.line();
  return {
    program,
    url,
    port: Number(new URL(url).port),
    [Symbol.asyncDispose]: async () => program[Symbol.asyncDispose](),
  };
}

async function next(connection: WebSocketConnection): Promise<string> {
  for await (const message of connection) return message.toString();
  throw new Error("the connection has ended");
}

async function reader({ url }: Running): Promise<WebSocketConnection> {
  const connection = await connect(url);
  expect(await next(connection)).toMatch(/^welcome to process \d+$/);
  return connection;
}

function post(text: string): string {
  const head = ["POST /news HTTP/1.1", "Host: localhost", "Content-Type: text/plain"];
  return [...head, `Content-Length: ${text.length}`, "Connection: close", "", text].join("\r\n");
}

describe.skipIf(redisServer === undefined)("Express with a manager and Redis", () => {
  beforeAll(async () => {
    programs = new BuiltPrograms([FILE]);
    engine = await Engine.start(redisKind);
  });
  afterAll(async () => {
    programs[Symbol.dispose]();
    await engine[Symbol.asyncDispose]();
  });

  it("ends by itself on SIGTERM, and its readers get 1012; the other process goes on", async () => {
    await using one = await start();
    await using two = await start();
    const going = await reader(one);
    const staying = await reader(two);
    const heard: string[] = [];
    staying.on("message", (message) => heard.push(String(message)));
    // Whether the processes hear each other yet cannot be asked from here.
    const bothHear = async (): Promise<void> => {
      expect((await answerTo(one, post("news"))).httpStatus).toBe(204);
      expect(heard).toContain("news");
    };
    await vi.waitFor(bothHear, PATIENCE_MS);

    one.program.child.kill("SIGTERM");
    expect(await going.closed).toMatchObject({ code: 1012, wasClean: true });
    expect(await one.program.line()).toBe("ended");
    expect(await one.program.exit()).toBe(0);
    await expect(RawClient.connect(one)).rejects.toMatchObject({ code: "ECONNREFUSED" });

    const health = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    expect(await answerTo(two, health)).toMatchObject({ httpStatus: 200, body: "ok\n" });
    two.program.child.kill("SIGTERM");
    expect(await staying.closed).toMatchObject({ code: 1012 });
    expect(await two.program.exit()).toBe(0);
  });

  it("ends at the deadline, whoever does not answer or never asks", async () => {
    await using one = await start({ DEADLINE_MS: "1500" });
    using silent = await RawClient.connect(one);
    using dead = await RawClient.send(one, upgradeRequest("/news"));
    await dead.head();
    const startedAt = performance.now();
    one.program.child.kill("SIGTERM");
    expect(await one.program.exit()).toBe(0);
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThan(1_400);
    expect(tookMs).toBeLessThan(9_000); // and not the 10 s in which a Close frame is to be answered
    await silent.ended();
  });

  it("ends although Redis has gone", async () => {
    await using one = await start({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    const connection = await reader(one);
    one.program.child.kill("SIGTERM");
    expect(await connection.closed).toMatchObject({ code: 1012 });
    expect(await one.program.exit()).toBe(0);
  });
});
