/** Clients of managers, and what becomes of them. */
import {
  type BatchOptions,
  ConnectionManager,
  type ManagerOptions,
} from "../../src/manager/index.js";
import type { FakeClock } from "../support/clock.js";
import { closeOf, ManagedPeers, textsOf } from "../support/managed-peers.js";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { settle } from "../support/raw-peer.js";
import { startServer } from "../support/server-under-test.js";

type Options = ManagerOptions<string>;

/** The statuses of two clients, one after the other, of a server with a manager. */
export async function twoClients(options: Options): Promise<(number | string)[]> {
  await using under = await startServer<string>({ authenticate: () => "ada" });
  const manager = new ConnectionManager<string>({ server: under.server, ...options });
  using first = await RawClient.send(under, upgradeRequest());
  const statuses: (number | string)[] = [(await first.answer()).httpStatus];
  using second = await RawClient.send(under, upgradeRequest());
  const { httpStatus } = await second.answer();
  const end = httpStatus === 101 && under.refused.length > 0 ? await second.frame() : undefined;
  const payload = end && Buffer.from(end.payload);
  statuses.push(
    payload ? `${payload.readUInt16BE()} ${payload.subarray(2).toString()}`.trim() : httpStatus,
  );
  await manager.shutdown({ deadlineMs: 0 });
  return statuses;
}

/** What two messages of a client bring it, with a manager that echoes. */
export async function echoes(
  options: Options,
  messages = ["a", "b"],
  meanwhile: (clock: FakeClock) => void = () => {},
): Promise<string[]> {
  const peers = new ManagedPeers(options);
  peers.manager.on("message", (connection, message) => connection.send(message));
  const peer = peers.add();
  for (const message of messages) {
    peer.message(message);
    await settle();
    meanwhile(peers.clock);
    await settle();
  }
  const close = closeOf(peer);
  const got = close === undefined ? textsOf(peer) : [...textsOf(peer), close.slice(0, 4)];
  peer.connection.terminate();
  return got;
}

/** How many connections a manager has after a client has come to a server. */
export async function sizeWith(isGiven: boolean, name: "server" | "servers"): Promise<number> {
  await using under = await startServer<string>({ authenticate: () => "ada" });
  const given = name === "server" ? { server: under.server } : { servers: [under.server] };
  const manager = new ConnectionManager<string>(isGiven ? given : {});
  using client = await RawClient.send(under, upgradeRequest());
  await client.head();
  return manager.size;
}

/** What a member gets of two broadcasts that wait for each other. */
export async function batched(batch: BatchOptions | undefined, isEarly = false): Promise<string[]> {
  const peers = new ManagedPeers({ batch });
  const peer = peers.add();
  for (const text of ["a", "b"]) peers.manager.broadcast(text, { batchMs: 100 });
  await settle();
  if (!isEarly) peers.clock.advance(100);
  await settle();
  peer.connection.terminate();
  return textsOf(peer);
}

export function joins(options: Options, rooms: readonly string[]): Promise<string[]> {
  const peers = new ManagedPeers(options);
  const { connection } = peers.add();
  const joined = rooms.map((name) => peers.manager.room(name).join(connection));
  return Promise.all(joined).finally(() => connection.terminate());
}

/** What a member of another manager gets of a broadcast. */
export async function acrossWith(options: Options, other: Options): Promise<string[]> {
  const [here, there] = [new ManagedPeers(options), new ManagedPeers(other)];
  const peer = there.add();
  await settle();
  here.manager.broadcast("hello");
  await settle();
  peer.connection.terminate();
  await Promise.all([here.manager.shutdown(), there.manager.shutdown()]);
  return textsOf(peer);
}
