/** Functions that a connection is given, at both ends: one connection meets one that misbehaves, another goes on. */
import { expect } from "vitest";
import { WebSocketConnection } from "../../../src/node/index.js";
import { type PeerOptions, type RawPeer, settle } from "../../support/raw-peer.js";
import type { World } from "../../support/universal.js";
import { frame, PING, PONG, TEXT } from "../../support/wire-frame.js";
import type { Hook, Rows, Scenario, Stage } from "./stage.js";

interface Used {
  readonly options?: (hook: Hook) => PeerOptions;
  readonly act: (peer: RawPeer, hook: Hook, stage: Stage) => unknown;
  readonly good?: (...values: readonly unknown[]) => unknown;
  readonly reports?: number;
  /** Whether the peer reads only after `act`. */
  readonly isSlow?: boolean;
}

/** Makes a message come back on one more connection that has the same options. */
async function expectEcho(world: World, role: "server" | "client", options: PeerOptions) {
  const { peer } = world.peer({ role, reading: "nobody" }, options);
  peer.connection.on("message", (message) => void peer.connection.send(message));
  peer.send(frame(TEXT, "still here"));
  expect(Buffer.from((await peer.next()).payload).toString()).toBe("still here");
}

function used({ options = () => ({}), act, good, isSlow = false, ...row }: Used): Scenario {
  return {
    ...row,
    run: async (stage) => {
      for (const role of ["server", "client"] as const) {
        const hook = stage.hook(good);
        const all = { onHandlerError: stage.onHandlerError, ...options(hook) };
        const { peer } = stage.world.peer({ role, reading: "nobody" }, all, !isSlow);
        await act(peer, hook, stage);
        await settle();
        if (isSlow) peer.read();
        await settle();
        peer.connection.close();
        await stage.pass();
        const { code } = await peer.connection.closed;
        expect(code).toBeGreaterThanOrEqual(1000);
        await expectEcho(stage.world, role, all);
      }
    },
  };
}

const heard = (
  act: (peer: RawPeer) => unknown,
  name: Parameters<WebSocketConnection["on"]>[0],
): Scenario =>
  used({
    act: async (peer, hook) => {
      peer.connection.on(name, hook);
      await act(peer);
      await settle();
    },
  });

const LONG = Buffer.alloc(200_000);

/** A message in fragments, of which one method of the iterator misbehaves; then the peer resets. */
const streamed = (method: "next" | "return" | "throw", reports: number): Scenario =>
  used({
    reports,
    act: async ({ connection, socket }, hook, stage) => {
      const good = { next: async () => ({ done: false, value: LONG }), [method]: hook };
      const source: AsyncIterable<Buffer> = { [Symbol.asyncIterator]: () => good };
      void connection.sendStream(source).catch(() => {});
      await settle();
      socket.resetAndDestroy();
      await stage.pass();
    },
    isSlow: true,
  });

export const CONNECTION_ROWS: Rows = {
  "ConnectionEvents.message": heard(
    (peer) => peer.send(frame(TEXT, "a"), frame(TEXT, "b")),
    "message",
  ),
  "ConnectionEvents.ping": heard((peer) => peer.send(frame(PING)), "ping"),
  "ConnectionEvents.pong": heard((peer) => peer.send(frame(PONG)), "pong"),
  "ConnectionEvents.end": heard((peer) => peer.socket.destroy(), "end"),
  "ConnectionEvents.close": heard((peer) => peer.socket.resetAndDestroy(), "close"),
  "ConnectionEvents.stopping": heard(
    (peer) => peer.connection.close(1000, "", { waitForHandlerMs: 1_000 }),
    "stopping",
  ),
  "ConnectionEvents.drain": used({
    options: () => ({ maxBufferedBytes: 1_000 }),
    act: (peer, hook) => {
      peer.connection.on("drain", hook);
      for (let i = 0; i < 3; i++) peer.connection.send(LONG);
    },
    isSlow: true,
  }),
  "WebSocketConnection.messageGuard": used({
    act: (peer, hook) => {
      peer.connection.on("message", () => {});
      peer.connection.messageGuard = hook;
      peer.send(frame(TEXT, "a"), frame(TEXT, "b"));
    },
  }),
  "ConnectionOptions.onFrame": used({
    options: (onFrame) => ({ onFrame }),
    act: (peer) => peer.send(frame(TEXT, "a")),
  }),
  "ConnectionOptions.bufferPolicy": used({
    options: (bufferPolicy) => ({ maxBufferedBytes: 1_000, bufferPolicy }),
    reports: 0, // the caller of `send` gets it
    act: ({ connection }) => {
      for (let i = 0; i < 3; i++) {
        try {
          connection.send(LONG);
        } catch {}
      }
    },
    isSlow: true,
  }),
  "ConnectionOptions.onHandlerError": used({
    reports: 0,
    options: (onHandlerError) => ({ onHandlerError }),
    act: (peer) => {
      peer.connection.on("message", () => {
        throw new Error("a listener");
      });
      peer.send(frame(TEXT, "a"));
    },
  }),
  "WrittenOptions.onWritten": used({
    // Past the witness, which calls it by a function of its own.
    act: ({ connection }, onWritten) =>
      WebSocketConnection.prototype.send.call(connection, "a", { onWritten }),
  }),
  "WebSocketConnection.sendStream(source)": {
    run: async (stage) => {
      await run(streamed("return", 0), stage);
      expect(stage.reports).toEqual([]);
      await run(streamed("next", 1), stage);
    },
    reports: 0.5, // of a `return`, nothing is told
  },
};

async function run(scenario: Scenario, stage: Stage): Promise<void> {
  await scenario.run(stage);
}
