// WebSocketServer as an application sees it: options, events, addresses, secrets.
import { Duplex } from "node:stream";
import { inspect } from "node:util";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { WebSocketConnection } from "../../../src/node/connection/connection.js";
import type { ServerOptions } from "../../../src/node/server/options.js";
import { reject } from "../../../src/node/server/rejection.js";
import type { ServerRequest } from "../../../src/node/server/request.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { FakeClock } from "../../support/clock.js";
import { RawClient, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { eventually, settle } from "../../support/raw-peer.js";
import { startServer, WAYS_IN } from "../../support/server-under-test.js";
import { CLOSE, closePayload, frame, TEXT } from "../../support/wire-frame.js";

describe("the options", () => {
  // oxfmt-ignore
  const BAD: readonly [what: string, options: ServerOptions<unknown>][] = [
    ["two places to listen",          { port: 0, socketPath: "/x" }],
    ["a host without a port",         { host: "localhost" }],
    ["TLS without a listener",        { tls: {} }],
    ["onRequest without a listener",  { onRequest: () => {} }],
    ["a path and a route",            { path: "/", route: () => true }],
    ["a path without a slash",        { path: "chat" }],
    ["an origin that is none",        { origins: ["example.com"] }],
    ["a list and a hook for subprotocols", { subprotocols: ["a"], selectSubprotocol: () => "a" }],
    ["a negative limit",              { maxConnections: -1 }],
    ["a limit that is NaN",           { handshakeTimeoutMs: Number.NaN }],
    ["a window of 7 bits",            { perMessageDeflate: { serverMaxWindowBits: 7 } }],
    ["a subprotocol that is no token", { subprotocols: ["a b"] }],
    ["a subprotocol twice",           { subprotocols: ["a", "a"] }],
  ];

  it.each(BAD)("with %s are refused before anything happens", (_, options) => {
    expect(() => new WebSocketServer(options)).toThrow();
  });

  it("decide by what authenticate returns the type of the data", () => {
    const one = new WebSocketServer({ authenticate: () => ({ id: 1 }) });
    const two = new WebSocketServer({
      authenticate: async (request) => (request.path === "/" ? reject(401) : { id: 1 }),
    });
    const three = new WebSocketServer({ path: "/" });

    expectTypeOf(one).toEqualTypeOf<WebSocketServer<{ id: number }>>();
    expectTypeOf(two).toEqualTypeOf<WebSocketServer<{ id: number }>>();
    expectTypeOf(three).toEqualTypeOf<WebSocketServer>();
  });

  it("with a wrong word are refused by name", () => {
    // @ts-expect-error: JavaScript may pass anything
    expect(() => new WebSocketServer({ whenFull: "wait" })).toThrow("whenFull");
  });
});

describe("addresses", () => {
  it("are there once the server listens", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", path: "/chat" });
    expect(() => server.url).toThrow("does not listen");
    await server.listening();
    const address = server.address();

    expect(address).toMatchObject({ address: "127.0.0.1", family: "IPv4" });
    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/chat$/);
    await server.shutdown();
    expect(server.address()).toBeUndefined();
  });

  it("on all interfaces are given by name, and IPv6 in brackets", async () => {
    await using everywhere = new WebSocketServer({ port: 0 });
    await everywhere.listening();
    expect(everywhere.url).toMatch(/^ws:\/\/localhost:\d+\/$/);

    await using six = new WebSocketServer({ port: 0, host: "::1" });
    await six.listening();
    expect(six.url).toMatch(/^ws:\/\/\[::1\]:\d+\/$/);
  });

  it("are not needed without a listener", async () => {
    const server = new WebSocketServer();
    await server.listening();

    expect(server.address()).toBeUndefined();
    await server.shutdown();
  });
});

