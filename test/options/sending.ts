/** What the options of single calls do: of a message, a close, a shutdown, an upgrade, a guard's refusal. */
import { createServer } from "node:http";
import {
  type GuardRefusal,
  type MessageOptions,
  prepareMessage,
  type SendOptions,
  type ShutdownOptions,
  type UpgradeOptions,
  type WebSocketConnection,
  WebSocketServer,
  type WrittenOptions,
} from "../../src/index.js";
import { FakeClock } from "../support/clock.js";
import { answerTo, fieldOf, portOf, RawClient, upgradeRequest } from "../support/raw-client.js";
import { eventually, NO_DEFLATE_LIMITS, RawPeer } from "../support/raw-peer.js";
import { startServer } from "../support/server-under-test.js";
import { frame, type ReceivedFrame, TEXT } from "../support/wire-frame.js";
import { listen } from "../support/wire-transport.js";
import { row, rowOn, type Table } from "./row.js";

const BYTES = Buffer.from("a message of text, as bytes, which is long enough to be compressed");

/** What our end sends, first of all, when `act` is done with it. */
async function sentBy(
  act: (connection: WebSocketConnection<string>) => unknown,
): Promise<ReceivedFrame> {
  const peer = new RawPeer({ deflate: NO_DEFLATE_LIMITS });
  act(peer.connection);
  const first = await peer.next();
  peer.connection.terminate();
  return first;
}

const SENDS = {
  "send()": (connection: WebSocketConnection<string>, options: SendOptions) =>
    connection.send(BYTES, options),
  "prepareMessage()": (connection: WebSocketConnection<string>, options: SendOptions) =>
    connection.send(prepareMessage(BYTES, options)),
};

const STREAMS = {
  "sendStream()": (connection: WebSocketConnection<string>, { type }: SendOptions) =>
    connection.sendStream([BYTES], { type }),
};

export const SENDING: Table<SendOptions> = {
  type: rowOn(
    { ...SENDS, ...STREAMS },
    [undefined, "binary", "text"] as const,
    async (send, type) => (await sentBy((connection) => send(connection, { type }))).opcode,
    [2, 2, TEXT],
  ),
  compress: rowOn(
    SENDS,
    [true, false],
    async (send, compress) => (await sentBy((connection) => send(connection, { compress }))).rsv,
    [4, 0],
  ),
};

const WRITES = {
  "send()": (connection: WebSocketConnection<string>, options: WrittenOptions) =>
    connection.send("a", options),
  "ping()": (connection: WebSocketConnection<string>, options: WrittenOptions) =>
    connection.ping("a", options).catch(() => {}),
  "pong()": (connection: WebSocketConnection<string>, options: WrittenOptions) =>
    connection.pong("a", options),
};

const writtenOn = (ways: Partial<typeof WRITES>) =>
  rowOn(
    ways,
    ["one", "another"],
    async (send, name) => {
      const told: unknown[] = [];
      await sentBy((connection) => send?.(connection, { onWritten: () => told.push(name) }));
      await eventually(() => told.length > 0);
      return told;
    },
    [["one"], ["another"]],
  );

export const MESSAGE: Table<MessageOptions> = {
  ...SENDING,
  onWritten: writtenOn({ "send()": WRITES["send()"] }),
};

export const WRITTEN: Table<WrittenOptions> = { onWritten: writtenOn(WRITES) };

export const CLOSING: Table<NonNullable<Parameters<WebSocketConnection["close"]>[2]>> = {
  waitForHandlerMs: row(
    [0, 1_000],
    async (waitForHandlerMs) => {
      const peer = new RawPeer();
      let answer: (() => void) | undefined;
      peer.connection.on("message", async () => {
        await new Promise<void>((resolve) => (answer = resolve));
        peer.connection.send("the answer");
      });
      peer.message("a question");
      await eventually(() => answer !== undefined);
      peer.connection.close(1000, "", { waitForHandlerMs });
      answer?.();
      return (await peer.next()).opcode;
    },
    [8, TEXT],
  ),
};

/** The Close frame that clients get from a server that is shut down. */
async function goodbye(options: ShutdownOptions): Promise<string> {
  await using under = await startServer();
  using client = await RawClient.send(under, upgradeRequest());
  await client.head();
  void under.server.shutdown({ deadlineMs: 0, ...options });
  const payload = Buffer.from((await client.frame()).payload);
  return `${payload.readUInt16BE()} ${payload.subarray(2).toString()}`;
}

export const SHUTDOWN: Table<ShutdownOptions> = {
  deadlineMs: row(
    // The second number is closeTimeoutMs, which a client has at most.
    [
      [5_000, 60_000],
      [20_000, 60_000],
      [20_000, 10_000],
    ] as const,
    async ([deadlineMs, closeTimeoutMs]) => {
      const clock = new FakeClock();
      await using under = await startServer({ clock, closeTimeoutMs });
      using client = await RawClient.send(under, upgradeRequest());
      await client.head();
      const done = under.server.shutdown({ deadlineMs });
      await client.frame();
      const [connection] = under.server.connections;
      clock.advance(15_000);
      client.sendFrames(frame(8, Uint8Array.of(0x03, 0xe9)));
      client.socket.end();
      await done;
      return (await connection?.closed)?.wasClean;
    },
    [false, true, false],
  ),
  code: row([undefined, 1012], (code) => goodbye({ code }), ["1001 ", "1012 "]),
  reason: row(["", "soon"], (reason) => goodbye({ reason }), ["1001 ", "1001 soon"]),
};

export const UPGRADE: Table<UpgradeOptions<string>> = {
  data: row(
    ["ada", "bob", false] as const,
    async (data) => {
      const server = new WebSocketServer<string>();
      const http = createServer();
      http.on("upgrade", (request, socket, head) => {
        server.handleUpgrade(request, socket, head, { data });
      });
      await listen(http);
      let got: string | undefined;
      server.on("connection", (connection) => void (got = connection.data));
      using client = await RawClient.send({ port: portOf(http) }, upgradeRequest());
      const { httpStatus } = await client.answer();
      await server.shutdown({ deadlineMs: 0 });
      http.close();
      return [httpStatus, got];
    },
    [
      [101, "ada"],
      [101, "bob"],
      [401, undefined],
    ],
  ),
};

/** What a client gets that a guard refuses, and what listeners are told. */
async function refusedWith(refusal: Partial<GuardRefusal>) {
  await using under = await startServer();
  under.server.addGuard(() => ({
    type: "refuse",
    refusal: { httpStatus: 503, reason: "full", ...refusal },
  }));
  const answer = await answerTo(under, upgradeRequest());
  return { ...answer, refused: under.refused[0], field: fieldOf(answer, "x-name") };
}

export const GUARD: Table<GuardRefusal> = {
  httpStatus: row(
    [503, 429],
    async (httpStatus) => (await refusedWith({ httpStatus })).httpStatus,
    [503, 429],
  ),
  headers: row(
    ["one", "two"],
    async (name) => (await refusedWith({ headers: { "X-Name": name } })).field,
    ["one", "two"],
  ),
  body: row(["one", "two"], async (body) => (await refusedWith({ body })).body, ["one", "two"]),
  reason: row(["one", "two"], async (reason) => (await refusedWith({ reason })).refused?.reason, [
    "one",
    "two",
  ]),
  close: row(
    [undefined, { code: 4001, reason: "full" }],
    async (close) => {
      const { httpStatus, refused } = await refusedWith({ close });
      return [httpStatus, refused?.closeCode];
    },
    [
      [503, undefined],
      [101, 4001],
    ],
  ),
};
