// A token that a client puts wherever it can shows up nowhere, whatever goes wrong.
import { Console } from "node:console";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ConnectionManager, prometheusText } from "../../../src/manager/index.js";
import { acceptThenClose, connect, reject, type WebSocketServer } from "../../../src/node/index.js";
import { Observer } from "../../support/diagnostics.js";
import { RawClient, upgradeRequest } from "../../support/raw-client.js";
import { eventually, settle } from "../../support/raw-peer.js";
import { startServer } from "../../support/server-under-test.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  frame,
  hex,
  PING,
  TEXT,
  utf8,
} from "../../support/wire-frame.js";

const TOKEN = "tok3n0f1234567890secret";

/** A request with the token in every place of it, but the path: that is no place for one. */
function requestWithToken(path: string, fields: Record<string, string | undefined> = {}) {
  return upgradeRequest(`${path}?token=${TOKEN}`, {
    authorization: `Bearer ${TOKEN}`,
    cookie: `session=${TOKEN}`,
    "sec-websocket-protocol": `chat, ${TOKEN}`,
    "x-api-key": TOKEN,
    ...fields,
  });
}

/** All text there is in a value, at any depth, hidden properties and causes included. */
function textOf(value: unknown): string {
  const options = {
    depth: 20,
    showHidden: true,
    maxStringLength: Infinity,
    maxArrayLength: Infinity,
  };
  return inspect(value, options);
}

/** Everything that anybody could log. */
const told: [from: string, what: unknown][] = [];
let observer: Observer;
let server: WebSocketServer<unknown>;
let manager: ConnectionManager;
let close: () => Promise<void>;
let port: number;
let warnings: Error[];
const onWarning = (warning: Error): void => void warnings.push(warning);

beforeEach(async () => {
  told.length = 0;
  warnings = [];
  process.on("warning", onWarning);
  observer = new Observer();
  const under = await startServer<unknown>({
    origins: ["https://app.example"],
    maxBufferedBytes: 10_000,
    maxMessageBytes: 10_000,
    bufferPolicy: "close",
    subprotocols: ["chat"],
    responseHeaders: ({ path }) => (path === "/bad-headers" ? { "": "" } : {}),
    authenticate: ({ path, query }) => {
      if (path === "/reject") return reject(401);
      if (path === "/accept-then-close") return acceptThenClose(4401, "log in");
      if (path === "/throw") throw new Error("the database is down");
      return { user: query.get("token") }; // an application may well keep it there
    },
    onHandlerError: (error) => told.push(["onHandlerError", error]),
  });
  ({ server, port } = under);
  close = async () => under[Symbol.asyncDispose]();
  server.on("refused", (refusal, request) => told.push(["refused", [refusal, request]]));
  manager = new ConnectionManager({
    server,
    rateLimit: { messagesPerSecond: 3, burst: 5, whenExceeded: "drop" },
    authenticateFirst: { check: (message) => message === `auth ${TOKEN}` },
    onHandlerError: (error) => told.push(["manager.onHandlerError", error]),
  });
  manager.on("message", (connection, message) => {
    if (message === "throw") throw new Error("the application failed");
    if (message === "flood") for (let i = 0; i < 500; i++) connection.send("x".repeat(20_000));
  });
  manager.on("close", (_, info) => told.push(["close", info.error]));
});

afterEach(async () => {
  observer[Symbol.dispose]();
  process.off("warning", onWarning);
  await close();
});

/** Sends a request with the token, and then `frames`; waits until the server is done with it. */
async function visit(path: string, fields = {}, frames = [frame(CLOSE, closePayload(1000))]) {
  using client = await RawClient.send({ port }, requestWithToken(path, fields));
  const { startLine } = await client.head();
  if (startLine.includes(" 101 ")) {
    client.sendFrames(...frames);
    expect(await client.frame()).toMatchObject({ opcode: CLOSE });
    client.sendFrames(frame(CLOSE));
  }
  await client.ended();
  client.socket.end();
  return startLine;
}

const auth = frame(TEXT, `auth ${TOKEN}`);

