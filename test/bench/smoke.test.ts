// The load bench itself, so that it cannot rot: a few messages against two servers in this process. Nothing is timed.
import process from "node:process";
import path from "node:path";
import { describe, expect, test, onTestFinished } from "vitest";
import { BroadcastRun } from "../../bench/load/broadcast-load.js";
import { ConnectionsRun } from "../../bench/load/connections-load.js";
import { EchoRun } from "../../bench/load/echo-load.js";
import type { EchoLoad } from "../../bench/load/loads.js";
import { NotOffered } from "../../bench/load/not-offered.js";
import { ReplyServer } from "../../bench/load/reply-server.js";
import type { Target } from "../../bench/load/server-process.js";
import { Tally } from "../../bench/load/tally.js";
import type { Deflate } from "../../bench/load/upgrade.js";

interface Server {
  readonly port: number;
  close(): unknown;
}

interface ServerModule {
  serve(settings: { port: number; mode: string; deflate: Deflate }): Promise<Server>;
}

interface ClientModule {
  open(
    url: string,
    message: Uint8Array,
    onMessage: (data: Uint8Array) => void,
  ): Promise<() => void>;
}

const root = path.join(import.meta.dirname, "..", "..");

async function serve(name: string, mode: string, deflate: Deflate = ""): Promise<Target> {
  const module: ServerModule = await import(path.join(root, "bench", "servers", `${name}.mjs`));
  const server = await module.serve({ port: 0, mode, deflate });
  onTestFinished(() => void server.close());
  return { port: server.port, usage };
}

async function usage() {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, residentBytes: 1, peakBytes: 1 };
}

const echoLoad = (change: Partial<EchoLoad>): EchoLoad => ({
  kind: "echo",
  name: "smoke",
  title: "smoke",
  connections: 2,
  inFlight: 3,
  content: "json",
  bytes: 300,
  deflate: "",
  ...change,
});

const echoRows: [server: string, change: Partial<EchoLoad>][] = [
  ["net", {}],
  ["net", { deflate: "takeover" }],
  ["plainsocket", { content: "bytes", bytes: 20 }],
  ["plainsocket", { content: "text", bytes: 70_000 }],
  ["plainsocket", { deflate: "takeover" }],
  ["plainsocket", { deflate: "no-takeover" }],
];

describe("the load bench", () => {
  test.each(echoRows)("finds every echo of %s right, and counts them: %o", async (name, change) => {
    const load = echoLoad(change);
    const target = await serve(name, "echo", load.deflate);
    const run = await EchoRun.prepare(load, target, {
      echoes: name === "net" ? "raw" : "messages",
    });
    await run.check();
    const { figure, p50Ms, bytesPerMessage } = await run.round({ messages: 20 });
    expect(figure).toBeGreaterThan(0);
    expect(p50Ms).toBeGreaterThan(0);
    expect(bytesPerMessage).toBeGreaterThan(20);
  });

  test("finds an echo that is wrong", async () => {
    const target = await serve("net", "echo");
    const run = await EchoRun.prepare(echoLoad({ deflate: "takeover" }), target, {
      echoes: "messages",
    });
    const broadcast = await serve("net", "broadcast");
    const wrong = await EchoRun.prepare(echoLoad({ bytes: 200 }), broadcast, {
      echoes: "messages",
    });
    await run.check();
    await expect(wrong.check()).rejects.toThrow("differ at byte 0");
  });

  test("leaves a server out that does not compress", async () => {
    const target = await serve("plainsocket", "echo");
    const run = EchoRun.prepare(echoLoad({ deflate: "takeover" }), target, { echoes: "messages" });
    await expect(run).rejects.toThrow(NotOffered);
  });

  test.each(["net", "plainsocket"])("counts what %s broadcasts", async (name) => {
    const target = await serve(name, "broadcast");
    const load = {
      kind: "broadcast",
      name,
      title: name,
      members: 3,
      perTick: 2,
      bytes: 200,
    } as const;
    const run = new BroadcastRun(load, target);
    await run.check();
    expect((await run.round({ messages: 30 })).figure).toBeGreaterThan(0);
  });

  test.each(["net", "plainsocket"])("opens and closes connections to %s", async (name) => {
    const target = await serve(name, "echo");
    const load = { kind: "connections", name, title: name, atATime: 2 } as const;
    const run = new ConnectionsRun(load, target);
    await run.check();
    expect((await run.round({ messages: 5 })).figure).toBeGreaterThan(0);
  });

  test.each(["net", "plainsocket", "plainsocket-standard"])(
    "answers each message of the client %s",
    async (name) => {
      const tally = new Tally();
      const server = new ReplyServer(20, tally);
      const port = await server.listen();
      onTestFinished(() => server.close());
      const module: ClientModule = await import(path.join(root, "bench", "clients", `${name}.mjs`));
      const message = Buffer.alloc(20, "x");
      const send = await module.open(`ws://127.0.0.1:${port}/`, message, (reply) => {
        expect(Buffer.from(reply)).toEqual(message);
        send();
      });
      for (let i = 0; i < 3; i++) send();
      await tally.run({ messages: 20 });
      expect(tally.messages).toBeGreaterThanOrEqual(20);
    },
  );
});
