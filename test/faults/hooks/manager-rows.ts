/** Functions that a manager is given: a connection meets one that misbehaves, and others are served. */
import { expect } from "vitest";
import { ConnectionManager, type ManagerOptions } from "../../../src/manager/index.js";
import { RawClient, upgradeRequest } from "../../support/raw-client.js";
import { type RawPeer, settle } from "../../support/raw-peer.js";
import { frame, TEXT } from "../../support/wire-frame.js";
import type { Hook, Rows, Scenario, Stage } from "./stage.js";

type Manager = ConnectionManager;

interface Managed {
  readonly options?: (hook: Hook) => ManagerOptions;
  readonly prepare?: (manager: Manager, hook: Hook) => unknown;
  readonly good?: (...values: readonly unknown[]) => unknown;
  readonly reports?: number;
}

export function added(stage: Stage, manager: Manager): RawPeer {
  const { onHandlerError } = stage;
  const { peer } = stage.world.peer({ role: "server", reading: "nobody" }, { onHandlerError });
  manager.add(peer.connection);
  return peer;
}

export async function visit(peer: RawPeer, manager: Manager, stage: Stage): Promise<void> {
  peer.send(frame(TEXT, "login"), frame(TEXT, "first"), frame(TEXT, "too many"));
  await settle();
  void manager
    .room("r")
    .join(peer.connection)
    .catch(() => {});
  await settle();
  manager.room("r").broadcast("to the room", { batchMs: 5 });
  manager.room("r").broadcast("to the room, too", { batchMs: 5 });
  await settle();
  stage.world.clock.advance(5);
  await settle();
  manager.room("r").leave(peer.connection);
  await settle();
}

function managed({ options = () => ({}), prepare, good, ...row }: Managed): Scenario {
  return {
    ...row,
    run: async (stage) => {
      const hook = stage.hook(good);
      const { onHandlerError, world } = stage;
      const manager = new ConnectionManager({
        onHandlerError,
        clock: world.clock,
        ...options(hook),
      });
      prepare?.(manager, hook);
      manager.on("message", () => {}); // without one, messages wait
      const peer = added(stage, manager);
      await visit(peer, manager, stage);
      await stage.pass();
      peer.socket.resetAndDestroy();
      await stage.pass();
      expect([manager.size, [...manager.rooms]]).toEqual([0, []]);

      const other = added(stage, manager);
      await visit(other, manager, stage);
      manager.sendTo(manager.idOf(other.connection) ?? "", "still here");
      await settle();
      expect(other.frames.map(({ payload }) => Buffer.from(payload).toString())).toContain(
        "still here",
      );
      await shutDown(manager, stage);
    },
  };
}

/** It ends in its time. */
export async function shutDown(manager: Manager, stage: Stage): Promise<void> {
  const ending = manager.shutdown({ deadlineMs: 1_000 });
  await stage.pass();
  await ending;
  expect([manager.size, [...manager.rooms]]).toEqual([0, []]);
}

const heard = (name: Parameters<Manager["on"]>[0], options: ManagerOptions = {}): Scenario =>
  managed({ options: () => options, prepare: (manager, hook) => manager.on(name, hook) });

const authenticateFirst = { check: () => true };

/** A limit that the second client of a server meets, or the hook itself. */
const limited = (
  options: (hook: Hook) => ManagerOptions,
  prepare: (manager: Manager, hook: Hook) => unknown,
): Scenario => ({
  run: async (stage) => {
    const hook = stage.hook(() => "10.0.0.1");
    const { world, onHandlerError } = stage;
    const { clock } = world;
    const under = await world.serve<unknown>({ onHandlerError });
    const manager = new ConnectionManager({
      server: under.server,
      onHandlerError,
      clock,
      ...options(hook),
    });
    prepare(manager, hook);
    const clients = [world.use(await RawClient.send(under, upgradeRequest()))];
    await settle();
    clients.push(world.use(await RawClient.send(under, upgradeRequest())));
    for (const client of clients) await client.head();
    for (const { socket } of clients) socket.destroy();
    await stage.pass();
    expect(manager.size).toBe(0);
    const last = world.use(await RawClient.send(under, upgradeRequest()));
    expect((await last.head()).startLine).toContain(" 101 ");
    await shutDown(manager, stage);
  },
});

export const MANAGER_ROWS: Rows = {
  "ManagerOptions.userOf": managed({ options: (userOf) => ({ userOf }), good: () => "ada" }),
  "ManagerOptions.authorize": managed({
    options: (authorize) => ({ authorize }),
    good: () => true,
  }),
  "ManagerOptions.addressOf": limited(
    (addressOf) => ({ addressOf, maxConnectionsPerAddress: 9 }),
    () => {},
  ),
  "ManagerOptions.onHandlerError": managed({
    reports: 0,
    options: (onHandlerError) => ({ onHandlerError }),
    prepare: (manager) => {
      let times = 0;
      manager.on("created", () => {
        if (times++ === 0) throw new Error("a listener");
      });
    },
  }),
  "FirstMessageCheck.check": managed({
    options: (check) => ({ authenticateFirst: { check } }),
    good: () => true,
  }),
  "BatchOptions.join": managed({ options: (join) => ({ batch: { join } }), good: () => "both" }),
  "ManagerEvents.connection": heard("connection"),
  "ManagerEvents.authenticated": heard("authenticated", { authenticateFirst }),
  "ManagerEvents.message": heard("message"),
  "ManagerEvents.rateLimited": heard("rateLimited", {
    rateLimit: { messagesPerSecond: 1, burst: 2, whenExceeded: "drop" },
  }),
  "ManagerEvents.close": heard("close"),
  "ManagerEvents.join": heard("join"),
  "ManagerEvents.leave": heard("leave"),
  "ManagerEvents.created": heard("created"),
  "ManagerEvents.removed": heard("removed"),
  "ManagerEvents.presence": heard("presence"),
  "ManagerEvents.broadcast": heard("broadcast"),
  "ManagerEvents.refused": limited(
    () => ({ maxConnections: 1 }),
    (manager, hook) => manager.on("refused", hook),
  ),
};
