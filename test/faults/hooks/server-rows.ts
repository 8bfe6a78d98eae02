/** Functions that a server is given: a client meets one that misbehaves, and the next client is served. */
import { expect } from "vitest";
import type { ServerOptions, WebSocketServer } from "../../../src/node/index.js";
import { RawClient, upgradeRequest } from "../../support/raw-client.js";
import { settle } from "../../support/raw-peer.js";
import { frame, TEXT } from "../../support/wire-frame.js";
import { headBytes } from "../../support/wire-handshake.js";
import { MemorySocket } from "../../support/wire-memory.js";
import { StubPeer } from "../../support/stub-server.js";
import type { Hook, Rows, Scenario, Stage } from "./stage.js";

type Server = WebSocketServer<unknown>;

/** A request for which all hooks are asked. */
const REQUEST = upgradeRequest("/", {
  "sec-websocket-protocol": "chat",
  origin: "http://localhost",
});

/** Takes a client in and gives its message back. */
export async function expectEcho(under: { readonly port: number }): Promise<void> {
  using client = await RawClient.send(under, REQUEST);
  const { startLine } = await client.head();
  expect(startLine).toContain(" 101 ");
  client.sendFrames(frame(TEXT, "still here"));
  expect(Buffer.from((await client.frame()).payload).toString()).toBe("still here");
}

interface Served {
  readonly options?: (hook: Hook) => ServerOptions<unknown>;
  readonly prepare?: (server: Server, hook: Hook) => void;
  readonly good?: (...values: readonly unknown[]) => unknown;
  readonly request?: Uint8Array;
  readonly reports?: number;
}

function served({
  options = () => ({}),
  prepare,
  good,
  request = REQUEST,
  ...row
}: Served): Scenario {
  return {
    ...row,
    run: async (stage) => {
      const hook = stage.hook(good);
      const { onHandlerError } = stage;
      const under = await stage.world.serve<unknown>({ onHandlerError, ...options(hook) });
      prepare?.(under.server, hook);
      under.server.on("connection", (connection) => {
        connection.on("message", (message) => void connection.send(message));
      });
      const client = stage.world.use(await RawClient.send(under, request));
      await stage.pass();
      await client.head(); // some answer, in time
      client.socket.destroy();
      await stage.pass();
      expect(under.server.connections.size).toBe(0);
      await expectEcho(under);
    },
  };
}

/** A transport of the application, of which one method misbehaves. */
function accepted(method: "write" | "end" | "pause"): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const under = await stage.world.serve<unknown>({
      maxQueuedBytes: 1,
      authenticate: ({ path }) => path,
    });
    const [ours, theirs] = MemorySocket.pair();
    const real: unknown = ours[method];
    ours[method] = stage.hook(
      (...values) => typeof real === "function" && Reflect.apply(real, ours, values),
    );
    const peer = new StubPeer(theirs);
    peer.write(REQUEST);
    under.server.accept(ours);
    await settle();
    for (const { connection } of stage.world.witnesses) {
      connection.on("message", (message) => void connection.send(message)).pause();
      peer.write(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 65, 65, 0x81, 0x82, 0, 0, 0, 0, 65, 65));
      await settle();
      connection.resume();
      await settle();
      connection.close();
      peer.write(Uint8Array.of(0x88, 0x80, 0, 0, 0, 0));
    }
    await stage.pass();
    theirs.destroy();
    await stage.pass();
    expect(under.server.connections.size).toBe(0);
    under.server.on("connection", (connection) => {
      connection.on("message", (message) => void connection.send(message));
    });
    await expectEcho(under);
  };
}

const refusing = { origins: (origin: string | undefined) => origin !== "http://evil" };
const EVIL = upgradeRequest("/", { origin: "http://evil" });
const admit = () => ({ type: "admit", release: () => {} });

export const SERVER_ROWS: Rows = {
  "ServerOptions.authenticate": served({
    options: (authenticate) => ({ authenticate }),
    good: () => "ada",
  }),
  "ServerOptions.origins": served({ options: (origins) => ({ origins }), good: () => true }),
  "ServerOptions.responseHeaders": served({
    options: (responseHeaders) => ({ responseHeaders }),
    good: () => ({}),
  }),
  "ServerOptions.route": served({ options: (route) => ({ route }), good: () => true }),
  "ServerOptions.selectSubprotocol": served({
    options: (selectSubprotocol) => ({ selectSubprotocol }),
    good: () => "chat",
  }),
  "ServerOptions.onRequest": served({
    options: (onRequest) => ({ onRequest }),
    request: headBytes(["GET / HTTP/1.1", "host: h"]),
  }),
  "WebSocketServer.addGuard(guard)": served({
    prepare: (server, hook) => void server.addGuard(hook),
    good: admit,
  }),
  "GuardVerdict.release": served({
    prepare: (server, release) => void server.addGuard(() => ({ type: "admit", release })),
  }),
  "ServerEvents.connection": served({
    prepare: (server, hook) => void server.on("connection", hook),
  }),
  "ServerEvents.refused": served({
    options: () => refusing,
    prepare: (server, hook) => void server.on("refused", hook),
    request: EVIL,
  }),
  "WebSocketServer.countRefusals(count)": served({
    options: () => refusing,
    prepare: (server, hook) => server.countRefusals(hook),
    request: EVIL,
  }),
  "WebSocketServer.accept(transport)": {
    reports: 0,
    run: async (stage) => {
      for (const method of ["write", "end", "pause"] as const) await accepted(method)(stage);
    },
  },
};
