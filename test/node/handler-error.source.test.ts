// Which listener or hook failed, and of what: told to onHandlerError, and printed without it.
import { describe, expect, it, vi } from "vitest";
import { reportTo, warnOfHandlerError } from "../../src/node/handler-error.js";
import type { ServerOptions } from "../../src/node/server/options.js";
import type { WebSocketServer } from "../../src/node/server/server.js";
import { answerTo, RawClient, upgradeRequest } from "../support/raw-client.js";
import { eventually, RawPeer, settle } from "../support/raw-peer.js";
import { startServer, WAYS_IN } from "../support/server-under-test.js";
import { frame, PING, PONG } from "../support/wire-frame.js";
import { headBytes } from "../support/wire-handshake.js";

const oops = new Error("oops");
const fails = (): never => {
  throw oops;
};

describe("the source of an error of a server", () => {
  const offering = upgradeRequest("/", { "sec-websocket-protocol": "chat" });
  const fromPage = upgradeRequest("/", { origin: "https://evil.example" });

  // oxfmt-ignore
  const HOOKS: readonly [source: string, options: ServerOptions<unknown>, request?: Uint8Array | undefined, prepare?: (server: WebSocketServer<unknown>) => void][] = [
    ["authenticate",           { authenticate: fails }],
    ["authenticate",           { authenticate: () => Promise.reject(oops) }],
    ["authenticate",           { authenticate: () => oops }],
    ["origins",                { origins: fails }],
    ["route",                  { route: fails }],
    ["selectSubprotocol",      { selectSubprotocol: fails }, offering],
    ["responseHeaders",        { responseHeaders: fails }],
    ["a guard",                {}, undefined, (server) => void server.addGuard(fails)],
    ["the release of a guard", { authenticate: () => null }, undefined, (server) => void server.addGuard(() => ({ type: "admit", release: fails }))],
    ["\"connection\" listener", {}, undefined, (server) => void server.on("connection", fails)],
    ["\"connection\" listener", {}, undefined, (server) => void server.on("connection", () => Promise.reject(oops))],
    ["\"refused\" listener",    {}, fromPage, (server) => void server.on("refused", fails)],
  ];

  describe.each(WAYS_IN)("by way of an %s", (wayIn) => {
    it.each(HOOKS)("is %s", async (source, options, request = upgradeRequest(), prepare) => {
      const told: unknown[] = [];
      const onHandlerError = (...all: unknown[]) => told.push(all);
      await using under = await startServer({ ...options, onHandlerError }, wayIn);
      prepare?.(under.server);
      using client = await RawClient.send(under, request);
      await client.head();
      client.socket.destroy();
      await eventually(() => told.length > 0);

      expect(told).toEqual([[oops, `${source} of a WebSocketServer`]]);
    });
  });

  it("is onRequest, on an own listener", async () => {
    const told: unknown[] = [];
    const onHandlerError = (...all: unknown[]) => told.push(all);
    await using under = await startServer({ onRequest: fails, onHandlerError });
    await answerTo(under, headBytes(["GET / HTTP/1.1", "host: h"]));

    expect(told).toEqual([[oops, "onRequest of a WebSocketServer"]]);
  });

  it("is both hooks whose answers have to fit, when they do not", async () => {
    const told: unknown[] = [];
    const onHandlerError = (...all: unknown[]) => told.push(all);
    const options = { selectSubprotocol: () => "unoffered", onHandlerError };
    await using under = await startServer(options);
    await answerTo(under, upgradeRequest());

    const source = "selectSubprotocol or responseHeaders of a WebSocketServer";
    expect(told).toEqual([[expect.any(TypeError), source]]);
  });
});

