// Processes that are short of something, strict, traced, told to end, or ended.
import { once } from "node:events";
import { afterAll, beforeAll } from "vitest";
import { expect } from "vitest";
import { connect } from "../../src/node/index.js";
import { BuiltPrograms, type Program } from "../support/built-program.js";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { IS_LONG, sample, test } from "../support/universal.js";
import {
  BINARY,
  concat,
  CONTINUATION,
  encodeFrame,
  frame,
  PING,
  PONG,
  SCRIPT_KEY,
  TEXT,
  type WireFrame,
} from "../support/wire-frame.js";
import { deflateRawSync, constants } from "node:zlib";

const CONVERSATION = "test/faults/programs/conversation.ts";
const ECHO = "test/faults/programs/echo.ts";
const THREADS = "test/faults/programs/threads.ts";
const DRAINING = "docs/scaling/server.ts";

let programs: BuiltPrograms;
beforeAll(() => {
  programs = new BuiltPrograms([CONVERSATION, ECHO, THREADS, DRAINING]);
});
afterAll(() => programs[Symbol.dispose]());

const portIn = (url: string): number => Number(new URL(url).port);

async function order(program: Program, what: string): Promise<string> {
  program.child.stdin?.write(`${what}\n`);
  return program.line();
}

async function echoes(port: number): Promise<void> {
  const connection = await connect(`ws://127.0.0.1:${port}/`);
  connection.send("hello");
  for await (const message of connection) {
    expect(message).toBe("hello");
    break;
  }
  connection.close();
  await connection.closed;
}

async function attempt(port: number): Promise<string> {
  using client = await RawClient.connect({ port });
  client.socket.on("error", () => {});
  client.send(upgradeRequest());
  await client.ended();
  return Buffer.from(client.received).toString("latin1").slice(0, 12);
}

test("a server without file descriptors goes on, and takes clients again when there are some [K01]", async () => {
  await using program = programs.start(ECHO, {}, { stdin: "pipe" });
  const port = portIn(await program.line());
  const open = await connect(`ws://127.0.0.1:${port}/`);
  expect(await order(program, "exhaust")).toBe("exhausted");
  for (let i = 0; i < 3; i++) expect(await attempt(port)).toBe("");
  open.send("still there?");
  for await (const message of open) {
    expect(message).toBe("still there?");
    break;
  }
  expect(await order(program, "free")).toBe("freed");
  await echoes(port);
  open.close();
  await open.closed;
  program.child.stdin?.write("quit\n");
  expect(await program.exit()).toBe(0);
});

const OFFER = { "sec-websocket-extensions": "permessage-deflate" };
const BOMB = deflateRawSync(new Uint8Array(50_000_000), {
  finishFlush: constants.Z_SYNC_FLUSH,
}).subarray(0, -4);

const FLOODS: readonly [string, WireFrame, WireFrame][] = [
  [
    "fragments of a byte",
    frame(BINARY, "x", { fin: false }),
    frame(CONTINUATION, "x", { fin: false }),
  ],
  ["empty fragments", frame(TEXT, "", { fin: false }), frame(CONTINUATION, "", { fin: false })],
  ["pings", frame(PING, "x"), frame(PING, "0123456789")],
  ["pongs", frame(PONG), frame(PONG, "0123456789")],
  ["empty messages", frame(TEXT), frame(TEXT)],
  ["large messages", frame(TEXT), frame(BINARY, new Uint8Array(1_000_000))],
  [
    "large fragments",
    frame(BINARY, "", { fin: false }),
    frame(CONTINUATION, new Uint8Array(300_000), { fin: false }),
  ],
  ["bombs", frame(TEXT), frame(BINARY, BOMB, { rsv: 4 })],
];

/** Bytes of a flood from one client. */
const FLOOD_BYTES = sample(1_500_000, 60_000_000);

test("a heap of 64 MiB and floods of all kinds, from peers that do not read [K02]", async ({
  world,
}) => {
  const NODE_OPTIONS = "--max-old-space-size=64";
  await using program = programs.start(ECHO, { NODE_OPTIONS }, { stdin: "pipe" });
  const port = portIn(await program.line());
  for (const [, first, more] of FLOODS) {
    const start = encodeFrame(first, { maskingKey: SCRIPT_KEY });
    const one = encodeFrame(more, { maskingKey: SCRIPT_KEY });
    const some = Buffer.concat(Array.from({ length: Math.ceil(100_000 / one.length) }, () => one));
    for (let i = 0; i < sample(2, 20); i++) {
      const client = world.use(await RawClient.send({ port }, upgradeRequest("/", OFFER)));
      await client.head();
      client.socket.pause();
      client.socket.on("error", () => {});
      client.send(concat([start]));
      for (let sent = 0; sent < FLOOD_BYTES && !client.socket.destroyed; sent += some.length) {
        if (!client.socket.write(some)) break; // it has to wait: that is the limit
      }
    }
    await echoes(port);
  }
  await echoes(port);
  program.child.stdin?.write("quit\n");
  expect(await program.exit()).toBe(0);
});

test("servers in a thread that is terminated, and with passed sockets in a process that is killed [K03]", async () => {
  await using program = programs.start(THREADS);
  expect(await program.line()).toBe("ok");
  expect(await program.exit()).toBe(0); // by itself: nothing is left that keeps it
});

const STRICT = [
  "--frozen-intrinsics",
  "--throw-deprecation --pending-deprecation",
  "--disallow-code-generation-from-strings",
  "--disable-proto=throw",
  "--unhandled-rejections=strict",
];

test.for(IS_LONG ? STRICT : [STRICT.join(" ")])("a process with %s [K04]", async (flags) => {
  await using program = programs.start(CONVERSATION, {
    NODE_OPTIONS: flags,
    NODE_NO_WARNINGS: "1",
  });
  expect(await program.line()).toBe("ok");
  expect(await program.exit()).toBe(0);
});

test("subscribers of diagnostics channels, and onFrame, that throw [K05]", async () => {
  await using program = programs.start(CONVERSATION, { THROWING: "1", NODE_NO_WARNINGS: "1" });
  expect(await program.line()).toBe("ok");
  expect(await program.exit()).toBe(0);
});

test("SIGTERM with connections open, one of them dead [E15]", async ({ world }) => {
  await using program = programs.start(DRAINING, { PORT: "0", DEADLINE_MS: "500" });
  const port = portIn(await program.line());
  const dead = world.use(await RawClient.send({ port }, upgradeRequest()));
  await dead.head();
  const seen = world.watch(await connect(`ws://127.0.0.1:${port}/`), "listener");
  const closed = once(program.child, "exit");
  program.child.kill("SIGTERM");
  await seen.connection.closed;
  expect(seen.info).toMatchObject({ code: 1012, wasClean: true });
  await expect(RawClient.connect({ port })).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await closed;
  expect(await program.exit()).toBe(0);
});
