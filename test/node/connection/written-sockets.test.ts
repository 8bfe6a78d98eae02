// When the system has taken what was sent, on real sockets: TCP, TLS and a Unix socket.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  connect,
  type ConnectOptions,
  type ServerOptions,
  type WebSocketConnection,
  WebSocketServer,
} from "../../../src/index.js";
import { CA, KEY, LOCALHOST } from "../../support/certificates/index.js";
import { eventually } from "../../support/raw-peer.js";

const folder = mkdtempSync(path.join(tmpdir(), "written-"));
const socketPath = path.join(folder, "socket");

afterAll(() => rmSync(folder, { recursive: true }));

const WAYS: readonly [
  string,
  ServerOptions,
  (server: WebSocketServer) => string,
  ConnectOptions,
][] = [
  ["TCP", { port: 0, host: "127.0.0.1" }, ({ url }) => url, {}],
  [
    "TLS",
    { port: 0, host: "127.0.0.1", tls: { key: KEY, cert: LOCALHOST } },
    ({ url }) => url,
    { tls: { ca: CA, servername: "localhost" } },
  ],
  ["a Unix socket", { socketPath }, () => "ws://localhost/", { socketPath }],
];

/** Both ends of a connection. The client does not read before it is told to. */
async function ends([, options, urlOf, connectOptions]: (typeof WAYS)[number]) {
  const server = new WebSocketServer({ ...options, perMessageDeflate: false });
  await server.listening();
  const accepted = new Promise<WebSocketConnection>((resolve) => {
    server.once("connection", (connection) => resolve(connection));
  });
  const client = await connect(urlOf(server), { ...connectOptions, maxMessageBytes: Infinity });
  client.pause();
  return { server, client, sender: await accepted };
}

describe.each(WAYS)("over %s", (...way) => {
  it("a buffer that is filled again after flushed() arrives as it was sent [M09]", async () => {
    const { server, client, sender } = await ends(way);
    const wrong: number[] = [];
    let count = 0;
    client.on("message", (message) => {
      const number = ++count;
      if ([...new Set(Buffer.from(message))].join() !== `${number}`) wrong.push(number);
    });
    void eventually(() => sender.bufferedAmount > 0).then(() => client.resume()); // the system takes no more
    const buffer = Buffer.alloc(100 * 1024);
    for (let number = 1; number <= 100; number++) {
      buffer.fill(number);
      if (number % 2 === 0) {
        sender.send(buffer);
        expect(await sender.flushed()).toBe(true);
      } else {
        await new Promise<unknown>((onWritten) => sender.send(buffer, { onWritten }));
      }
    }
    buffer.fill(255);
    sender.close(1000);
    await client.closed;
    expect({ count, wrong }).toEqual({ count: 100, wrong: [] });
    await server.shutdown();
  });

  it("what terminate() drops was not written, whatever the socket says", async () => {
    const { server, client, sender } = await ends(way);
    const errors: unknown[] = [];
    const long = Buffer.alloc(64 * 1024 * 1024); // more than the system takes
    sender.send(long, { onWritten: (error) => errors.push(error) });
    const flushed = sender.flushed();
    await eventually(() => sender.bufferedAmount > 0);
    sender.terminate();
    await sender.closed;
    expect(await flushed).toBe(false);
    expect(errors).toEqual([expect.objectContaining({ code: "NOT_WRITTEN" })]);
    client.terminate();
    await server.shutdown();
  });
});
