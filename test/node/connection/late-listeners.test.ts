// Listeners that come late, on every way in and for every end: messages, then close, once, never inside on() [M05].
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import type { WebSocketConnection } from "../../../src/node/connection/connection.js";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { RawClient, upgradeRequest } from "../../support/raw-client.js";
import { eventually, settle } from "../../support/raw-peer.js";
import { ALL_WAYS_IN, startServer } from "../../support/server-under-test.js";
import { StubServer } from "../../support/stub-server.js";
import {
  CLOSE,
  closePayload,
  concat,
  encodeFrame,
  frame,
  SCRIPT_KEY,
  TEXT,
  type WireFrame,
} from "../../support/wire-frame.js";

/** The other end of a connection of ours, whose first frames came in one segment with what opened it. */
interface Peer extends AsyncDisposable {
  readonly connection: WebSocketConnection;
  readonly send: (...frames: readonly WireFrame[]) => void;
  readonly end: () => void;
  readonly reset: () => void;
}

/** @param onOpen - Called as an application is, with the connection. */
type Open = (
  early: readonly WireFrame[],
  onOpen: (connection: WebSocketConnection) => void,
) => Promise<Peer>;

function serverWay(wayIn: (typeof ALL_WAYS_IN)[number]): Open {
  return async (early, onOpen) => {
    const served = await startServer({}, wayIn);
    const opened = new Promise<WebSocketConnection>((resolve) => {
      served.server.on("connection", (connection) => {
        onOpen(connection);
        resolve(connection);
      });
    });
    const frames = early.map((one) => encodeFrame(one, { maskingKey: SCRIPT_KEY }));
    const client = await RawClient.send(served, concat([upgradeRequest(), ...frames]));
    return {
      connection: await opened,
      send: (...later) => client.sendFrames(...later),
      end: () => client.socket.end(),
      reset: () => client.socket.resetAndDestroy(),
      [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
    };
  };
}

const connected: Open = async (early, onOpen) => {
  const server = await StubServer.start();
  const opening = connect(`ws://${server.authority}/`);
  const stub = await server.next();
  await stub.accept([], early);
  const connection = await opening;
  onOpen(connection);
  return {
    connection,
    send: (...later) => stub.send(...later),
    end: () => stub.end(),
    reset: () => stub.reset(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

const WAYS: readonly [name: string, open: Open][] = [
  ...ALL_WAYS_IN.map((wayIn): [string, Open] => [wayIn, serverWay(wayIn)]),
  ["connect", connected],
];

const MESSAGES = [frame(TEXT, "1"), frame(TEXT, "2")];
const BYE = frame(CLOSE, closePayload(4000));

/** What is done once the peer's first frames have been read, and the code that `close` has then. */
// oxfmt-ignore
const ENDS: readonly [name: string, code: number, early: readonly WireFrame[], end: (peer: Peer) => void][] = [
  ["the peer closes",                     4000, MESSAGES,             (peer) => (peer.send(BYE), peer.end())],
  ["it closes with its first bytes",      4000, [...MESSAGES, BYE],   (peer) => peer.end()],
  ["its process ends",                    1006, MESSAGES,             (peer) => peer.end()],
  ["it resets the connection",            1006, MESSAGES,             (peer) => peer.reset()],
  ["it breaks a rule",                    1006, MESSAGES,             (peer) => (peer.send(frame(11)), peer.end())],
  ["it does not answer our Close frame",  1006, MESSAGES,             (peer) => (peer.connection.close(1000), peer.reset())],
];

function listen(connection: WebSocketConnection, log: string[]): void {
  let isInside = true;
  const note = (text: string): unknown => log.push(isInside ? `${text}, inside on()` : text);
  connection.on("close", ({ code }) => note(`close ${code}`));
  connection.on("message", (message) => note(message.toString()));
  isInside = false;
}

type Come = (connection: WebSocketConnection, log: string[]) => unknown;

// oxfmt-ignore
const LATE: readonly [what: string, come: Come, expected: (code: number) => string[]][] = [
  ["listeners for both",     listen,                                                                      (code) => ["1", "2", `close ${code}`]],
  ["one for close alone",    (one, log) => one.on("close", (info) => log.push(`${info.unreadMessages}`)), () => ["2"]],
  ["a loop",                 async (one, log) => { for await (const message of one) log.push(message.toString()); }, () => ["1", "2"]],
];

describe.each(WAYS)("by %s", (_way, open) => {
  describe.each(ENDS)("when %s", (_end, code, early, end) => {
    const EXPECTED = ["1", "2", `close ${code}`];

    it.each([0, 1, 5])(
      "listeners of the turn of opening are told, %i promises later",
      async (promises) => {
        const log: string[] = [];
        await using peer = await open(early, async (connection) => {
          for (let i = 0; i < promises; i++) await Promise.resolve();
          listen(connection, log);
        });
        await eventually(() => log.length >= 2);
        end(peer);
        await eventually(() => log.length >= 3);
        await settle();
        expect(log).toEqual(EXPECTED);
      },
    );

    it.each(LATE)("who comes behind the end is told, with %s", async (_what, come, expected) => {
      await using peer = await open(early, () => {});
      const { connection } = peer;
      await eventually(() => connection.traffic.received.messages === 2);
      end(peer);
      await eventually(() => connection.readyState === ReadyState.CLOSED);
      await settle();
      const log: string[] = [];
      await come(connection, log);
      await settle();
      expect(log).toEqual(expected(code));
      expect(await connection.closed).toMatchObject({ code });
    });
  });

  it("who listens for close at once is told at the end, and gets no message behind it", async () => {
    const log: string[] = [];
    await using peer = await open([...MESSAGES, BYE], (connection) => {
      connection.on("close", ({ code, unreadMessages }) =>
        log.push(`close ${code} ${unreadMessages}`),
      );
    });
    peer.end();
    await eventually(() => log.length > 0);
    listen(peer.connection, log);
    await settle();
    expect(log).toEqual(["close 4000 2", "close 4000"]);
  });
});
