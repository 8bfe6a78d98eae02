/** What the options of a manager do. */
import type { ServerRequest } from "../../src/index.js";
import {
  type BatchOptions,
  type CloseAnswer,
  ConnectionManager,
  type FirstMessageCheck,
  type ManagerOptions,
  MemoryBroker,
  type RateLimit,
} from "../../src/manager/index.js";
import { FakeClock } from "../support/clock.js";
import { closeOf, ManagedPeers } from "../support/managed-peers.js";
import { eventually, settle } from "../support/raw-peer.js";
import { acrossWith, batched, echoes, joins, sizeWith, twoClients } from "./managed.js";
import { row, type Table } from "./row.js";

const serverRows = {
  server: row([true, false], (is) => sizeWith(is, "server"), [1, 0]),
  servers: row([true, false], (is) => sizeWith(is, "servers"), [1, 0]),
  maxConnections: row([1, 2], (maxConnections) => twoClients({ maxConnections }), [
    [101, 503],
    [101, 101],
  ]),
  whenFull: row(
    ["refuse", { code: 4001, reason: "full" }] as const,
    (whenFull) => twoClients({ maxConnections: 1, whenFull }),
    [
      [101, 503],
      [101, "4001 full"],
    ],
  ),
  maxConnectionsPerAddress: row(
    [1, 2],
    (maxConnectionsPerAddress) => twoClients({ maxConnectionsPerAddress }),
    [
      [101, 429],
      [101, 101],
    ],
  ),
  whenAddressFull: row(
    ["refuse", { code: 4002, reason: "you again" }] as const,
    (whenAddressFull) => twoClients({ maxConnectionsPerAddress: 1, whenAddressFull }),
    [
      [101, 429],
      [101, "4002 you again"],
    ],
  ),
  addressOf: row(
    ["the same", "each its own"],
    (what) => {
      let count = 0;
      const addressOf = ({ remoteAddress }: ServerRequest): string | undefined =>
        what === "the same" ? remoteAddress : `192.0.2.${++count}`;
      return twoClients({ maxConnectionsPerAddress: 1, addressOf });
    },
    [
      [101, 429],
      [101, 101],
    ],
  ),
};

const messageRows = {
  rateLimit: row(
    [undefined, { messagesPerSecond: 1, burst: 1 }],
    (rateLimit) => echoes({ rateLimit }),
    [
      ["a", "b"],
      ["a", "1008"],
    ],
  ),
  idleTimeoutMs: row(
    [1_000, Infinity],
    (idleTimeoutMs) => echoes({ idleTimeoutMs }, ["a"], (clock) => clock.advance(2_000)),
    [["a", "1001"], ["a"]],
  ),
  authenticateFirst: row(
    [undefined, { check: (message: unknown) => message === "token" }],
    (authenticateFirst) => echoes({ authenticateFirst }, ["token", "b"]),
    [["token", "b"], ["b"]],
  ),
  batch: row(
    [undefined, { join: (messages: readonly unknown[]) => messages.join("+") }],
    (batch) => batched(batch),
    [["a", "b"], ["a+b"]],
  ),
  userOf: row(
    [() => "ada", () => "bob"],
    (userOf) => {
      const peers = new ManagedPeers({ userOf });
      const { connection } = peers.add();
      const found = [...peers.manager.ofUser("ada")];
      connection.terminate();
      return found.length;
    },
    [1, 0],
  ),
  onHandlerError: row(
    ["one hook", "another"],
    async (name) => {
      const told: string[] = [];
      const peers = new ManagedPeers({ onHandlerError: () => told.push(name) });
      peers.manager.on("message", () => {
        throw new Error("a fault");
      });
      const peer = peers.add();
      peer.message("a");
      await eventually(() => told.length > 0);
      peer.connection.terminate();
      return told;
    },
    [["one hook"], ["another"]],
  ),
  clock: row(
    [true, false],
    async (isGiven) => {
      const clock = new FakeClock();
      const idle = { idleTimeoutMs: 10_000, clock: isGiven ? clock : undefined };
      return await echoes(idle, ["a"], () => clock.advance(20_000));
    },
    [["a", "1001"], ["a"]],
  ),
};

