/** What the options of `connect` and of a WebSocket do, besides those of a connection. */
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, vi } from "vitest";
import type { ConnectOptions, WebSocketInit } from "../../src/index.js";
import { CA, KEY, LOCALHOST } from "../support/certificates/index.js";
import { FakeClock } from "../support/clock.js";
import { memoryPeer, StubServer } from "../support/stub-server.js";
import { valuesOf } from "../support/wire-handshake.js";
import {
  type Dial,
  dialWebSocket,
  dialWith,
  headOf,
  noting,
  outcomeOf,
  reaching,
  redirected,
  type Ways,
} from "./attempts.js";
import { connectionRows } from "./connection.js";
import { CLIENT_TCP, OF_CONNECT, OF_WEBSOCKET } from "./ends.js";
import { row, rowOn, type Table } from "./row.js";

const requestRows = (ways: Ways) => ({
  headers: rowOn(
    ways,
    [{ "X-Name": "one" }, [["X-Name", "two"]] as const],
    async (dial, headers) => valuesOf(await headOf(dial, { headers }), "x-name"),
    [["one"], ["two"]],
  ),
  origin: rowOn(
    ways,
    [undefined, "https://a.example"],
    async (dial, origin) => valuesOf(await headOf(dial, { origin }), "origin"),
    [[], ["https://a.example"]],
  ),
  handshakeTimeoutMs: rowOn(
    ways,
    [5_000, 20_000],
    async (dial, handshakeTimeoutMs) => {
      const clock = new FakeClock();
      const { peer, createConnection } = memoryPeer();
      const ending = dial("ws://test.example/", { createConnection, handshakeTimeoutMs, clock });
      await peer.arrived(1);
      clock.advance(15_000);
      await peer.accept().catch(() => {});
      return await ending;
    },
    ["TIMEOUT", "open"],
  ),
  maxHeaderBytes: rowOn(
    ways,
    [500, 40_000],
    (dial, maxHeaderBytes) =>
      outcomeOf(dial, { maxHeaderBytes }, [`X-Long: ${"x".repeat(20_000)}`]),
    ["HEAD_TOO_LARGE", "open"],
  ),
  maxHeaderCount: rowOn(
    ways,
    [100, 200],
    (dial, maxHeaderCount) => outcomeOf(dial, { maxHeaderCount }, Array(150).fill("X-One: more")),
    ["HEADERS_TOO_MANY", "open"],
  ),
});

const routeRows = (ways: Ways) => ({
  tls: rowOn(
    ways,
    [{ ca: CA }, {}],
    async (dial, tls) => {
      const stub = { tls: { key: KEY, cert: LOCALHOST }, scheme: "wss" };
      return (await reaching(dial, { tls }, { ...stub, host: "localhost" })).outcome;
    },
    ["open", "TRANSPORT_FAILED"],
  ),
  socketPath: rowOn(
    ways,
    ["a.sock", "b.sock"],
    async (dial, name) => {
      const folder = mkdtempSync(path.join(tmpdir(), "options-"));
      const stub = { path: path.join(folder, "a.sock") };
      const { outcome } = await reaching(dial, { socketPath: path.join(folder, name) }, stub);
      rmSync(folder, { recursive: true });
      return outcome;
    },
    ["open", "TRANSPORT_FAILED"],
  ),
  proxy: rowOn(
    ways,
    [true, false],
    async (dial, isGiven) => {
      await using proxy = await StubServer.start();
      const options = isGiven ? { proxy: `http://${proxy.authority}` } : {};
      const ending = dial(`ws://${proxy.authority}/`, options);
      const peer = await proxy.next();
      const { startLine } = await peer.head();
      peer.socket.destroy();
      await ending;
      return startLine.split(" ")[0];
    },
    ["CONNECT", "GET"],
  ),
  createConnection: rowOn(
    ways,
    ["one peer", "another"],
    async (dial, chosen) => {
      const peers = { "one peer": memoryPeer(), another: memoryPeer() };
      const to = chosen === "another" ? peers.another : peers["one peer"];
      const ending = dial("ws://test.example/", { createConnection: to.createConnection });
      await to.peer.arrived(1);
      const asked = Object.entries(peers).find(([, { peer }]) => peer.bytes.length > 0);
      to.peer.socket.destroy();
      await ending;
      return asked?.[0];
    },
    ["one peer", "another"],
  ),
  lookup: rowOn(
    ways,
    [true, false],
    async (dial, isGiven) => {
      const options = isGiven ? { lookup: noting().lookup } : {};
      return (await reaching(dial, options, { host: "nowhere.invalid" })).outcome;
    },
    ["open", "TRANSPORT_FAILED"],
  ),
  family: rowOn(
    ways,
    [undefined, 4, 6] as const,
    async (dial, family) => {
      const { lookup, families } = noting();
      await reaching(dial, { lookup, family }, { host: "nowhere.invalid" });
      return families;
    },
    [[0], [4], [6]],
  ),
  // Only Linux has all of 127.0.0.0/8 without being told.
  localAddress: rowOn(
    ways,
    ["127.0.0.1", process.platform === "linux" ? "127.0.0.9" : "203.0.113.1"],
    async (dial, localAddress) => {
      const { outcome, from } = await reaching(dial, { localAddress });
      return from ?? outcome;
    },
    ["127.0.0.1", process.platform === "linux" ? "127.0.0.9" : expect.any(String)],
  ),
});