describe("a connection", () => {
  it.each(WAYS_IN)("by way of an %s, is in the set from the event to its end", async (wayIn) => {
    await using under = await startServer({}, wayIn);
    const seen: boolean[] = [];
    under.server.on("connection", (connection) =>
      seen.push(under.server.connections.has(connection)),
    );
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();

    expect(seen).toEqual([true]);
    expect(under.server.connections.size).toBe(1);
    client.sendFrames(frame(CLOSE, closePayload(1000)));
    await client.ended();
    client.socket.end();
    await client.closed();
    await eventually(() => under.server.connections.size === 0);
  });

  it("may greet behind the 101, in one write with it [6455-4.2.2-14]", async () => {
    const server = new WebSocketServer();
    server.on("connection", (connection) => connection.send("hello"));
    const writes: string[] = [];
    const transport = new Duplex({
      read: () => {},
      writev: (chunks, done) => {
        writes.push(Buffer.concat(chunks.map(({ chunk }) => chunk)).toString("latin1"));
        done();
      },
    });
    server.accept(transport);
    transport.push(upgradeRequest());
    await eventually(() => writes.length > 0);
    await settle();

    expect(writes).toEqual([expect.stringContaining("\r\n\r\n\u0081\u0005hello")]);
    await server.shutdown({ deadlineMs: 0 });
  });

  it("that the client ends right behind its Close frame still gets all that was sent before", async () => {
    await using under = await startServer({ maxBufferedBytes: Infinity });
    const sendMany = (connection: WebSocketConnection): void => {
      for (let i = 0; i < 20; i++) connection.send(Buffer.alloc(500_000));
    };
    let isAsked = false;
    under.server.on("connection", (connection) => {
      sendMany(connection); // more than the system takes
      connection.on("message", () => {
        sendMany(connection); // and more that waits behind it
        isAsked = true;
      });
    });
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();
    client.socket.pause();
    client.sendFrames(frame(TEXT, "go"), frame(CLOSE, closePayload(1000)));
    client.socket.end();
    await eventually(() => isAsked);
    await settle();
    client.socket.resume();
    for (let i = 0; i < 40; i++) expect((await client.frame()).payload).toHaveLength(500_000);

    expect(await client.frame()).toMatchObject({ opcode: CLOSE, payload: closePayload(1000) });
    await client.closed();
    expect(client.error).toBeUndefined();
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("listener");
      },
    ],
    [
      "rejects",
      async () => {
        await settle();
        throw new Error("listener");
      },
    ],
  ])(
    "whose listener %s is closed with 1011; the others and the server go on",
    async (_, listener) => {
      await using under = await startServer();
      let others = 0;
      let isBroken = false;
      under.server.on("connection", () => (isBroken ? listener() : undefined));
      under.server.on("connection", () => others++);
      using good = await RawClient.send(under, upgradeRequest());
      await good.head();
      isBroken = true;
      using bad = await RawClient.send(under, upgradeRequest());
      await bad.head();

      const close = await bad.frame();
      expect(close.opcode).toBe(CLOSE);
      expect(close.payload).toEqual(closePayload(1011, "a listener failed"));
      expect(under.errors).toEqual([new Error("listener")]);
      expect(others).toBe(2);
      isBroken = false;
      expect(await statusOf(under, upgradeRequest())).toBe(101);
      expect(
        [...under.server.connections].filter((connection) => connection.readyState === 1).length,
      ).toBeGreaterThanOrEqual(1);
    },
  );

  it("that nobody listens for does no harm", async () => {
    await using under = await startServer();
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();
    client.sendFrames(frame(TEXT, "x"), frame(CLOSE, closePayload(1000)));

    expect(await client.frame()).toMatchObject({ opcode: CLOSE });
  });

  it("breaking the protocol before anybody listens ends itself, and nothing else", async () => {
    await using under = await startServer();
    const bytes = Buffer.concat([upgradeRequest(), Uint8Array.of(0xf3, 0x80, 0, 0, 0, 0)]);
    using client = await RawClient.send(under, bytes);
    await client.head();

    expect((await client.frame()).payload.subarray(0, 2)).toEqual(closePayload(1002));
    expect(under.errors).toEqual([]);
    expect(await statusOf(under, upgradeRequest())).toBe(101);
  });
});

