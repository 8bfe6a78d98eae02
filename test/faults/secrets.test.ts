// A token that an application, or a peer, puts wherever one can be: nothing that the library says has it.
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { defineContract, contractCounters } from "../../src/contract/index.js";
import {
  ConnectionManager,
  type ManagerEvents,
  MemoryBroker,
  prometheusText,
} from "../../src/manager/index.js";
import { connect, type ConnectOptions, WebSocket, WebSocketServer } from "../../src/node/index.js";
import { EVERYBODY } from "../../src/cluster/names.js";
import { TestTerminal } from "../cli/terminal.js";
import { FakeClock } from "../support/clock.js";
import { FakeConnection } from "../support/contract-pair.js";
import { Observer } from "../support/diagnostics.js";
import { closeOf } from "../support/managed-peers.js";
import { portOf } from "../support/raw-client.js";
import { RawPeer, settle } from "../support/raw-peer.js";
import { memoryPeer } from "../support/stub-server.js";
import { frame, TEXT } from "../support/wire-frame.js";

const TOKEN = "t0ken-that-nobody-may-see";

/** All that anybody could log, with what made it. */
let told: [what: string, value: unknown][] = [];
let observer: Observer;
const onWarning = (warning: Error): void => void told.push(["a warning", warning]);

beforeEach(() => {
  told = [];
  observer = new Observer();
  process.on("warning", onWarning);
});

afterEach(() => {
  process.off("warning", onWarning);
  observer[Symbol.dispose]();
});

/** Prints all of it as a log would, and more. */
function expectSilence(count: number): void {
  expect(told.length).toBeGreaterThanOrEqual(count);
  const options = { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null };
  for (const [what, value] of [...told, ["a channel", observer.seen] as const]) {
    const text = inspect(value, options);
    expect([what, text.includes(TOKEN) ? text : ""]).toEqual([what, ""]);
  }
}

async function failure(what: string, opening: () => Promise<unknown>): Promise<void> {
  try {
    await opening();
  } catch (error) {
    told.push([what, error]);
  }
}

const HEADERS = { Authorization: `Bearer ${TOKEN}`, Cookie: `s=${TOKEN}`, "X-Api-Key": TOKEN };

it("options that cannot be used are refused without their values [A30]", async () => {
  const rows: readonly [url: string, options: ConnectOptions][] = [
    [`ftp://user:${TOKEN}@h/?t=${TOKEN}`, {}],
    [`ws://user:${TOKEN}@[::/?t=${TOKEN}`, {}],
    [`ws://user:${TOKEN}@h:99999/?t=${TOKEN}`, {}],
    [`//user:${TOKEN}@h/?t=${TOKEN}`, {}],
    [`ws://h/?t=${TOKEN}#${TOKEN}`, {}],
    ["ws://h/", { proxy: `socks5://user:${TOKEN}@p` }],
    ["ws://h/", { proxy: `http://user:${TOKEN}@[p` }],
    ["ws://h/", { proxy: `user:${TOKEN}@p:99999` }],
    ["ws://h/", { headers: { Authorization: `${TOKEN}\n` } }],
    ["ws://h/", { headers: { Cookie: `${TOKEN}\0` } }],
    ["ws://h/", { headers: { "Sec-WebSocket-Protocol": TOKEN } }],
    ["ws://h/", { subprotocols: [`${TOKEN} `] }],
    ["ws://h/", { subprotocols: [TOKEN, TOKEN] }],
    ["ws://h/", { origin: `${TOKEN}\r\n` }],
  ];
  const { createConnection } = memoryPeer(); // nothing here gets as far as a connection
  for (const [url, options] of rows) {
    const all = { createConnection: options.proxy === undefined ? createConnection : undefined };
    const clock = new FakeClock();
    const opening = failure(`connect with ${Object.keys(options).join()} to ${url}`, () =>
      connect(url, { ...all, clock, ...options }),
    );
    clock.advance(60_000);
    await opening;
    await failure(`WebSocket to ${url}`, async () => {
      if (options.proxy === undefined) new WebSocket(url, { ...all, ...options }).close();
    });
  }
  expectSilence(rows.length);
});

it.each([
  ["a refusal by the server", undefined, ["HTTP/1.1 401 No"]],
  ["a redirect that may not be followed", undefined, [`HTTP/1.1 302 Go`, "Location: http://["]],
  ["a redirect to plain text", undefined, ["HTTP/1.1 307 Go", "Location: ws://h/there"]],
  ["a 101 that is wrong", undefined, ["HTTP/1.1 101 Yes", "Upgrade: websocket"]],
] as const)(
  "a request that ends in %s is told without its secrets [A30]",
  async (what, _, lines) => {
    const { peer, createConnection } = memoryPeer();
    const opening = failure(what, () =>
      connect(`ws://user:${TOKEN}@h/?t=${TOKEN}`, {
        createConnection,
        headers: { "X-Api-Key": TOKEN, Cookie: TOKEN },
        subprotocols: [TOKEN],
        followRedirects: true,
        clock: new FakeClock(),
      }),
    );
    await peer.answer([...lines, "Content-Length: 0"]);
    peer.end();
    await opening;
    expectSilence(1);
  },
);