/** Only of `connect`. */
const connectRows = {
  subprotocols: row(
    [[], ["a", "b"]],
    async (subprotocols) => {
      const dial: Dial = (url, options) => dialWith(url, { ...options, subprotocols });
      return valuesOf(await headOf(dial, {}), "sec-websocket-protocol");
    },
    [[], ["a, b"]],
  ),
  signal: row(
    [true, false],
    async (isAborted) => {
      const { peer, createConnection } = memoryPeer();
      const controller = new AbortController();
      const { signal } = controller;
      const ending = dialWith("ws://test.example/", { createConnection, signal });
      await peer.arrived(1);
      if (isAborted) controller.abort(new Error("enough"));
      await peer.accept();
      return await ending;
    },
    ["ABORTED", "open"],
  ),
  followRedirects: row([false, 1], (followRedirects) => redirected({ followRedirects }), [
    "STATUS_UNEXPECTED",
    "open",
  ]),
  redirect: row([() => false, () => true], (redirect) => redirected({ redirect }), [
    "STATUS_UNEXPECTED",
    "open",
  ]),
};

const connecting: Ways = { "connect()": dialWith };
const webSocket: Ways = { WebSocket: dialWebSocket };

export const CONNECT: Table<ConnectOptions> = {
  ...connectionRows(OF_CONNECT, CLIENT_TCP),
  ...requestRows(connecting),
  ...routeRows(connecting),
  ...connectRows,
};

/** What a WebSocket decides by itself. */
const {
  messagesWhileClosing: _messagesWhileClosing,
  onHandlerError: _onHandlerError,
  textAs: _textAs,
  zeroCopy: _zeroCopy,
  ...others
} = connectionRows(OF_WEBSOCKET, {});

export const WEBSOCKET: Table<WebSocketInit> = {
  ...others,
  ...requestRows(webSocket),
  ...routeRows(webSocket),
  protocols: row(
    ["a", ["a", "b"]],
    async (protocols) => {
      const dial: Dial = (url, options) => dialWebSocket(url, { ...options, protocols });
      return valuesOf(await headOf(dial, {}), "sec-websocket-protocol");
    },
    [["a"], ["a, b"]],
  ),
  // Its messages do not show where they were read to.
  sharedReads: row(
    [true, false],
    async (sharedReads) => {
      const opened = vi.spyOn(net, "connect");
      await reaching(dialWebSocket, { sharedReads });
      const [[options] = []]: unknown[][] = opened.mock.calls;
      opened.mockRestore();
      return typeof options === "object" && options !== null && "onread" in options;
    },
    [true, false],
  ),
};