describe.each(["server", "client"] as const)(
  "the source of an error of a %s's connection",
  (role) => {
    // oxfmt-ignore
    it.each<[string, (peer: RawPeer) => void]>([
      ["\"message\" listener", (peer) => { peer.connection.on("message", fails); peer.message("a"); }],
      ["\"message\" listener", (peer) => { peer.connection.on("message", () => Promise.reject(oops)); peer.message("a"); }],
      ["\"ping\" listener",    (peer) => { peer.connection.on("ping", fails); peer.send(frame(PING)); }],
      ["\"pong\" listener",    (peer) => { peer.connection.on("pong", fails); peer.send(frame(PONG)); }],
      ["\"end\" listener",     (peer) => { peer.connection.on("end", fails).terminate(); }],
      ["\"close\" listener",   (peer) => { peer.connection.on("close", fails).terminate(); }],
      ["\"stopping\" listener", (peer) => { peer.connection.on("stopping", fails).close(1000, "", { waitForHandlerMs: 1_000 }); }],
      ["messageGuard",         (peer) => { peer.connection.messageGuard = fails; peer.message("a"); }],
      ["messageGuard",         (peer) => { peer.connection.messageGuard = () => Promise.reject(oops); peer.message("a"); }],
      ["onWritten",            (peer) => { peer.connection.send("a", { onWritten: fails }); }],
      ["the source of a message", (peer) => { peer.connection.send(Object.assign(new Blob(["x"]), { arrayBuffer: () => Promise.reject(oops) })); }],
    ])("is %s", async (source, act) => {
      const told: unknown[] = [];
      const peer = new RawPeer({ role, onHandlerError: (...all) => told.push(all) });
      act(peer);
      await eventually(() => told.length > 0);

      expect(told).toEqual([[oops, `${source} of a ${role}'s connection`]]);
      peer.connection.terminate();
    });

    it("is that of a listener which came when its event was over", async () => {
      const told: unknown[] = [];
      const peer = new RawPeer({ role, onHandlerError: (...all) => told.push(all) });
      peer.connection.terminate();
      await peer.connection.closed;
      peer.connection.on("close", fails);
      await eventually(() => told.length > 0);

      expect(told).toEqual([[oops, `"close" listener of a ${role}'s connection`]]);
    });
  },
);

describe("without onHandlerError", () => {
  it("Node prints which listener failed, and the error with its stack and its cause", async () => {
    const printed = new Promise<Error>((resolve) => process.once("warning", resolve));
    const peer = new RawPeer();
    const error = new Error("no such user", { cause: new Error("the database is gone") });
    peer.connection.on("message", () => Promise.reject(error));
    peer.message("a");
    const warning = await printed;

    expect(warning.name).toBe("PlainsocketHandlerError");
    expect(warning.message).toBe(
      '"message" listener of a server\'s connection failed; set onHandlerError to be told',
    );
    const { detail } = Object(warning);
    expect(detail).toMatch(/^Error: no such user\n    at .*handler-error\.source\.test\.ts:/);
    expect(detail).toContain("the database is gone");
    peer.connection.terminate();
  });

  it("whatever was thrown is printed as it is", () => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    warnOfHandlerError({ status: 500 }, "authenticate of a WebSocketServer");

    expect(warning).toHaveBeenCalledExactlyOnceWith(
      "authenticate of a WebSocketServer failed; set onHandlerError to be told",
      { type: "PlainsocketHandlerError", detail: "{ status: 500 }" },
    );
    warning.mockRestore();
  });

  it.each([
    ["throws", fails],
    ["rejects", () => Promise.reject(oops)],
  ])(
    "Node prints what an onHandlerError was told that %s, and what it failed with [M01]",
    async (_name, hook) => {
      const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      reportTo(hook, new Error("first"), "route of a WebSocketServer");
      await settle();

      const details = warning.mock.calls.map(([message, options]) => [
        message,
        Object(options).detail,
      ]);
      warning.mockRestore();
      expect(details).toEqual([
        [
          expect.stringContaining("route of a WebSocketServer failed"),
          expect.stringContaining("first"),
        ],
        [expect.stringContaining("onHandlerError of route of"), expect.stringContaining("oops")],
      ]);
    },
  );

  it("an error that cannot be printed harms nobody", () => {
    const hostile = {
      [Symbol.for("nodejs.util.inspect.custom")]: fails,
    };
    expect(() => reportTo(warnOfHandlerError, hostile, "a hook")).not.toThrow();
    expect(() => warnOfHandlerError(hostile, "a hook")).not.toThrow();
  });
});
