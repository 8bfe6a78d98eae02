/** What the options of a message to many do. */
import type { BroadcastOptions } from "../../src/manager/index.js";
import { ManagedPeers, textsOf } from "../support/managed-peers.js";
import { NO_DEFLATE_LIMITS, type RawPeer, settle } from "../support/raw-peer.js";
import { BINARY, TEXT } from "../support/wire-frame.js";
import { twoNodes } from "./rooms.js";
import { rowOn, type Table } from "./row.js";

type Broadcast = (
  managed: ManagedPeers,
  data: string | Uint8Array,
  options: BroadcastOptions<string>,
) => unknown;

/** What sends to many, to the connections of `managed`, which are all in the room "r". */
const WAYS: Readonly<Record<string, Broadcast>> = {
  "manager.broadcast": ({ manager }, data, options) => manager.broadcast(data, options),
  "room.broadcast": ({ manager }, data, options) => manager.room("r").broadcast(data, options),
};
const TO_ONE: Readonly<Record<string, Broadcast>> = {
  "manager.sendToUser": ({ manager }, data, options) => manager.sendToUser("ada", data, options),
};

function inRoom(
  count: number,
  reading: "reading" | "stalled" = "reading",
): [ManagedPeers, RawPeer[]] {
  const managed = new ManagedPeers({ userOf: () => "ada" });
  const peers = Array.from({ length: count }, () =>
    managed.add({ deflate: NO_DEFLATE_LIMITS }, reading),
  );
  for (const { connection } of peers) void managed.manager.room("r").join(connection);
  return [managed, peers];
}

/** The first frame that a receiver gets. */
async function firstFrame(way: Broadcast, options: BroadcastOptions<string>) {
  const [managed, [peer]] = inRoom(1);
  way(managed, Buffer.from("a text of more bytes than the least that are compressed"), options);
  const first = await peer?.next();
  peer?.connection.terminate();
  return first;
}

export const BROADCAST: Table<BroadcastOptions> = {
  except: rowOn(
    { ...WAYS, ...TO_ONE },
    [true, false],
    async (way, isGiven) => {
      const [managed, peers] = inRoom(2);
      way(managed, "a", isGiven ? { except: peers[0]?.connection } : {});
      await settle();
      for (const { connection } of peers) connection.terminate();
      return peers.map(textsOf);
    },
    [
      [[], ["a"]],
      [["a"], ["a"]],
    ],
  ),
  volatile: rowOn(
    { ...WAYS, ...TO_ONE },
    [true, false],
    async (way, isVolatile) => {
      const [managed, [peer]] = inRoom(1, "stalled");
      peer?.connection.send("x".repeat(300_000), { compress: false });
      way(managed, "a", { volatile: isVolatile });
      peer?.read();
      await settle();
      peer?.connection.terminate();
      return peer && textsOf(peer).length;
    },
    [1, 2],
  ),
  batchMs: rowOn(
    { ...WAYS, ...TO_ONE },
    [0, 100],
    async (way, batchMs) => {
      const [managed, [peer]] = inRoom(1);
      way(managed, "a", { batchMs });
      managed.clock.advance(50);
      await settle();
      peer?.connection.terminate();
      return peer && textsOf(peer);
    },
    [["a"], []],
  ),
  scope: rowOn(
    WAYS,
    ["cluster", "local"] as const,
    async (way, scope) => {
      const { here, peers } = await twoNodes();
      way(here, "a", { scope });
      await settle();
      for (const { connection } of peers) connection.terminate();
      return peers.map(textsOf);
    },
    [
      [["a"], ["a"]],
      [["a"], []],
    ],
  ),
  type: rowOn(
    { ...WAYS, ...TO_ONE },
    ["binary", "text"] as const,
    async (way, type) => (await firstFrame(way, { type }))?.opcode,
    [BINARY, TEXT],
  ),
  compress: rowOn(
    { ...WAYS, ...TO_ONE },
    [true, false],
    async (way, compress) => (await firstFrame(way, { compress }))?.rsv,
    [4, 0],
  ),
};
