/** What the flags of the command do. */
import { vi } from "vitest";
import { connect, HandshakeError, WebSocketConnection, WebSocketServer } from "../../src/index.js";
import { TestTerminal } from "../cli/terminal.js";
import { freePort } from "../support/free-port.js";
import { StubServer } from "../support/stub-server.js";
import { type Head, valuesOf } from "../support/wire-handshake.js";
import { type Check, row, type Row } from "./row.js";

/** The names of the flags that a command says it has. */
export async function flagsOf(command: string): Promise<string[]> {
  const terminal = new TestTerminal();
  await terminal.run(command, "--no-such-flag");
  await vi.waitFor(() => {
    if (!terminal.complained.endsWith("\n")) throw new Error("it has said nothing yet");
  });
  return Array.from(
    terminal.complained.split("Its options are ")[1]?.matchAll(/--[\w-]+/g) ?? [],
    String,
  );
}

/** Starts `plainsocket echo`, and gives what `use` finds with its URL. */
async function echoing<Result>(
  args: readonly string[],
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const terminal = new TestTerminal();
  const done = terminal.run("echo", ...(args.includes("--port") ? [] : ["--port", "0"]), ...args);
  const url = (await terminal.sees(/ws:.*\n/)).trim();
  try {
    return await use(url);
  } finally {
    terminal.interrupt();
    await done;
  }
}

const flag = (
  name: string,
  observe: (args: string[]) => unknown,
  [without, with_]: unknown[],
): readonly Check[] => row([[], [name]], observe, [without, with_]);

/** How a client ends that sends these fragments. */
const echoOf = (args: string[], fragments: readonly string[]) =>
  echoing(args, async (url) => {
    const client = await connect(url);
    const echoed = new Promise((resolve) => void client.once("message", resolve));
    void client.sendStream(fragments);
    const outcome = await Promise.race([echoed, client.closed.then(({ code }) => code)]);
    client.terminate();
    return outcome;
  });

export const ECHO: Readonly<Record<string, Row>> = {
  "--port": row(
    ["0", "a free one"],
    async (which) => {
      const port = which === "0" ? which : String(await freePort());
      return await echoing(["--port", port], async (url) => url.includes(`:${port}/`));
    },
    [false, true],
  ),
  "--host": row(
    ["127.0.0.1", "0.0.0.0"],
    (host) => echoing(["--host", host], (url) => Promise.resolve(new URL(url).hostname)),
    ["127.0.0.1", "localhost"], // the second is all addresses
  ),
  "--compress": flag(
    "--compress",
    (args) =>
      echoing(args, async (url) => {
        const client = await connect(url);
        client.terminate();
        return client.extensions;
      }),
    ["", "permessage-deflate"],
  ),
  // The peer gets the same: what differs is what the server has to do.
  "--bytes": flag(
    "--bytes",
    async (args) => {
      const send = vi.spyOn(WebSocketConnection.prototype, "send");
      await echoOf(args, ["a"]);
      const isText = send.mock.calls.map(([message]) => typeof message === "string");
      send.mockRestore();
      return isText;
    },
    [[true], [false]],
  ),
  "--any-origin": flag(
    "--any-origin",
    (args) =>
      echoing(args, async (url) => {
        try {
          (await connect(url, { origin: "https://a.example" })).terminate();
          return "open";
        } catch (error) {
          return error instanceof HandshakeError && error.httpStatus;
        }
      }),
    [403, "open"],
  ),
  "--max-message-bytes": row(
    ["2", "3"],
    (bytes) => echoOf(["--max-message-bytes", bytes], ["abc"]),
    [1009, "abc"],
  ),
  "--max-fragments": row(["1", "3"], (count) => echoOf(["--max-fragments", count], ["a", "b"]), [
    1008,
    "ab",
  ]),
  "--help": flag("--help", (args) => helps("echo", args), [false, true]),
};

/** Whether a command only says what it can do. */
async function helps(command: string, args: readonly string[]): Promise<boolean> {
  const terminal = new TestTerminal();
  terminal.interrupt();
  const stub = await StubServer.start();
  const target = command === "echo" ? ["--port", "0"] : [`ws://${stub.authority}/`];
  await terminal.run(command, ...target, ...args);
  await stub[Symbol.asyncDispose]();
  return terminal.printed.includes(`plainsocket ${command} `);
}

/** The head that `plainsocket connect` with these flags sends. */
async function headOf(args: readonly string[]): Promise<Head> {
  await using stub = await StubServer.start();
  const done = new TestTerminal().run("connect", `ws://${stub.authority}/`, ...args);
  const peer = await stub.next();
  const head = await peer.head();
  peer.socket.destroy();
  await done;
  return head;
}

/** All that `plainsocket connect` with these flags prints of a connection to a server of ours, and its exit code. */
async function printedBy(args: readonly string[], isMoved = false): Promise<[string, number]> {
  await using server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    responseHeaders: { "X-Name": "value" },
  });
  server.on("connection", (connection) => connection.close(4000));
  await server.listening();
  await using stub = await StubServer.start();
  const terminal = new TestTerminal();
  const url = isMoved ? `ws://${stub.authority}/` : server.url;
  const done = terminal.run("connect", url, ...args);
  if (isMoved) {
    const moved = ["HTTP/1.1 307 Moved", `Location: ${server.url}`, "Content-Length: 0"];
    await (await stub.next()).answer(moved);
  }
  const code = await done;
  return [terminal.printed, code];
}

const printed = async (args: readonly string[], text: string): Promise<boolean> =>
  (await printedBy(args))[0].includes(text);

const sentField = async (args: readonly string[], name: string): Promise<string | undefined> =>
  valuesOf(await headOf(args), name)[0];

export const CONNECT: Readonly<Record<string, Row>> = {
  "--subprotocol": row(
    [[], ["a", "b"]],
    (names) =>
      sentField(
        names.flatMap((name) => ["--subprotocol", name]),
        "sec-websocket-protocol",
      ),
    [undefined, "a, b"],
  ),
  "--header": row(
    ["X-Name: one", "X-Name: two"],
    (line) => sentField(["--header", line], "x-name"),
    ["one", "two"],
  ),
  "--origin": row(
    ["https://a", "https://b"],
    (origin) => sentField(["--origin", origin], "origin"),
    ["https://a", "https://b"],
  ),
  "--proxy": row(
    [false, true],
    async (isGiven) => {
      await using proxy = await StubServer.start();
      const url = `ws://${proxy.authority}/`;
      const args = isGiven ? ["--proxy", `http://${proxy.authority}`] : [];
      const done = new TestTerminal().run("connect", url, ...args);
      const peer = await proxy.next();
      const { startLine } = await peer.head();
      peer.socket.destroy();
      await done;
      return startLine.split(" ")[0];
    },
    ["GET", "CONNECT"],
  ),
  "--follow-redirects": flag(
    "--follow-redirects",
    async (args) => (await printedBy(args, true))[1],
    [1, 0],
  ),
  "--show-response": flag("--show-response", (args) => printed(args, "X-Name: value"), [
    false,
    true,
  ]),
  "--compress": flag("--compress", (args) => sentField(args, "sec-websocket-extensions"), [
    undefined,
    "permessage-deflate; client_max_window_bits",
  ]),
  "--show-frames": flag("--show-frames", (args) => printed(args, "FIN"), [false, true]),
  "--help": flag("--help", (args) => helps("connect", args), [false, true]),
};
