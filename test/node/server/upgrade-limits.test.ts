// How many connections there may be, and that every way out gives a place back.
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../support/clock.js";
import { answerTo, RawClient, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { eventually } from "../../support/raw-peer.js";
import { startServer, WAYS_IN } from "../../support/server-under-test.js";
import { CLOSE, frame } from "../../support/wire-frame.js";
import { headBytes } from "../../support/wire-handshake.js";
import { goAway, WAYS_OUT, WISH_HOOKS } from "../../support/ways-out.js";

describe("maxConnections", () => {
  it.each(WAYS_IN)(
    "by way of an %s, lets so many in, and refuses the next with 503",
    async (wayIn) => {
      await using under = await startServer({ maxConnections: 2 }, wayIn);
      using one = await RawClient.send(under, upgradeRequest());
      using two = await RawClient.send(under, upgradeRequest());
      await one.head();
      await two.head();

      const { httpStatus, body } = await answerTo(under, upgradeRequest());
      expect(httpStatus).toBe(503);
      expect(body).not.toContain("is 2"); // that is for the application to know
      expect(under.refused).toMatchObject([
        {
          code: "CONNECTIONS_TOO_MANY",
          reason: expect.stringContaining("limit of connections: maxConnections is 2 "),
        },
      ]);
      expect(under.server.connections.size).toBe(2);
    },
  );

  it("of zero is zero", async () => {
    await using under = await startServer({ maxConnections: 0 });

    expect(await statusOf(under, upgradeRequest())).toBe(503);
  });

  it("counts those that authenticate is busy with, and asks it about no more", async () => {
    let asked = 0;
    await using under = await startServer<unknown>({
      maxConnections: 3,
      authenticate: () => {
        asked++;
        return new Promise(() => {});
      },
    });
    const waiting = await Promise.all([1, 2, 3].map(() => RawClient.send(under, upgradeRequest())));
    await eventually(() => asked === 3);

    expect(await statusOf(under, upgradeRequest())).toBe(503);
    expect(asked).toBe(3);
    for (const client of waiting) client.socket.destroy();
  });

  it("counts before a hook is asked, and after the origin: who may not connect takes no place", async () => {
    let asked = 0;
    await using under = await startServer<unknown>({
      maxConnections: 0,
      authenticate: () => asked++,
    });

    expect(await statusOf(under, upgradeRequest("/", { origin: "http://evil.example" }))).toBe(403);
    expect(await statusOf(under, upgradeRequest())).toBe(503);
    expect(asked).toBe(0);
  });

  it.each(WAYS_OUT)("gives the place back after %s", async (...way) => {
    const clock = new FakeClock();
    let asked = 0;
    await using under = await startServer<unknown>({
      clock,
      maxConnections: 1,
      ...WISH_HOOKS,
      authenticate: (request) => {
        asked++;
        return WISH_HOOKS.authenticate?.(request);
      },
    });
    using client = await RawClient.send(under, upgradeRequest("/", { "x-wish": way[0] }));
    await eventually(() => asked === 1);
    await goAway(client, clock, way);

    expect(await statusOf(under, upgradeRequest())).toBe(101);
    expect(clock.timers).toBeLessThanOrEqual(2); // those of this connection
  });
});

describe("whenFull: acceptThenClose", () => {
  it("tells clients 1013 in a way that a page can read, up to as many again", async () => {
    await using under = await startServer({ maxConnections: 1, whenFull: "acceptThenClose" });
    let connections = 0;
    under.server.on("connection", () => connections++);
    using one = await RawClient.send(under, upgradeRequest());
    await one.head();
    using two = await RawClient.send(under, upgradeRequest());
    await two.head();

    expect(await two.frame()).toMatchObject({
      opcode: CLOSE,
      payload: expect.objectContaining({ 0: 1013 >> 8, 1: 1013 & 255 }),
    });
    expect(await statusOf(under, upgradeRequest())).toBe(503);
    two.sendFrames(frame(CLOSE));
    await two.ended();
    two.socket.end();
    await two.closed();
    while ((await statusOf(under, upgradeRequest())) !== 101);
    expect(connections).toBe(1);
    expect(under.server.connections.size).toBe(1);
  });
});

describe("a crowd", () => {
  it("of 1000 clients at once is let in or refused, each with a clear answer, and leaves nothing behind", async () => {
    await using under = await startServer({ maxConnections: 500 });
    const crowd = await Promise.all(
      Array.from({ length: 1_000 }, () => RawClient.send(under, upgradeRequest())),
    );
    const lines = await Promise.all(crowd.map(async (client) => (await client.head()).startLine));

    expect(lines.filter((line) => line.includes(" 101 "))).toHaveLength(500);
    expect(lines.filter((line) => line.includes(" 503 "))).toHaveLength(500);
    for (const client of crowd) client.socket.destroy();
    await under.server.shutdown({ deadlineMs: Infinity }); // only when nothing is left
  });

  it("that waits for authenticate keeps nobody from asking for something else", async () => {
    let asked = 0;
    await using under = await startServer<unknown>({
      maxConnections: 100,
      onRequest: (_request, respond) => respond({ httpStatus: 200 }),
      authenticate: () => {
        asked++;
        return new Promise(() => {});
      },
    });
    const waiting = await Promise.all(
      Array.from({ length: 100 }, () => RawClient.send(under, upgradeRequest())),
    );
    await eventually(() => asked === 100);

    const health = headBytes(["GET /health HTTP/1.1", "host: localhost"]);
    expect(await statusOf(under, health)).toBe(200);
    expect(await statusOf(under, upgradeRequest())).toBe(503);
    for (const client of waiting) client.socket.destroy();
  });

  it("that never sends a request is kept in bounds, too", async () => {
    await using under = await startServer({ maxConnections: 1 });
    const silent = await Promise.all(Array.from({ length: 100 }, () => RawClient.connect(under)));

    expect(await statusOf(under, upgradeRequest())).toBe(503);
    for (const client of silent) client.socket.destroy();
    while ((await statusOf(under, upgradeRequest())) !== 101);
  });
});
