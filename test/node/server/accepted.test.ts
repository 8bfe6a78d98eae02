// The connections of a server as one live set, which keeps none that has ended.
import { describe, expect, it } from "vitest";
import { ConnectionManager } from "../../../src/manager/index.js";
import type { WebSocketConnection } from "../../../src/node/connection/connection.js";
import { RawClient, upgradeRequest } from "../../support/raw-client.js";
import { eventually, settle } from "../../support/raw-peer.js";
import { collectGarbage } from "../../support/retained-bytes.js";
import { startServer } from "../../support/server-under-test.js";
import { CLOSE, TEXT, closePayload, frame } from "../../support/wire-frame.js";
import { turn } from "../../support/wire-signal.js";

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

  it("keeps no connection that has ended, nor does anything else, although messages of it wait", async () => {
    await using under = await startServer({});
    const manager = new ConnectionManager({ server: under.server });
    const ended: WeakRef<WebSocketConnection>[] = [];
    for (let i = 0; i < 5; i++) {
      await (async () => {
        using client = await RawClient.send(under, upgradeRequest());
        await client.head();
        client.sendFrames(frame(TEXT, "x".repeat(10_000)), frame(CLOSE, closePayload(1000)));
        for (const connection of under.server.connections) ended.push(new WeakRef(connection));
        client.socket.end();
        await eventually(() => under.server.connections.size === 0);
      })();
      await settle();
      expect(ended[i]?.deref()?.traffic.received.messages).toBe(1);
    }
    expect(manager.size).toBe(0);
    await settle();
    collectGarbage();
    // The engine's last frames may have one still.
    expect(ended.filter((one) => one.deref() !== undefined).length).toBeLessThan(2);
  });
});