describe("an error hook", () => {
  it("that throws has nobody to tell", async () => {
    await using under = await startServer({
      authenticate: () => {
        throw new Error("hook");
      },
      onHandlerError: () => {
        throw new Error("error hook");
      },
    });

    expect(await statusOf(under, upgradeRequest())).toBe(500);
    expect(await statusOf(under, upgradeRequest())).toBe(500);
  });

  it("gets what a listener for refusals throws", async () => {
    await using under = await startServer();
    under.server.on("refused", () => {
      throw new Error("log");
    });

    expect(await statusOf(under, upgradeRequest("/", { upgrade: "x" }))).toBe(426);
    expect(under.errors).toEqual([new Error("log")]);
  });
});

describe("secrets", () => {
  it("in query, Authorization and cookies are in nothing that the server tells or prints", async () => {
    const clock = new FakeClock();
    const told: unknown[] = [];
    let wish = "open";
    await using under = await startServer<unknown>({
      clock,
      path: "/x",
      onHandlerError: (error) => told.push(error),
      authenticate: (request) => {
        told.push(request);
        if (wish === "reject") return reject(401);
        if (wish === "throw") throw new Error("hook");
        return wish === "hang" ? new Promise(() => {}) : true;
      },
    });
    under.server.on("refused", (...refused: unknown[]) => told.push(refused));
    under.server.on("connection", (connection: WebSocketConnection, request: ServerRequest) => {
      told.push(connection, request);
      void connection.closed.then((info) => told.push(info));
    });
    const secrets = { authorization: "Bearer s3cret", cookie: "a=s3cret", origin: undefined };
    // oxfmt-ignore
    const requests = [
      upgradeRequest("/x?token=s3cret", secrets),
      upgradeRequest("/y?token=s3cret", secrets),
      upgradeRequest("/x?token=s3cret", { ...secrets, origin: "http://evil.example" }),
      upgradeRequest("/x?token=s3cret", { ...secrets, host: undefined }),
      upgradeRequest("/x?token=s3cret", { ...secrets, "sec-websocket-key": "s3cret" }),
      upgradeRequest("/x?token=s3cret", { ...secrets, "sec-websocket-version": "8" }),
      upgradeRequest("/x?token=s3cret", { ...secrets, "sec-websocket-protocol": "s3cret;" }),
      upgradeRequest("/x?token=s3cret", { ...secrets, "sec-websocket-extensions": "s3cret=" }),
      upgradeRequest("/x?token=s3cret", { ...secrets, "x-big": "s3cret".repeat(5_000) }),
      upgradeRequest("/x?token=s3cret", { ...secrets, "s3cret ": "x" }),
      upgradeRequest("/x?token=s3cret", secrets, "GET /x?token=s3cret#s3cret HTTP/1.1"),
      upgradeRequest("/x?token=s3cret", secrets, "s3cret /x?token=s3cret HTTP/1.1"),
    ];
    for (const next of ["open", "reject", "throw"]) {
      wish = next;
      for (const request of requests) {
        using client = await RawClient.send(under, request);
        const answer = await client.answer();
        told.push(answer.head, answer.body);
        if (answer.httpStatus === 101) client.send(Uint8Array.of(0xff, 0xff));
      }
    }
    wish = "hang";
    using hanging = await RawClient.send(under, upgradeRequest("/x?token=s3cret", secrets));
    const { length } = told;
    await eventually(() => told.length > length);
    clock.advance(10_000);
    told.push((await hanging.answer()).body);
    const printed = told.map((one) => inspect(one, { depth: 10 }) + JSON.stringify(one)).join("\n");
    expect(told.length).toBeGreaterThan(60);
    expect(printed).not.toContain("s3cret");
  });
});
