import { describe, expect, it } from "vitest";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { eventually } from "../support/raw-peer.js";
import { collectGarbage } from "../support/retained-bytes.js";
import { startServer } from "../support/server-under-test.js";
import { turn } from "../support/wire-signal.js";

describe("ConnectionGroup", () => {
  it("gives one set, with all that came before it was asked for, and after", async () => {
    await using under = await startServer({});
    using first = await RawClient.send(under, upgradeRequest());
    await first.head();
    const { connections } = under.server;
    expect(connections.size).toBe(1);

    using second = await RawClient.send(under, upgradeRequest());
    await second.head();
    expect(connections.size).toBe(2);
    expect(under.server.connections).toBe(connections);
    const [one] = connections;
    first.socket.destroy();
    await eventually(() => connections.size === 1);
    expect(one && connections.has(one)).toBe(false);
  });

  it("does not keep the set, which would keep closed connections for a while", async () => {
    await using under = await startServer({});
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();
    const asked = new WeakRef(under.server.connections);
    await turn(); // what a reference was asked for stays until the turn ends
    collectGarbage();
    expect(asked.deref()).toBeUndefined();
    expect(under.server.connections.size).toBe(1);
  });
});
