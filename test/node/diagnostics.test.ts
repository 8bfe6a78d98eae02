import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it, vi } from "vitest";
import { connect } from "../../src/node/client/connect.js";
import { acceptThenClose, reject } from "../../src/node/server/rejection.js";
import { Observer } from "../support/diagnostics.js";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { connectedPair, eventually, RawPeer, settle } from "../support/raw-peer.js";
import { startServer } from "../support/server-under-test.js";
import { CLOSE, closePayload, frame, hex, TEXT } from "../support/wire-frame.js";

const ADDRESS = { remoteAddress: "127.0.0.1" };

describe("the channels of the opening handshake", () => {
  it("tell of both ends of one that succeeds, before its connections", async () => {
    using observer = new Observer();
    await using under = await startServer();
    const connection = await connect(`ws://127.0.0.1:${under.port}/`);
    expect(observer.seen).toEqual([
      ["handshake:accepted", { role: "server", closeCode: undefined, ...ADDRESS }],
      ["connection:opened", expect.objectContaining({ role: "server", ...ADDRESS })],
      ["handshake:accepted", { role: "client", closeCode: undefined, ...ADDRESS }],
      ["connection:opened", expect.objectContaining({ role: "client", ...ADDRESS })],
    ]);
    connection.terminate();
  });

  it("tell of one that is refused, by the protocol or by the application, on both ends", async () => {
    using observer = new Observer(["plainsocket:handshake:refused"]);
    await using under = await startServer<unknown>({
      authenticate: () => reject(401),
      path: "/chat",
    });
    using client = await RawClient.send(under, "no HTTP\r\n\r\n");
    await client.ended();
    await expect(connect(`ws://127.0.0.1:${under.port}/chat`)).rejects.toThrow("switch protocols");
    await expect(connect(`ws://127.0.0.1:${under.port}/other`)).rejects.toThrow("switch protocols");
    const ofClient = { role: "client", code: "STATUS_UNEXPECTED", remoteAddress: undefined };
    expect(observer.seen.map(([, message]) => message)).toEqual([
      { role: "server", httpStatus: 400, code: "HEAD_MALFORMED", ...ADDRESS },
      { role: "server", httpStatus: 401, code: "REJECTED", ...ADDRESS },
      { ...ofClient, httpStatus: 401 },
      { role: "server", httpStatus: 404, code: "PATH_UNKNOWN", ...ADDRESS },
      { ...ofClient, httpStatus: 404 },
    ]);
  });

  it("tell of clients that are accepted only to be closed, and so does the server", async () => {
    using observer = new Observer(["plainsocket:handshake:accepted"]);
    await using under = await startServer<unknown>({
      maxConnections: 1,
      whenFull: "acceptThenClose",
      authenticate: () => acceptThenClose(4401),
    });
    for (let i = 0; i < 2; i++) {
      const client = await RawClient.send(under, upgradeRequest());
      await client.frame();
    }
    const toServer = { role: "server", ...ADDRESS };
    expect(observer.seen.map(([, message]) => message)).toEqual([
      { ...toServer, closeCode: 4401 },
      { ...toServer, closeCode: 1013 },
    ]);
    expect(under.refused).toMatchObject([
      { httpStatus: 101, closeCode: 4401, code: "REJECTED" },
      { httpStatus: 101, closeCode: 1013, code: "CONNECTIONS_TOO_MANY" },
    ]);
  });
});

