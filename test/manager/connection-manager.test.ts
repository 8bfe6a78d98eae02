// A manager on real servers, with real clients.
import { describe, expect, it } from "vitest";
import { connect } from "../../src/node/index.js";
import { ConnectionManager } from "../../src/manager/index.js";
import { eventually } from "../support/raw-peer.js";
import { startServer } from "../support/server-under-test.js";

describe("a ConnectionManager", () => {
  it("takes the connections of its servers, and lets them go when they end", async () => {
    await using one = await startServer();
    await using two = await startServer();
    const manager = new ConnectionManager({ servers: [one.server, two.server] });
    const clients = await Promise.all([connect(one.server.url), connect(two.server.url)]);
    await eventually(() => manager.size === 2);
    for (const client of clients) client.close();
    await eventually(() => manager.size === 0);
  });

  it("sends to the members of a room, but for whom is excepted", async () => {
    await using under = await startServer();
    const manager = new ConnectionManager({ server: under.server });
    manager.on("connection", (connection) => void manager.room("lobby").join(connection));
    const got: unknown[] = [];
    const [one, two] = await Promise.all([connect(under.server.url), connect(under.server.url)]);
    one.on("message", (message) => got.push(message));
    two.on("message", (message) => got.push(message));
    await eventually(() => manager.room("lobby").size === 2);
    const [first] = manager.room("lobby").members;

    expect(manager.room("lobby").broadcast("hello", { except: first })).toMatchObject({ sent: 1 });
    expect(manager.broadcast("to all")).toEqual({ sent: 2, buffered: 0, dropped: 0, closed: 0 });
    await eventually(() => got.length === 3);
    expect(got).toEqual(expect.arrayContaining(["hello", "to all", "to all"]));
  });
});