it("a proxy that refuses is named without the user and the password [A30]", async () => {
  await using server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await server.listening();
  const proxy = `http://user:${TOKEN}@127.0.0.1:${portOf(server)}/`;
  await failure("a proxy that is none", () =>
    connect(`ws://user:${TOKEN}@h/?t=${TOKEN}`, { proxy, headers: HEADERS }),
  );
  await failure("a proxy that is not there", () =>
    connect(`ws://user:${TOKEN}@h/?t=${TOKEN}`, {
      proxy: `http://user:${TOKEN}@127.0.0.1:1`,
      headers: HEADERS,
    }),
  );
  expectSilence(2);
});

it("a contract refuses and counts messages without their texts [A30]", async () => {
  const isText = (value: unknown): value is string => value === "fine";
  const contract = defineContract({
    fromClient: { say: isText, ask: { request: isText, response: isText } },
    fromServer: {},
  });
  const connection = new FakeConnection();
  const counters = contractCounters();
  const onHandlerError = (...values: unknown[]): void => void told.push(["an error", values]);
  const onRefused = (refusal: unknown): void => void told.push(["a refusal", refusal]);
  contract.serve(connection, {
    counters,
    onHandlerError,
    onRefused,
    handlers: { say: () => Promise.reject(new Error("a handler")) },
  });
  for (const message of [
    `{ "${TOKEN}`,
    JSON.stringify({ type: TOKEN, data: TOKEN }),
    JSON.stringify({ type: "say", data: TOKEN }),
    JSON.stringify({ type: "ask", id: 1, data: TOKEN }),
    JSON.stringify({ [TOKEN]: TOKEN }),
    JSON.stringify({ type: "say", data: "fine", more: TOKEN }),
    JSON.stringify({ reply: 7, data: TOKEN }),
  ]) {
    void connection.receive(message);
    await settle();
  }
  told.push(["what the peer is answered", connection.sent], ["counts", counters]);
  expectSilence(7);
});

it("a manager and its cluster tell of messages that they cannot use without their texts [A30]", async () => {
  const clock = new FakeClock();
  const broker = new MemoryBroker();
  const onHandlerError = (...values: unknown[]): void => void told.push(["an error", values]);
  const manager = new ConnectionManager({
    clock,
    broker,
    onHandlerError,
    rateLimit: { messagesPerSecond: 1, burst: 1, whenExceeded: "close" },
    authenticateFirst: { check: (message) => message === TOKEN },
  });
  const names = [
    "cluster",
    "refused",
    "removed",
    "created",
  ] as const satisfies readonly (keyof ManagerEvents<unknown>)[];
  for (const name of names) manager.on(name, (...values) => void told.push([name, values]));
  manager.on("message", () => {});
  for (const first of [TOKEN, `not the ${TOKEN}`]) {
    const peer = new RawPeer({ clock, onHandlerError });
    manager.add(peer.connection);
    peer.send(frame(TEXT, first));
    await settle();
    peer.send(frame(TEXT, TOKEN), frame(TEXT, TOKEN));
    await settle();
    told.push(["a reason", closeOf(peer)], ["a close", await ended(peer)]);
  }
  await broker.publish(EVERYBODY, Buffer.from(`{"v":1,"from":"${TOKEN}","body":"${TOKEN}"}`));
  await broker.publish(EVERYBODY, Buffer.from(TOKEN));
  await settle();
  const metrics = manager.metrics();
  told.push(["metrics", metrics], ["text", prometheusText(metrics)]);
  const ending = manager.shutdown({ deadlineMs: 1 });
  for (let i = 0; i < 3; i++) {
    await settle();
    clock.advance(2_000);
  }
  await ending;
  expectSilence(6);
});

async function ended(peer: RawPeer): Promise<unknown> {
  peer.socket.destroy();
  peer.connection.terminate();
  return peer.connection.closed;
}

it.each([
  ["connect", `ftp://user:${TOKEN}@h/?t=${TOKEN}`],
  ["connect", `ws://user:${TOKEN}@127.0.0.1:1/?t=${TOKEN}`],
  ["connect", "--header", `Authorization Bearer ${TOKEN}`, "ws://127.0.0.1:1/"],
  ["connect", "--header", `Authorization: Bearer ${TOKEN}`, "ws://127.0.0.1:1/"],
  ["connect", `--headr=Authorization: ${TOKEN}`, "ws://127.0.0.1:1/"],
  ["connect", "--headers", `Authorization: ${TOKEN}`, "ws://127.0.0.1:1/"],
  ["connect", `--compress=${TOKEN}`, "ws://127.0.0.1:1/"],
  ["connect", "ws://127.0.0.1:1/", `ws://user:${TOKEN}@h/`],
  ["echo", `--prt=${TOKEN}`],
  ["connect", "--proxy", `socks5://user:${TOKEN}@h`, "ws://127.0.0.1:1/"],
  ["connect", "--subprotocol", `${TOKEN} ${TOKEN}`, "ws://127.0.0.1:1/"],
])("the command line complains without secrets: %s %s [A30]", async (...args) => {
  const terminal = new TestTerminal();
  expect(await terminal.run(...args)).not.toBe(0);
  told.push(["complaint", terminal.complained], ["output", terminal.printed]);
  expect(terminal.complained).not.toBe("");
  expectSilence(2);
});
