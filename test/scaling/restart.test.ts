// The processes of docs/scaling: one that drains on SIGTERM, and several on one port.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, HandshakeError, type WebSocketConnection } from "../../src/index.js";
import { BuiltPrograms, type Program } from "../support/built-program.js";
import { freePort } from "../support/free-port.js";
import { answerTo, RawClient, upgradeRequest } from "../support/raw-client.js";

let programs: BuiltPrograms;
beforeAll(() => {
  programs = new BuiltPrograms(["docs/scaling/server.ts", "docs/scaling/cluster.ts"]);
});
afterAll(() => programs[Symbol.dispose]());

async function next(connection: WebSocketConnection): Promise<string> {
  for await (const message of connection) return message.toString();
  throw new Error("the connection has ended");
}

async function greeting(port: number): Promise<{ connection: WebSocketConnection; pid: number }> {
  const connection = await connect(`ws://127.0.0.1:${port}/`);
  const [, pid] = /^process (\d+), you are 127\.0\.0\.1$/.exec(await next(connection)) ?? [];
  return { connection, pid: Number(pid) };
}

describe("the server on SIGTERM", () => {
  it("takes nobody new, tells all to come back, cuts who does not answer, and ends in time", async () => {
    const env = { PORT: "0", DEADLINE_MS: "1500" };
    await using program = programs.start("docs/scaling/server.ts", env);
    const port = Number(new URL(await program.line()).port);
    const { connection } = await greeting(port);
    using handshaking = await RawClient.connect({ port });
    using dead = await RawClient.send({ port }, upgradeRequest());
    await dead.head();
    handshaking.send("GET / HTTP/1.1\r\n");
    connection.send("still there?");
    expect(await next(connection)).toBe("still there?");

    const startedAt = performance.now();
    program.child.kill("SIGTERM");
    expect(await connection.closed).toMatchObject({ code: 1012, wasClean: true });
    expect((await handshaking.head()).startLine).toContain(" 503 ");
    await expect(RawClient.connect({ port })).rejects.toMatchObject({ code: "ECONNREFUSED" });
    handshaking.socket.end();
    expect(await program.exit()).toBe(0);
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThan(1_400); // the deadline of those that do not answer
    expect(tookMs).toBeLessThan(9_000); // and not the 10 s in which a Close frame is to be answered
  });

  it("ends at once when all have answered", async () => {
    // The deadline is beyond the patience of this test: who waits for it fails.
    const env = { PORT: "0", DEADLINE_MS: "600000" };
    await using program = programs.start("docs/scaling/server.ts", env);
    const port = Number(new URL(await program.line()).port);
    const { connection } = await greeting(port);
    program.child.kill("SIGTERM");
    await connection.closed;
    expect(await program.exit()).toBe(0);
  });

  it("tells a load balancer that it is well", async () => {
    await using program = programs.start("docs/scaling/server.ts", { PORT: "0" });
    const port = Number(new URL(await program.line()).port);
    const request = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    expect(await answerTo({ port }, request)).toMatchObject({ httpStatus: 200, body: "ok\n" });
  });
});

/** Comes and goes; a handshake that was under way when its process was told to go is to come again. */
async function visit(port: number): Promise<void> {
  try {
    (await greeting(port)).connection.terminate();
  } catch (error) {
    if (!(error instanceof HandshakeError && error.httpStatus === 503)) throw error;
  }
}

describe("several processes on one port", () => {
  async function start(): Promise<{ program: Program; port: number }> {
    const port = await freePort();
    const program = programs.start("docs/scaling/cluster.ts", { PORT: String(port), WORKERS: "2" });
    while ((await program.line()) !== "ready");
    return { program, port };
  }

  it("share the connections, and are replaced one by one while the port stays open", async () => {
    const { program, port } = await start();
    await using _ = program;
    const first = await Promise.all(Array.from({ length: 8 }, () => greeting(port)));
    const old = new Set(first.map(({ pid }) => pid));
    expect(old.size).toBe(2);

    program.child.kill("SIGHUP");
    const progress = { isDone: false };
    const replaced = (async () => {
      while ((await program.line()) !== "replaced");
      progress.isDone = true;
    })();
    await Promise.all([
      replaced,
      (async () => {
        while (!progress.isDone) await visit(port);
      })(),
    ]);
    for (const { connection } of first) {
      expect(await connection.closed).toMatchObject({ code: 1012, wasClean: true });
    }
    const second = await Promise.all(Array.from({ length: 8 }, () => greeting(port)));
    for (const { connection, pid } of second) {
      expect(old.has(pid)).toBe(false);
      connection.terminate();
    }
    program.child.kill("SIGTERM");
    expect(await program.exit()).toBe(0);
  });

  it("are started again when one crashes", async () => {
    const { program, port } = await start();
    await using _ = program;
    const { connection, pid } = await greeting(port);
    process.kill(pid, "SIGKILL");
    expect(await connection.closed).toMatchObject({ code: 1006 });
    const left = new Set([pid]);
    while (left.size < 3) {
      // The one that crashed, the other, and the one in its place. What the primary gave to the first, before it
      // came to know of the crash, is lost.
      const visitor = await greeting(port).catch(() => undefined);
      visitor?.connection.terminate();
      if (visitor !== undefined) left.add(visitor.pid);
    }
  });
});
