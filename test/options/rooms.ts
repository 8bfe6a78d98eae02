/** What the options of rooms do, of the end of a manager, and of its metrics. */
import {
  ConnectionManager,
  type FetchMembersOptions,
  type JoinOptions,
  type ManagerCloseAllOptions,
  MemoryBroker,
  type PresenceOptions,
  type PrometheusOptions,
  prometheusText,
  type ResumeOptions,
} from "../../src/manager/index.js";
import { closeOf, ManagedPeers, textsOf } from "../support/managed-peers.js";
import { type RawPeer, settle } from "../support/raw-peer.js";
import { row, rowOn, type Table } from "./row.js";

/** Two managers on one broker that keeps messages, each with a connection in the room "r". */
export async function twoNodes(): Promise<{
  here: ManagedPeers;
  there: ManagedPeers;
  peers: [RawPeer, RawPeer];
}> {
  const broker = new MemoryBroker({ replayEntries: 10 });
  const [here, there] = [new ManagedPeers({ broker }), new ManagedPeers({ broker })];
  const peers: [RawPeer, RawPeer] = [here.add(), there.add()];
  void here.manager.room("r").join(peers[0].connection, { state: "here" });
  void there.manager.room("r").join(peers[1].connection, { state: "there" });
  await settle();
  return { here, there, peers };
}

type CloseAll = (managed: ManagedPeers, options: ManagerCloseAllOptions) => Promise<void>;

const closeAll: CloseAll = ({ manager }, options) => manager.closeAll(options);
const shutdown: CloseAll = ({ manager }, { scope: _scope, ...options }) =>
  manager.shutdown(options);
const ENDINGS = { closeAll, shutdown };

/** The Close frame that a connection of a manager gets. */
async function goodbye(
  end: CloseAll,
  options: ManagerCloseAllOptions,
): Promise<string | undefined> {
  const managed = new ManagedPeers();
  const peer = managed.add();
  const done = end(managed, options);
  await settle();
  peer.connection.terminate();
  await done;
  return closeOf(peer);
}

export const CLOSE_ALL: Table<ManagerCloseAllOptions> = {
  code: rowOn(ENDINGS, [undefined, 4000], (end, code) => goodbye(end, { code }), ["1001", "4000"]),
  reason: rowOn(ENDINGS, ["", "soon"], (end, reason) => goodbye(end, { reason }), [
    "1001",
    "1001 soon",
  ]),
  deadlineMs: rowOn(
    ENDINGS,
    [5_000, 20_000],
    async (end, deadlineMs) => {
      const managed = new ManagedPeers();
      const peer = managed.add({ closeTimeoutMs: 60_000 });
      const done = end(managed, { deadlineMs });
      await settle();
      managed.clock.advance(15_000);
      await settle();
      const isCut = peer.connection.transport.destroyed;
      peer.connection.terminate();
      await done;
      return isCut;
    },
    [true, false],
  ),
  scope: row(
    ["local", "cluster"] as const,
    async (scope) => {
      const { here, peers } = await twoNodes();
      void here.manager.closeAll({ scope });
      await settle();
      for (const { connection } of peers) connection.terminate();
      return peers.map(closeOf);
    },
    [
      ["1001", undefined],
      ["1001", "1001"],
    ],
  ),
};

export const JOIN: Table<JoinOptions> = {
  state: row(
    ["typing", "away"],
    (state) => {
      const managed = new ManagedPeers();
      const { connection } = managed.add();
      void managed.manager.room("r").join(connection, { state });
      const [member] = managed.manager.room("r").presence();
      connection.terminate();
      return member?.state;
    },
    ["typing", "away"],
  ),
};

export const PRESENCE: Table<PresenceOptions> = {
  scope: row(
    ["local", "cluster"] as const,
    async (scope) => {
      const { here, peers } = await twoNodes();
      const members = here.manager.room("r").presence({ scope });
      for (const { connection } of peers) connection.terminate();
      return members.map(({ state }) => String(state)).sort((a, b) => a.localeCompare(b));
    },
    [["here"], ["here", "there"]],
  ),
};

export const FETCH: Table<FetchMembersOptions> = {
  timeoutMs: row(
    [1_000, 5_000],
    async (timeoutMs) => {
      const broker = new MemoryBroker();
      const [here, there] = [new ManagedPeers({ broker }), new ManagedPeers({ broker })];
      void here.manager.room("r").join(here.add().connection);
      void there.manager.room("r").join(there.add().connection);
      await settle();
      // From now on the other node's answers are lost.
      broker.publish = () => Promise.resolve();
      let missing: unknown;
      const asking = here.manager.room("r").fetchMembers({ timeoutMs });
      void asking.then(({ missingNodes }) => (missing = missingNodes.length));
      await settle();
      here.clock.advance(2_000);
      await settle();
      return missing;
    },
    [1, undefined],
  ),
};

/** A connection that comes back to the room "r" after `said` messages. */
async function comeBack(options: (offset: string) => ResumeOptions) {
  const { here, peers } = await twoNodes();
  const room = here.manager.room("r");
  room.broadcast("first");
  await settle();
  const offset = room.offset ?? "";
  room.broadcast("missed");
  await settle();
  const peer = here.add();
  const status = await room.resume(peer.connection, options(offset));
  await settle();
  const state = room.presence().find(({ id }) => id === here.manager.idOf(peer.connection))?.state;
  for (const { connection } of [...peers, peer]) connection.terminate();
  return { status, texts: textsOf(peer), state };
}

export const RESUME: Table<ResumeOptions> = {
  offset: row(
    [true, false],
    async (isKnown) => {
      const { status, texts } = await comeBack((offset) => ({ offset: isKnown ? offset : "x" }));
      return [status, texts];
    },
    [
      ["joined", ["missed"]],
      ["gap", []],
    ],
  ),
  state: row(
    ["one", "two"],
    async (state) => (await comeBack((offset) => ({ offset, state }))).state,
    ["one", "two"],
  ),
  timeoutMs: row(
    [1_000, 5_000],
    async (timeoutMs) => {
      const broker = new MemoryBroker({ replayEntries: 10 });
      const managed = new ManagedPeers({ broker });
      const room = managed.manager.room("r");
      void room.join(managed.add().connection);
      room.broadcast("first");
      await settle();
      if (broker.replay !== undefined) broker.replay.read = () => new Promise(() => {});
      let status: unknown;
      const resuming = room.resume(managed.add().connection, {
        offset: room.offset ?? "",
        timeoutMs,
      });
      void resuming.then((outcome) => (status = outcome));
      await settle();
      managed.clock.advance(2_000);
      await settle();
      return status;
    },
    ["gap", undefined],
  ),
};

export const PROMETHEUS: Table<PrometheusOptions> = {
  labels: row(
    [{ site: "one" }, { site: "two" }],
    (labels) => {
      const text = prometheusText(new ConnectionManager().metrics(), { labels });
      return /site="(\w+)"/.exec(text)?.[1];
    },
    ["one", "two"],
  ),
};
