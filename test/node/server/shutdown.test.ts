// The end of a server: orderly, in time, once.
import { describe, expect, it } from "vitest";
import { acceptThenClose, reject } from "../../../src/node/server/rejection.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { FakeClock } from "../../support/clock.js";
import { portOf, RawClient, upgradeRequest } from "../../support/raw-client.js";
import { eventually, settle } from "../../support/raw-peer.js";
import { startServer, WAYS_IN } from "../../support/server-under-test.js";
import {
  CLOSE,
  closePayload,
  encodeFrame,
  frame,
  SCRIPT_KEY,
  TEXT,
} from "../../support/wire-frame.js";

async function open(to: { readonly port: number }): Promise<RawClient> {
  const client = await RawClient.send(to, upgradeRequest());
  await client.head();
  return client;
}

describe.each(WAYS_IN)("by way of an %s, shutdown", (wayIn) => {
  it("closes everybody with 1001, and resolves when they are gone", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock }, wayIn);
    const clients = await Promise.all(Array.from({ length: 20 }, () => open(under)));
    let isDone = false;
    const done = under.server.shutdown().then(() => (isDone = true));
    for (const client of clients.slice(1)) {
      expect((await client.frame()).payload).toEqual(closePayload(1001));
      client.sendFrames(frame(CLOSE, closePayload(1001)));
      await client.ended();
      client.socket.end();
    }
    await settle();
    expect(isDone).toBe(false);

    clients[0]?.sendFrames(frame(CLOSE, closePayload(1001)));
    await clients[0]?.ended();
    clients[0]?.socket.end();
    await done;
    expect(under.server.connections.size).toBe(0);
    expect(clients.every((client) => client.error === undefined)).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it("cuts those who do not answer at the deadline", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock, closeTimeoutMs: 60_000 }, wayIn);
    using dead = await open(under);
    using polite = await open(under);
    const done = under.server.shutdown({ deadlineMs: 5_000 });
    await dead.frame();
    polite.sendFrames(frame(CLOSE, closePayload(1001)));
    await polite.ended();
    polite.socket.end();
    await polite.closed();
    await eventually(() => under.server.connections.size === 1);
    clock.advance(4_999);
    await settle();
    expect(dead.isClosed || dead.hasEnded).toBe(false);
    clock.advance(1);

    await done;
    expect(under.server.connections.size).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it("lets listeners at work answer before it closes, and reads no other message", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock }, wayIn);
    const begun: string[] = [];
    const gates: (() => void)[] = [];
    under.server.on("connection", (connection) => {
      connection.on("message", async (message) => {
        begun.push(message.toString());
        await new Promise<void>((done) => gates.push(done));
        connection.send(`answer ${message.toString()}`);
      });
    });
    using busy = await open(under);
    using idle = await open(under);
    busy.sendFrames(frame(TEXT, "1"), frame(TEXT, "2"));
    await eventually(() => begun.length === 1);
    const done = under.server.shutdown({ code: 1012 });
    expect((await idle.frame()).payload).toEqual(closePayload(1012));
    clock.advance(9_000);
    await settle();
    expect(begun).toEqual(["1"]);
    gates.shift()?.();
    expect(Buffer.from((await busy.frame()).payload).toString()).toBe("answer 1");
    expect((await busy.frame()).payload).toEqual(closePayload(1012));
    for (const client of [busy, idle]) {
      client.sendFrames(frame(CLOSE, closePayload(1012)));
      await client.ended();
      client.socket.end();
    }
    await done;
    gates.shift()?.(); // the second message comes behind the end
    await settle();
    expect(clock.timers).toBe(0);
  });

  it("closes and cuts at the deadline those that wait for a listener that hangs", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock }, wayIn);
    let isBegun = false;
    under.server.on("connection", (connection) => {
      connection.on("message", () => {
        isBegun = true;
        return new Promise(() => {});
      });
    });
    using client = await open(under);
    client.sendFrames(frame(TEXT, "1"));
    await eventually(() => isBegun);
    const done = under.server.shutdown({ deadlineMs: 5_000 });
    await settle();
    expect(client.hasEnded).toBe(false);
    clock.advance(5_000);
    expect((await client.frame()).payload).toEqual(closePayload(1001));
    await done;
    await client.ended();
    expect(under.server.connections.size).toBe(0);
    clock.advance(10_000); // until then, `close` of the connection waits for the listener
    expect(clock.timers).toBe(0);
  });

  it("does not wait for the listener that calls it", async () => {
    await using under = await startServer({ clock: new FakeClock() }, wayIn);
    under.server.on("connection", (connection) => {
      connection.on("message", async () => under.server.shutdown());
    });
    using client = await open(under);
    client.sendFrames(frame(TEXT, "stop"));
    expect((await client.frame()).payload).toEqual(closePayload(1001));
    client.socket.end();
    await client.ended();
    await under.server.shutdown();
  });

  it("refuses with 503 who is in the opening handshake, and tells its hook", async () => {
    const signals: AbortSignal[] = [];
    await using under = await startServer<unknown>(
      {
        authenticate: ({ signal }) => {
          signals.push(signal);
          return new Promise(() => {});
        },
      },
      wayIn,
    );
    using client = await RawClient.send(under, upgradeRequest());
    await eventually(() => signals.length === 1);
    const done = under.server.shutdown();

    expect((await client.answer()).httpStatus).toBe(503);
    expect(signals[0]?.aborted).toBe(true);
    client.socket.end();
    await done;
    expect(under.refused).toMatchObject([{ code: "SERVER_CLOSING" }]);
  });
});

