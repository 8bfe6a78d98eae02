import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ServerRequest, type WebSocketConnection, WebSocketServer } from "../../src/index.js";
import { portOf } from "../support/raw-client.js";
import { PATIENCE_MS } from "../support/wire-signal.js";
import { listen } from "../support/wire-transport.js";
import { TestTerminal } from "./terminal.js";

describe("plainsocket connect", () => {
  let server: WebSocketServer;
  const requests: ServerRequest[] = [];
  let opened: Promise<WebSocketConnection>;

  beforeEach(async () => {
    server = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      origins: "*",
      subprotocols: ["chat"],
    });
    opened = new Promise((resolve) => {
      server.on("connection", (connection, request) => {
        requests.push(request);
        connection.on("message", (message) => connection.send(`you said ${message.toString()}`));
        resolve(connection);
      });
    });
    await server.listening();
  });

  afterEach(() => server.shutdown({ deadlineMs: 0 }));

  it("sends lines, shows answers, and closes at the end of input", async () => {
    const terminal = new TestTerminal();
    const done = terminal.run("connect", server.url);
    await terminal.sees("connected\n");
    terminal.type("hello");
    await terminal.sees("< you said hello\n");
    terminal.input.end();
    expect(await (await opened).closed).toMatchObject({ code: 1000, wasClean: true });
    expect(await done).toBe(0);
    expect(terminal.printed).toContain("closed with 1000");
  });

  it("sends what its options say", async () => {
    const terminal = new TestTerminal();
    const args = [
      "--subprotocol",
      "other",
      "--subprotocol",
      "chat",
      "--header",
      "X-Name: some value",
    ];
    const done = terminal.run(
      "connect",
      server.url,
      ...args,
      "--origin",
      "http://a.example",
      "--compress",
    );
    await terminal.sees("connected, chat, permessage-deflate");
    expect(requests.at(-1)).toMatchObject({
      origin: "http://a.example",
      subprotocols: ["other", "chat"],
    });
    expect(requests.at(-1)?.headers.get("x-name")).toBe("some value");
    terminal.interrupt();
    expect(await done).toBe(0);
  });

  it("shows the server's answer when asked, control characters as escapes", async () => {
    const redirector = createServer((socket) => {
      socket.once("data", () => {
        const escape = "X-Colour: \u009b31m";
        socket.end(`HTTP/1.1 302 Found\r\nLocation: ${server.url}\r\n${escape}\r\n\r\n`, "latin1");
      });
    });
    const port = await listen(redirector);
    const url = `ws://127.0.0.1:${port}/`;
    const refused = new TestTerminal();
    expect(await refused.run("connect", url)).toBe(1);
    const terminal = new TestTerminal();
    const done = terminal.run("connect", url, "--follow-redirects", "--show-response");
    await terminal.sees("connected\nUpgrade: websocket\n");
    await terminal.sees("Sec-WebSocket-Accept: ");
    terminal.interrupt();
    expect(await done).toBe(0);
    redirector.close();
  });

  it.skipIf(process.platform === "win32")("connects to a Unix socket", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plainsocket-"));
    await using local = new WebSocketServer({ socketPath: join(folder, "a.sock"), origins: "*" });
    await local.listening();
    const terminal = new TestTerminal();
    const done = terminal.run("connect", `ws+unix:${folder}/a.sock:/chat`);
    await terminal.sees("connected\n");
    terminal.interrupt();
    expect(await done).toBe(0);
    await rm(folder, { recursive: true });
  });

  it("asks a proxy for a tunnel, that of the environment when told so", async () => {
    const asked: string[] = [];
    const proxy = createServer((socket) => {
      socket.once("data", (chunk) => {
        asked.push(chunk.toString().split("\r\n")[0] ?? "");
        socket.end("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
      });
    });
    const url = `http://127.0.0.1:${await listen(proxy)}`;
    expect(await new TestTerminal().run("connect", "ws://h/", "--proxy", url)).toBe(1);
    for (const name of ["no_proxy", "NO_PROXY", "http_proxy", "ws_proxy", "WS_PROXY"]) {
      vi.stubEnv(name, "");
    }
    vi.stubEnv("HTTP_PROXY", url);
    expect(await new TestTerminal().run("connect", "ws://i/", "--proxy", "environment")).toBe(1);
    vi.unstubAllEnvs();
    expect(asked).toEqual(["CONNECT h:80 HTTP/1.1", "CONNECT i:80 HTTP/1.1"]);
    proxy.close();
  });

  it("shows control characters of the peer as escapes, in text, reasons and binary", async () => {
    const terminal = new TestTerminal();
    const done = terminal.run("connect", server.url);
    const connection = await opened;
    connection.send("red \u001b[31m\u0007\n\t\r\u202e\u009b\ufeff end é😀");
    connection.send(Buffer.from([27, 1]));
    await terminal.sees("< red \\x1b[31m\\x07\\n\\t\\r\\u202e\\x9b\\ufeff end é😀\n");
    await terminal.sees("< 2 bytes 1b01\n");
    connection.close(4000, "\u001b[2J");
    expect(await done).toBe(0);
    await terminal.sees("closed with 4000 \\x1b[2J");
    expect(terminal.printed).not.toContain("\u001b");
  });

  it("keeps the line that is being typed below what comes in", async () => {
    const terminal = new TestTerminal(20);
    const done = terminal.run("connect", server.url);
    await terminal.shows(["connected", ">"]);
    terminal.input.write("half a li");
    await terminal.shows(["connected", "> half a li"]);
    (await opened).send("interruption");
    await terminal.shows(["connected", "< interruption", "> half a li"]);
    terminal.input.write("ne\r");
    await terminal.shows([
      "connected",
      "< interruption",
      "> half a line",
      "< you said half a li",
      "ne",
      ">",
    ]);
    terminal.interrupt();
    expect(await done).toBe(0);
    await terminal.sees("closed with 1000");
  });

  it("keeps a line of several rows, and the place of the cursor in it", async () => {
    const terminal = new TestTerminal(20);
    const done = terminal.run("connect", server.url);
    await terminal.shows(["connected", ">"]);
    terminal.input.write("a line that is longer than three rows of the terminal 😀");
    const typed = ["> a line that is lon", "ger than three rows", "of the terminal 😀"];
    await terminal.shows(["connected", ...typed]);
    terminal.input.write("\u001b[D\u001b[D\u001b[D"); // to the left three times
    await vi.waitFor(
      () => expect(terminal.screen.cursor).toEqual({ row: 3, column: 14 }),
      PATIENCE_MS,
    );
    const connection = await opened;
    connection.send("one");
    connection.send("and two");
    await terminal.shows(["connected", "< one", "< and two", ...typed]);
    expect(terminal.screen.cursor).toEqual({ row: 5, column: 14 });
    terminal.input.write("L");
    terminal.input.write("\r");
    await terminal.sees("< you said a line that is longer than three rows of the terminaLl 😀");
    terminal.interrupt();
    expect(await done).toBe(0);
  });

  it("says where it failed, with the status and what the server said, and nothing secret", async () => {
    server.addGuard(() => ({
      type: "refuse",
      refusal: { httpStatus: 403, body: "no\u001b[2Jt you\nnor them", reason: "a test" },
    }));
    const terminal = new TestTerminal();
    const url = server.url.replace("//", "//user:hunter2@");

    expect(await terminal.run("connect", `${url}?token=s3same`)).toBe(1);
    expect(terminal.complained).toBe(
      `plainsocket: ${server.url}: the server did not switch protocols: it answered 403: "no\\x1b[2Jt you" (RFC 6455 §4.1)\n`,
    );
  });

  it("can be interrupted while it connects", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => {
      silent.listen(0, "127.0.0.1", resolve);
    });
    const terminal = new TestTerminal();
    const done = terminal.run("connect", `ws://127.0.0.1:${portOf(silent)}/`);
    terminal.interrupt();

    expect(await done).toBe(1);
    expect(terminal.complained).toContain("given up");
    silent.close();
  });

  it("shows every frame when asked to", async () => {
    const terminal = new TestTerminal();
    const done = terminal.run("connect", server.url, "--show-frames");
    await terminal.sees("connected");
    terminal.type("hé");
    await terminal.sees(/→ text FIN 3 bytes key [0-9a-f]{8} 68c3a9 "hé"\n/);
    await terminal.sees('← text FIN 12 bytes 796f7520736169642068c3a9 "you said hé"\n');
    const connection = await opened;
    void connection.ping("\u0001");
    await terminal.sees("← ping FIN 1 bytes 01\n");
    await terminal.sees(/→ pong FIN 1 bytes key [0-9a-f]{8} 01\n/);
    await connection.sendStream([Buffer.alloc(70)]);
    await terminal.sees(`← binary 70 bytes ${"00".repeat(64)}…\n`);
    await terminal.sees("← continuation FIN 0 bytes\n");
    terminal.interrupt();
    await done;
    await terminal.sees(/→ close FIN 2 bytes key [0-9a-f]{8} 03e8\n/);
  });

  it("says why it could not connect, with exit code 1", async () => {
    const { url } = server;
    await server.shutdown();
    const terminal = new TestTerminal();
    expect(await terminal.run("connect", url)).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(terminal.complained).toContain("ECONNREFUSED");
  });
});