const roomRows = {
  authorize: row([() => true, () => false], (authorize) => joins({ authorize }, ["r"]), [
    ["joined"],
    ["denied"],
  ]),
  maxRoomsPerConnection: row(
    [1, 2],
    (maxRoomsPerConnection) => joins({ maxRoomsPerConnection }, ["r", "s"]),
    [
      ["joined", "tooMany"],
      ["joined", "joined"],
    ],
  ),
  maxRoomNameLength: row(
    [299, 300],
    (maxRoomNameLength) => {
      try {
        return joins({ maxRoomNameLength }, ["x".repeat(300)]);
      } catch (error) {
        return error instanceof RangeError && "RangeError";
      }
    },
    ["RangeError", ["joined"]],
  ),
};

const clusterRows = {
  broker: row(
    [true, false],
    (isShared) => {
      const broker = new MemoryBroker();
      return acrossWith({ broker: isShared ? broker : new MemoryBroker() }, { broker });
    },
    [["hello"], []],
  ),
  clusterLimits: row(
    [{ maxPayloadBytes: 10 }, undefined],
    (clusterLimits) => {
      const broker = new MemoryBroker();
      return acrossWith({ broker, clusterLimits }, { broker });
    },
    [[], ["hello"]],
  ),
  cluster: row(
    ["one", "another"],
    (name) => {
      const made: string[] = [];
      const cluster: NonNullable<ManagerOptions<string>["cluster"]> = () => {
        made.push(name);
        throw new Error("enough is seen");
      };
      try {
        return new ConnectionManager({ cluster }).size;
      } catch {
        return made;
      }
    },
    [["one"], ["another"]],
  ),
};

export const MANAGER: Table<ManagerOptions> = {
  ...serverRows,
  ...messageRows,
  ...roomRows,
  ...clusterRows,
};

export const CLOSE_ANSWER: Table<CloseAnswer> = {
  code: row([4001, 4002], (code) => twoClients({ maxConnections: 1, whenFull: { code } }), [
    [101, "4001 Too many connections"],
    [101, "4002 Too many connections"],
  ]),
  reason: row(
    ["full", "later"],
    (reason) =>
      twoClients({ maxConnectionsPerAddress: 1, whenAddressFull: { code: 4001, reason } }),
    [
      [101, "4001 full"],
      [101, "4001 later"],
    ],
  ),
};

export const BATCH: Table<BatchOptions> = {
  join: messageRows.batch,
  maxMessages: row([2, 3], (maxMessages) => batched({ maxMessages }, true), [["a", "b"], []]),
  maxBytes: row([2, 3], (maxBytes) => batched({ maxBytes }, true), [["a", "b"], []]),
};

export const RATE: Table<RateLimit> = {
  messagesPerSecond: row(
    [1, 4],
    (messagesPerSecond) =>
      echoes({ rateLimit: { messagesPerSecond, burst: 1 } }, ["a", "b"], (clock) =>
        clock.advance(500),
      ),
    [
      ["a", "1008"],
      ["a", "b"],
    ],
  ),
  burst: row([1, 2], (burst) => echoes({ rateLimit: { messagesPerSecond: 1, burst } }), [
    ["a", "1008"],
    ["a", "b"],
  ]),
  whenExceeded: row(
    ["close", "drop", { reply: "slowly" }] as const,
    (whenExceeded) => echoes({ rateLimit: { messagesPerSecond: 1, burst: 1, whenExceeded } }),
    [["a", "1008"], ["a"], ["a", "slowly"]],
  ),
};

const FIRST = { check: (message: unknown): boolean => message === "token" };

export const FIRST_MESSAGE: Table<FirstMessageCheck<string>> = {
  check: row([true, false], (is) => echoes({ authenticateFirst: { check: () => is } }), [
    ["b"],
    ["1008"],
  ]),
  deadlineMs: row(
    [5_000, 20_000],
    async (deadlineMs) => {
      const peers = new ManagedPeers({ authenticateFirst: { ...FIRST, deadlineMs } });
      const peer = peers.add();
      peers.clock.advance(12_000); // over the default, and not yet the end of the closing handshake
      await settle();
      peer.connection.terminate();
      return closeOf(peer)?.slice(0, 4);
    },
    ["1008", undefined],
  ),
};