it("a token in query, header fields, subprotocols and messages is in no metric, event or error [A30]", async () => {
  // Refused handshakes, by every row that a request can meet.
  for (const fields of [
    { origin: "https://elsewhere.example" },
    { "sec-websocket-key": TOKEN },
    { "sec-websocket-version": TOKEN },
    { "sec-websocket-version": "12" },
    { "sec-websocket-extensions": `permessage-deflate; ${TOKEN}=;` },
    { "sec-websocket-protocol": `${TOKEN}, ${TOKEN}` },
    { "sec-websocket-protocol": `(${TOKEN})` },
    { upgrade: TOKEN },
    { connection: TOKEN },
    { host: `${TOKEN}:${TOKEN}` },
    { "content-length": "5" },
    { "x-long": TOKEN.repeat(1_000) },
    { "x-control": `\u0001${TOKEN}` },
  ]) {
    expect(await visit("/", fields)).not.toContain(" 101 ");
  }
  for (const path of ["/reject", "/throw", "/bad-headers"]) await visit(path);
  await visit("/accept-then-close");

  // Connections that end in every way: broken rules, limits, the application, first messages.
  const bad = [
    [frame(TEXT, "auth wrong")],
    [auth, frame(TEXT, hex("ff"))],
    [auth, frame(BINARY, TOKEN, { rsv: 2 })],
    [auth, frame(0x3, TOKEN)],
    [auth, frame(PING, TOKEN.repeat(6))],
    [auth, frame(CLOSE, utf8("x"))],
    [auth, frame(CLOSE, closePayload(4000, TOKEN))],
    [auth, frame(TEXT, TOKEN.repeat(1_000))],
    [auth, frame(TEXT, "throw")],
    [auth, ...Array.from({ length: 10 }, () => frame(TEXT, TOKEN)), frame(CLOSE)],
  ];
  for (const frames of bad) expect(await visit("/", {}, frames)).toContain(" 101 ");

  // A client that does not read, one that vanishes, and one whose server turns it away.
  const deaf = await RawClient.send({ port }, requestWithToken("/"));
  await deaf.head();
  deaf.socket.pause();
  deaf.sendFrames(auth, frame(TEXT, "flood"));
  await eventually(() => observer.on("connection:backpressure").length > 0);
  deaf.socket.destroy();
  const url = `ws://user:${TOKEN}@127.0.0.1:${port}/reject?token=${TOKEN}`;
  const options = { headers: { "X-Api-Key": TOKEN }, subprotocols: ["chat", TOKEN] };
  await connect(url, options).catch((error: unknown) => told.push(["connect", error]));
  await connect(`ws://127.0.0.1:1/?token=${TOKEN}`).catch((error: unknown) =>
    told.push(["connect", error]),
  );
  await eventually(() => manager.size === 0);
  await settle();

  // It is only worth something if all this has happened.
  const names = new Set(observer.seen.map(([name]) => name));
  expect([...names].toSorted()).toEqual([
    "connection:backpressure",
    "connection:closed",
    "connection:failed",
    "connection:opened",
    "handler:failed",
    "handshake:accepted",
    "handshake:refused",
  ]);
  const metrics = manager.metrics();
  expect(Object.keys(metrics.handshakes).length).toBeGreaterThanOrEqual(10);
  expect(Object.keys(metrics.protocolErrors).length).toBeGreaterThanOrEqual(5);
  expect(metrics.rateLimited).toEqual({ drop: expect.any(Number) });
  expect(metrics.handlerErrors).toBe(1);
  expect(told.length).toBeGreaterThan(25);

  expect(textOf(metrics)).not.toContain(TOKEN);
  expect(prometheusText(metrics)).not.toContain(TOKEN);
  expect(textOf(observer.seen)).not.toContain(TOKEN);
  expect(textOf(warnings)).not.toContain(TOKEN);
  for (const [from, what] of told) {
    const printed = new PassThrough();
    new Console(printed).log(from, what);
    const [text] = await once(printed, "data");
    expect(String(text)).not.toContain(TOKEN);
    if (what instanceof Error) expect(textOf([what.message, what.stack])).not.toContain(TOKEN);
  }
});
