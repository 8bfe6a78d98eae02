/** Functions that a client is given: the attempt that meets one that misbehaves fails in time, and the next succeeds. */
import { expect } from "vitest";
import { connect, type ConnectOptions } from "../../../src/node/index.js";
import { settle } from "../../support/raw-peer.js";
import { memoryPeer, type StubPeer } from "../../support/stub-server.js";
import type { Hook, Rows, Scenario, Stage } from "./stage.js";

async function attempt(stage: Stage, options: ConnectOptions): Promise<unknown> {
  const opening = connect("ws://h/", {
    clock: stage.world.clock,
    onHandlerError: stage.onHandlerError,
    ...options,
  });
  const outcome = opening.then(
    (connection) => {
      stage.world.watch(connection);
      return "open";
    },
    (error: unknown) => error,
  );
  await stage.pass();
  return outcome;
}

function dialled(
  options: (hook: Hook, answer: () => ReturnType<typeof memoryPeer>) => ConnectOptions,
  good: (hook: () => void) => unknown,
): Scenario {
  return {
    reports: 0,
    run: async (stage) => {
      let attempts = 0;
      const peerFor = (lines?: readonly string[]) => {
        const made = memoryPeer();
        stage.world.defer(() => made.peer.socket.destroy());
        void serve(made.peer, lines);
        return made;
      };
      const hook = stage.hook(() => good(() => {}) ?? peerFor().createConnection());
      const all = options(hook, () => peerFor(attempts++ % 2 === 0 ? MOVED : undefined));
      expect(await attempt(stage, all)).not.toBe("open");
      attempts = 0;
      await settle();
      expect(await attempt(stage, all)).toBe("open");
    },
  };
}

const MOVED = ["HTTP/1.1 307 Moved", "Location: /there", "Content-Length: 0"];

async function serve(peer: StubPeer, lines: readonly string[] | undefined): Promise<void> {
  try {
    await (lines === undefined ? peer.accept() : peer.answer(lines));
  } catch {} // the attempt is over
}

export const CLIENT_ROWS: Rows = {
  "RouteOptions.createConnection": dialled(
    (createConnection) => ({ createConnection }),
    () => undefined,
  ),
  "ConnectOptions.redirect": dialled(
    (redirect, answer) => ({
      redirect,
      followRedirects: true,
      createConnection: () => answer().createConnection(),
    }),
    () => true,
  ),
};