describe("the channels of connections", () => {
  it("number connections, and tell how each ended and what went over it", async () => {
    using observer = new Observer();
    const { client, server } = connectedPair();
    server.on("message", () => {});
    client.send("hello");
    client.close(4001, "a secret");
    await Promise.all([client.closed, server.closed]);

    const opened = observer.on("connection:opened");
    const numbers = opened.map((message) => Object(message).connection);
    expect(opened).toEqual([
      { connection: numbers[0], role: "client", remoteAddress: undefined, extensions: "" },
      { connection: numbers[1], role: "server", remoteAddress: undefined, extensions: "" },
    ]);
    expect(numbers[1]).toBe(numbers[0] + 1);
    const closed = { code: 4001, wasClean: true, errorCode: undefined };
    expect(observer.on("connection:closed")).toEqual([
      { connection: numbers[0], role: "client", ...closed, traffic: client.traffic },
      { connection: numbers[1], role: "server", ...closed, traffic: server.traffic },
    ]);
    expect(server.traffic.received.messages).toBe(1);
    expect(JSON.stringify(observer.seen)).not.toContain("secret");
  });

  it("tell which rule a peer broke", async () => {
    using observer = new Observer();
    const peer = new RawPeer();
    peer.connection.on("message", () => {});
    peer.send(frame(TEXT, hex("ff")));
    await peer.next();
    peer.socket.end();
    await peer.connection.closed;
    expect(observer.on("connection:failed")).toEqual([
      {
        connection: expect.any(Number),
        role: "server",
        code: "UTF8_INVALID",
        closeCode: 1007,
        section: "RFC 6455 §8.1",
      },
    ]);
    expect(observer.on("connection:closed")).toMatchObject([
      { code: 1006, wasClean: false, errorCode: "UTF8_INVALID" },
    ]);
  });

  it("tell once that a peer falls behind, and again after it has caught up", async () => {
    using observer = new Observer(["plainsocket:connection:backpressure"]);
    const peer = new RawPeer({ maxBufferedBytes: 50_000 }, false);
    const big = "x".repeat(100_000);
    peer.connection.send(big);
    peer.connection.send(big);
    expect(observer.seen).toMatchObject([[expect.anything(), { role: "server" }]]);
    expect(Object(observer.seen[0]?.[1]).bufferedBytes).toBeGreaterThan(100_000);

    peer.read();
    await eventually(() => peer.connection.bufferedAmount === 0);
    await settle();
    peer.connection.send(big);
    expect(observer.seen).toHaveLength(2);
    expect(peer.connection.traffic.backpressureCount).toBe(2);
  });

  it.each(["dropNewest", "dropOldest", () => "key"] as const)(
    "tell of messages that the policy %s drops",
    (bufferPolicy) => {
      using observer = new Observer(["plainsocket:message:dropped"]);
      const peer = new RawPeer({ maxBufferedBytes: 1_000, bufferPolicy }, false);
      peer.connection.send("x".repeat(100_000));
      for (let i = 0; i < 5; i++) peer.connection.send("x".repeat(900));
      const dropped = peer.connection.droppedMessages;
      expect(dropped).toBeGreaterThan(1);
      expect(observer.seen).toHaveLength(dropped);
      expect(observer.seen.at(-1)?.[1]).toMatchObject({ role: "server", droppedMessages: dropped });
      expect(peer.connection.traffic.droppedMessages).toBe(dropped);
    },
  );

  it("tell that a listener or a hook failed, and no more of it than its class", async () => {
    using observer = new Observer(["plainsocket:handler:failed"]);
    class DatabaseError extends Error {}
    const { client, server } = connectedPair({ onHandlerError: () => {} });
    server.on("message", () => {
      throw new DatabaseError("a secret");
    });
    client.send("hello");
    await server.closed;
    await using under = await startServer({
      authenticate: () => Promise.reject(new SyntaxError("a secret")),
    });
    await expect(connect(`ws://127.0.0.1:${under.port}/`)).rejects.toThrow("switch protocols");
    expect(observer.seen.map(([, message]) => message)).toEqual([
      { role: "server", errorName: "DatabaseError" },
      { role: "server", errorName: "SyntaxError" },
    ]);
  });
});

/** Node ends a process for an uncaught exception; meanwhile this takes them. */
function takeUncaught(): Disposable & { readonly errors: unknown[] } {
  const others = process.listeners("uncaughtException");
  const errors: unknown[] = [];
  const take = (error: unknown): void => void errors.push(error);
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", take);
  return {
    errors,
    [Symbol.dispose]: () => {
      process.off("uncaughtException", take);
      for (const listener of others) process.on("uncaughtException", listener);
    },
  };
}

describe("a subscriber that throws", () => {
  it("affects neither the connection nor other subscribers", async () => {
    using uncaught = takeUncaught();
    const fault = new Error("subscriber");
    const failing = vi.fn(() => {
      throw fault;
    });
    subscribe("plainsocket:connection:opened", failing);
    subscribe("plainsocket:handshake:accepted", failing);
    subscribe("plainsocket:connection:closed", failing);
    using observer = new Observer();
    await using under = await startServer();
    under.server.on("connection", (connection) => {
      connection.on("message", (message) => connection.send(message));
    });
    const connection = await connect(`ws://127.0.0.1:${under.port}/`);
    connection.send("hello");
    for await (const message of connection) {
      expect(message).toBe("hello");
      connection.close(1000);
    }
    await settle();
    unsubscribe("plainsocket:connection:opened", failing);
    unsubscribe("plainsocket:handshake:accepted", failing);
    unsubscribe("plainsocket:connection:closed", failing);

    expect(under.errors).toEqual([]);
    expect(observer.seen.length).toBeGreaterThanOrEqual(5);
    expect(await connection.closed).toMatchObject({ code: 1000, wasClean: true });
    // Where the error goes is Node's decision.
    expect(uncaught.errors.length).toBe(failing.mock.calls.length);
    expect(new Set(uncaught.errors)).toEqual(new Set([fault]));
  });
});

describe("channels without subscribers", () => {
  it("are not published on: connections of that time are not even numbered", async () => {
    const before = connectedPair();
    using observer = new Observer(["plainsocket:connection:opened"]);
    const first = new RawPeer();
    void [before, first, new RawPeer()];
    const numbers = observer.seen.map(([, message]) => Object(message).connection);
    expect(numbers[1] - numbers[0]).toBe(1);
  });

  it("pass nothing on of a Close frame's reason", async () => {
    using observer = new Observer();
    const peer = new RawPeer();
    peer.send(frame(CLOSE, closePayload(4000, "a secret")));
    await peer.next();
    peer.socket.end();
    await peer.connection.closed;
    expect(JSON.stringify(observer.seen)).not.toContain("secret");
  });
});
