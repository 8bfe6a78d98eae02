// A server that takes nobody in any more, and keeps those it has.
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { portOf, RawClient, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { eventually } from "../../support/raw-peer.js";
import { ALL_WAYS_IN, startServer } from "../../support/server-under-test.js";
import { frame, PING, PONG } from "../../support/wire-frame.js";

describe.each(ALL_WAYS_IN)("stopListening, by way of an %s", (wayIn) => {
  it("lets nobody in, and leaves those who are here or on their way in alone", async () => {
    let admit: (isIn: boolean) => void = () => {};
    const asked: string[] = [];
    const authenticate = ({ path }: { path: string }): boolean | Promise<boolean> => {
      asked.push(path);
      return path === "/slow" ? new Promise<boolean>((resolve) => (admit = resolve)) : true;
    };
    await using under = await startServer({ authenticate }, wayIn);
    using early = await RawClient.send(under, upgradeRequest("/early"));
    await early.head();
    using slow = await RawClient.send(under, upgradeRequest("/slow"));
    await eventually(() => asked.includes("/slow"));
    await under.server.stopListening();

    if (wayIn === "own listener") {
      await expect(RawClient.connect(under)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    } else expect(await statusOf(under, upgradeRequest("/late"))).toBe(503);
    admit(true);
    expect((await slow.head()).startLine).toContain("101");
    for (const client of [early, slow]) {
      client.sendFrames(frame(PING, "x"));
      expect(await client.frame()).toMatchObject({ opcode: PONG });
    }
    expect(under.server.connections.size).toBe(2);
    expect(asked).toEqual(["/early", "/slow"]);
  });
});

describe("stopListening", () => {
  it("makes room for another at once, and may be called again", async () => {
    await using under = await startServer();
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();
    await Promise.all([under.server.stopListening(), under.server.stopListening()]);
    const next = createServer().listen(under.port, "127.0.0.1");
    await once(next, "listening");

    expect(portOf(next)).toBe(under.port);
    expect(under.server.address()).toBeUndefined();
    expect(() => under.server.url).toThrow("does not listen");
    await under.server.stopListening();
    next.close();
  });

  it("calls off listening that has not begun", async () => {
    const server = new WebSocketServer({ port: 0, host: "localhost" });
    await server.stopListening();

    expect(server.address()).toBeUndefined();
    await server.shutdown();
  });

  it("settles when the server could not listen", async () => {
    await using under = await startServer();
    const server = new WebSocketServer({ port: under.port, host: "127.0.0.1" });
    await expect(server.listening()).rejects.toMatchObject({ code: "EADDRINUSE" });
    await server.stopListening();
    await server.shutdown();
  });

  it("leaves the rest to shutdown", async () => {
    const under = await startServer();
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();
    await under.server.stopListening();
    const done = under.server.shutdown({ deadlineMs: 0 });

    await client.ended();
    await done;
    expect(under.server.connections.size).toBe(0);
  });
});
