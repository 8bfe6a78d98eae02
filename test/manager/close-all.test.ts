// The end of all connections of a manager, which goes on itself.
import { describe, expect, it } from "vitest";
import { NO_CLUSTER } from "../../src/cluster/index.js";
import { ConnectionManager } from "../../src/manager/index.js";
import { closeOf, ManagedPeers, textsOf } from "../support/managed-peers.js";
import { eventually, settle } from "../support/raw-peer.js";

describe("closeAll", () => {
  it.each([{ code: 1005 }, { reason: "x".repeat(124) }, { deadlineMs: -1 }])(
    "with %o closes nobody",
    async (options) => {
      const peers = new ManagedPeers();
      const peer = peers.add();
      await expect(peers.manager.closeAll(options)).rejects.toThrow(RangeError);
      await settle();
      expect(peer.frames).toEqual([]);
    },
  );

  it("tells other processes nothing that cannot be done", async () => {
    const told: unknown[] = [];
    const cluster = { ...NO_CLUSTER, closeAll: (options: unknown) => told.push(options) };
    const manager = new ConnectionManager({ cluster: () => cluster });
    const impossible = manager.closeAll({ scope: "cluster", code: 1005 });
    await expect(impossible).rejects.toThrow(RangeError);
    await manager.closeAll({ scope: "cluster", code: 4000 });
    expect(told).toEqual([{ code: 4000 }]);
  });

  it("leaves the manager open for more", async () => {
    const peers = new ManagedPeers();
    const peer = peers.add();
    const closed = peers.manager.closeAll();
    await eventually(() => closeOf(peer) !== undefined);
    expect(closeOf(peer)).toBe("1001");
    peer.socket.destroy();
    await closed;
    expect(peers.clock.timers).toBe(0);
    peers.manager.broadcast("x");
    expect(textsOf(peers.add())).toEqual([]);
    expect(peers.manager.size).toBe(1);
  });
});
