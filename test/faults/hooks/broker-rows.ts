/** Methods of an application's broker: one misbehaves once while the cluster is at work, and this process is served. */
import { expect } from "vitest";
import {
  type Broker,
  type BrokerStatus,
  ConnectionManager,
  MemoryBroker,
} from "../../../src/manager/index.js";
import { settle } from "../../support/raw-peer.js";
import { added, shutDown, visit } from "./manager-rows.js";
import type { Hook, Rows, Scenario, Stage } from "./stage.js";

type Method =
  | "announce"
  | "append"
  | "publish"
  | "read"
  | "stop"
  | "subscribe"
  | "unsubscribe"
  | "withdraw";

/** An engine in memory. @param isDue - Whether this call of this method is to misbehave. */
function engine(hook: Hook, isDue: (method: Method) => boolean): Broker {
  const real = new MemoryBroker();
  const but = <Values extends readonly unknown[], Result>(
    method: Method,
    good: (...values: Values) => Result,
  ) => {
    return (...values: Values): Result => (isDue(method) ? hook() : good(...values));
  };
  const publish = but("publish", (channel: string, payload: Uint8Array) =>
    real.publish(channel, payload),
  );
  return {
    isUp: true,
    publish,
    subscribe: but("subscribe", (channel, receive) => {
      const one = real.subscribe(channel, receive);
      return { ready: one.ready, unsubscribe: but("unsubscribe", () => one.unsubscribe()) };
    }),
    onStatus: () => but("stop", () => {}),
    close: async () => {},
    replay: {
      append: but("append", async (channel: string, payload: Uint8Array) => {
        await real.publish(channel, payload);
        return "1";
      }),
      read: but("read", async () => "gap" as const),
    },
    presence: {
      announce: but("announce", async () => []),
      withdraw: but("withdraw", async () => {}),
    },
  };
}

const brokered = (method: Method): Scenario => ({
  reports: 0,
  run: async (stage) => {
    let isAtWork = false;
    const isDue = (one: Method): boolean => one === method && isAtWork && stage.misbehaved === 0;
    const broker = engine(stage.hook(), isDue);
    const { world, onHandlerError } = stage;
    const manager = new ConnectionManager({ broker, clock: world.clock, onHandlerError });
    isAtWork = true;
    const peer = added(stage, manager);
    await visit(peer, manager, stage);
    const resuming = manager.room("r").resume(peer.connection, { offset: "1~a", timeoutMs: 1_000 });
    await stage.pass();
    expect(await resuming).toBe("gap");
    peer.socket.resetAndDestroy();
    await settle();
    await expectServed(manager, stage);
    await shutDown(manager, stage);
  },
});

/** Sends to one more connection. */
async function expectServed(manager: ConnectionManager, stage: Stage): Promise<void> {
  const other = added(stage, manager);
  await visit(other, manager, stage);
  manager.sendTo(manager.idOf(other.connection) ?? "", "still here");
  await settle();
  const texts = other.frames.map(({ payload }) => Buffer.from(payload).toString());
  expect(texts).toContain("still here");
}

/** A listener of what the broker tells. */
const heardOfTheCluster: Scenario = {
  run: async (stage) => {
    const hook = stage.hook();
    let tell = (_status: BrokerStatus): void => {};
    const broker: Broker = {
      ...engine(hook, () => false),
      onStatus: (listener) => {
        tell = listener;
        return () => {};
      },
    };
    const { world, onHandlerError } = stage;
    const manager = new ConnectionManager({ broker, clock: world.clock, onHandlerError });
    manager.on("cluster", hook);
    tell({ type: "down", error: new Error("gone") });
    tell({ type: "up" });
    await expectServed(manager, stage);
    await shutDown(manager, stage);
  },
};

export const BROKER_ROWS: Rows = {
  "Broker.publish": brokered("publish"),
  "Broker.subscribe": brokered("subscribe"),
  "Broker.onStatus": brokered("stop"),
  "BrokerSubscription.unsubscribe": brokered("unsubscribe"),
  "BrokerReplay.append": brokered("append"),
  "BrokerReplay.read": brokered("read"),
  "BrokerPresence.announce": brokered("announce"),
  "BrokerPresence.withdraw": brokered("withdraw"),
  "ManagerEvents.cluster": heardOfTheCluster,
};