describe("shutdown", () => {
  it("says what it is told to say, and says it once", async () => {
    await using under = await startServer();
    using client = await open(under);
    const first = under.server.shutdown({ code: 1012, reason: "back in a minute" });
    const second = under.server.shutdown({ code: 1001 });
    expect(second).toBe(first);

    expect((await client.frame()).payload).toEqual(closePayload(1012, "back in a minute"));
    client.sendFrames(frame(CLOSE, closePayload(1012)));
    await client.ended();
    client.socket.end();
    await Promise.all([first, second]);
    await under.server.shutdown();
  });

  it("does nothing when it is asked for what cannot be", async () => {
    await using under = await startServer();

    expect(() => under.server.shutdown({ code: 1005 })).toThrow(RangeError);
    expect(() => under.server.shutdown({ reason: "x".repeat(124) })).toThrow(RangeError);
    expect(() => under.server.shutdown({ deadlineMs: -1 })).toThrow(RangeError);
    using client = await open(under);
    expect(client.isClosed).toBe(false);
  });

  it("stops listening at once", async () => {
    await using under = await startServer();
    using client = await open(under);
    const done = under.server.shutdown();
    expect(under.server.address()).toBeUndefined(); // before anybody is told to go
    await client.frame();

    await expect(RawClient.connect(under)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    client.socket.destroy();
    await done;
  });

  it("refuses with 503 who had connected, and sends a request only then", async () => {
    await using under = await startServer();
    using waiting = await RawClient.send(under, "GET / HTTP/1.1\r\n");
    using client = await open(under);
    const done = under.server.shutdown();

    expect((await waiting.answer()).httpStatus).toBe(503);
    waiting.socket.end();
    client.sendFrames(frame(CLOSE, closePayload(1001)));
    await client.ended();
    client.socket.end();
    await done;
  });

  it("delivers what was sent before, and takes no more messages", async () => {
    await using under = await startServer();
    const heard: unknown[] = [];
    under.server.on("connection", (connection) => {
      connection.on("message", (message) => heard.push(message));
    });
    using client = await open(under);
    for (const connection of under.server.connections) connection.send("last words");
    const done = under.server.shutdown();
    expect(await client.frame()).toMatchObject({ opcode: TEXT });
    expect(await client.frame()).toMatchObject({ opcode: CLOSE });
    client.send(encodeFrame(frame(TEXT, "too late"), { maskingKey: SCRIPT_KEY }));
    client.sendFrames(frame(CLOSE, closePayload(1001)));
    await client.ended();
    client.socket.end();
    await done;

    expect(heard).toEqual([]);
  });

  it("cuts at the deadline those, too, who were refused or only accepted to be closed", async () => {
    const clock = new FakeClock();
    await using under = await startServer<unknown>({
      clock,
      closeTimeoutMs: Infinity,
      authenticate: ({ path }) => (path === "/refuse" ? reject(401) : acceptThenClose(4401)),
    });
    using refused = await RawClient.send(under, upgradeRequest("/refuse"));
    using closed = await RawClient.send(under, upgradeRequest("/close"));
    await refused.ended();
    await closed.head();
    let isDone = false;
    const done = under.server.shutdown({ deadlineMs: 1_000 }).then(() => (isDone = true));
    await settle();
    expect(isDone).toBe(false);
    clock.advance(1_000);
    await done;
  });

  it("comes with `await using`", async () => {
    let port = 0;
    {
      await using server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
      await server.listening();
      port = portOf(server);
    }
    await expect(RawClient.connect({ port })).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
