// terminate() is at once, and what was sent before it reaches a peer that reads: the 101, too.
import { describe, expect, it } from "vitest";
import { connect, type ServerOptions, WebSocketServer } from "../../../src/index.js";
import type { WebSocketConnection } from "../../../src/node/connection/connection.js";
import { CA, KEY, LOCALHOST } from "../../support/certificates/index.js";
import { RawClient, upgradeRequest } from "../../support/raw-client.js";
import { RawPeer, settle } from "../../support/raw-peer.js";
import { startServer, WAYS_IN } from "../../support/server-under-test.js";
import { BINARY, TEXT, utf8 } from "../../support/wire-frame.js";

const text = (payload: Uint8Array): string => Buffer.from(payload).toString();

function lastWords(connection: WebSocketConnection): void {
  connection.send("last");
  connection.send(Buffer.alloc(10_000, "words"));
  connection.terminate();
}

describe.each(WAYS_IN)("on a server reached by its %s", (wayIn) => {
  it.each<[string, (connection: WebSocketConnection) => void]>([
    ["in the connection listener", lastWords],
    ["in the turn after it", (connection) => void setImmediate(lastWords, connection)],
    ["in a microtask", (connection) => queueMicrotask(() => lastWords(connection))],
  ])("the 101 and the messages before it arrive: %s", async (_when, act) => {
    await using site = await startServer({}, wayIn);
    site.server.on("connection", act);
    using client = await RawClient.send(site, upgradeRequest());
    expect((await client.head()).startLine).toContain("101");
    expect(await client.frame()).toMatchObject({ opcode: TEXT, payload: utf8("last") });
    const long = await client.frame();
    expect({ ...long, payload: text(long.payload) }).toMatchObject({
      opcode: BINARY,
      payload: "words".repeat(2_000),
    });
    await client.ended();
  });
});

describe.each<[string, ServerOptions]>([
  ["TCP", {}],
  ["TLS", { tls: { key: KEY, cert: LOCALHOST } }],
])("over %s", (_name, options) => {
  it("both ends hand over what they have sent", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
    await server.listening();
    const got: unknown[] = [];
    const ended: unknown[] = [];
    server.on("connection", (connection) => {
      connection.on("message", (message) => {
        got.push(message);
        lastWords(connection); // in the middle of reading
      });
      connection.on("close", ({ code }) => ended.push(code));
    });
    const tls = { ca: CA, servername: "localhost" };
    const [one, two] = await Promise.all([
      connect(server.url, { tls }),
      connect(server.url, { tls }),
    ]);
    one.send("question");
    const answers: string[] = [];
    for await (const message of one) answers.push(message.toString().slice(0, 5));
    expect(answers).toEqual(["last", "words"]);

    two.send("from a client");
    two.terminate();
    await expect.poll(() => ended.length).toBe(2);
    expect(got).toEqual(["question", "from a client"]);
    await server.shutdown();
  });
});

describe("what was sent before terminate()", () => {
  it("is written for who asks, when the system has taken it all", async () => {
    await using site = await startServer();
    const told: unknown[] = [];
    const calls: string[] = [];
    site.server.on("connection", (connection) => {
      const onWritten = (error?: Error): void => {
        told.push(error);
        calls.push("told");
      };
      connection.send("last", { onWritten });
      void connection.flushed().then((isFlushed) => told.push(isFlushed));
      connection.terminate();
      calls.push("terminate() has returned");
      void connection.closed.then(() => calls.push("closed"));
    });
    using client = await RawClient.send(site, upgradeRequest());
    await client.ended();
    await expect.poll(() => calls.length).toBe(3);
    expect(told).toEqual([undefined, true]);
    expect(calls).toEqual(["terminate() has returned", "told", "closed"]);
  });

  it("is no hindrance, whatever the transport throws", async () => {
    const { connection, transport } = new RawPeer();
    transport.write = () => {
      throw new Error("this transport throws");
    };
    connection.send("x");
    connection.terminate();
    expect(transport.destroyed).toBe(true);
    await settle();
    expect(await connection.closed).toMatchObject({ error: { code: "TERMINATED" } });
  });
});
