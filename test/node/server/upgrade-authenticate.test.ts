// The `authenticate` hook: users whom it lets in or not, in time or too late, and hooks that fail.
import { describe, expect, it } from "vitest";
import { acceptThenClose, reject, type Rejection } from "../../../src/node/server/rejection.js";
import type { ServerRequest } from "../../../src/node/server/request.js";
import { FakeClock } from "../../support/clock.js";
import {
  answerTo,
  fieldOf,
  RawClient,
  statusOf,
  upgradeRequest,
} from "../../support/raw-client.js";
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
import { valuesOf } from "../../support/wire-handshake.js";

/** A promise that the test settles. */
function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let settlers: [(value: T) => void, (error: unknown) => void] | undefined;
  const promise = new Promise<T>((resolve, rejectPromise) => {
    settlers = [resolve, rejectPromise];
  });
  const [resolve, rejectPromise] = settlers!;
  return { promise, resolve, reject: rejectPromise };
}

const rejection = (): Rejection =>
  reject(401, { headers: { "WWW-Authenticate": "Basic" }, body: "who are you?" });

function fail(error: Error): never {
  throw error;
}

describe("authenticate", () => {
  it.each(WAYS_IN)(
    "by way of an %s, is called once and gives the connection its data [6455-10-08]",
    async (wayIn) => {
      const asked: ServerRequest[] = [];
      const authenticate = (request: ServerRequest): { user: string | null } => {
        asked.push(request);
        return { user: request.query.get("user") };
      };
      await using under = await startServer({ authenticate }, wayIn);
      const users: unknown[] = [];
      under.server.on("connection", (connection, request) => {
        users.push(connection.data.user);
        expect(request).toBe(asked[0]);
      });

      expect(
        await statusOf(
          under,
          upgradeRequest("/a?user=x%20y", { cookie: "c=1", authorization: "Basic abc" }),
        ),
      ).toBe(101);
      expect(users).toEqual(["x y"]);
      expect(asked).toHaveLength(1);
      const [request] = asked;
      expect(request).toMatchObject({
        path: "/a",
        host: "localhost",
        origin: undefined,
        isSecure: false,
        remoteAddress: "127.0.0.1",
        subprotocols: [],
      });
      expect(request?.headers.get("Authorization")).toBe("Basic abc");
      expect(request?.signal.aborted).toBe(false);
    },
  );

  it.each([
    ["returned", () => rejection()],
    ["resolved with", async () => rejection()],
    ["thrown", () => fail(rejection())],
    ["rejected with", async () => fail(rejection())],
  ])(
    "refuses with status, headers and body when a rejection is %s [6455-4.2.2-02]",
    async (_, authenticate) => {
      await using under = await startServer<unknown>({ authenticate });
      using client = await RawClient.send(under, upgradeRequest());
      const answer = await client.answer();

      expect(answer).toMatchObject({ httpStatus: 401, body: "who are you?" });
      expect(fieldOf(answer, "www-authenticate")).toBe("Basic");
      expect(fieldOf(answer, "connection")).toBe("close");
      expect(fieldOf(answer, "content-length")).toBe("12");
      client.socket.end();
      await client.closed();
      expect(client.error).toBeUndefined();
      expect(under.refused).toMatchObject([{ httpStatus: 401, code: "REJECTED" }]);
      expect(under.errors).toEqual([]);
    },
  );

  it("cannot accept to close when the subprotocol cannot be picked: 500", async () => {
    await using under = await startServer<unknown>({
      authenticate: () => acceptThenClose(4401),
      selectSubprotocol: () => fail(new Error("pick")),
    });

    expect(await statusOf(under, upgradeRequest())).toBe(500);
    expect(under.errors).toEqual([new Error("pick")]);
  });

  it("redirects [6455-4.2.2-03]", async () => {
    await using under = await startServer<unknown>({
      authenticate: () => reject(302, { headers: { Location: "wss://elsewhere.example/" } }),
    });
    const answer = await answerTo(under, upgradeRequest());

    expect(answer.httpStatus).toBe(302);
    expect(fieldOf(answer, "location")).toBe("wss://elsewhere.example/");
  });

  it("accepts to close with a code, so that a page can read it", async () => {
    await using under = await startServer<unknown>({
      authenticate: () => acceptThenClose(4401, "log in"),
      subprotocols: ["chat"],
    });
    let connections = 0;
    under.server.on("connection", () => connections++);
    using client = await RawClient.send(
      under,
      upgradeRequest("/", { "sec-websocket-protocol": "chat" }),
    );

    const head = await client.head();
    expect(valuesOf(head, "sec-websocket-protocol")).toEqual(["chat"]);
    expect(await client.frame()).toMatchObject({
      opcode: CLOSE,
      payload: closePayload(4401, "log in"),
    });
    client.sendFrames(frame(CLOSE, closePayload(4401)));
    await client.ended();
    expect(connections).toBe(0);
    expect(under.server.connections.size).toBe(0);
  });

  it.each([
    ["throws", () => fail(new Error("database"))],
    ["rejects", async () => fail(new Error("database"))],
  ])(
    "that %s gets the client 500, and the application the error, once",
    async (_, authenticate) => {
      await using under = await startServer<unknown>({ authenticate });
      const { httpStatus, body } = await answerTo(under, upgradeRequest());

      expect(httpStatus).toBe(500);
      expect(body).not.toContain("database");
      expect(under.errors).toEqual([new Error("database")]);
      expect(under.refused).toMatchObject([{ code: "HANDLER_FAILED" }]);
    },
  );

  it("that never settles ends in 408 after handshakeTimeoutMs", async () => {
    const clock = new FakeClock();
    const signals: AbortSignal[] = [];
    await using under = await startServer<unknown>({
      clock,
      handshakeTimeoutMs: 3_000,
      authenticate: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    using client = await RawClient.send(under, upgradeRequest());
    await eventually(() => signals.length === 1);
    clock.advance(2_999);
    expect(signals[0]?.aborted).toBe(false);
    clock.advance(1);

    expect((await client.answer()).httpStatus).toBe(408);
    expect(signals[0]?.aborted).toBe(true);
    expect(under.refused).toMatchObject([
      { code: "TIMEOUT", reason: expect.stringContaining("authenticate") },
    ]);
    expect(under.errors).toEqual([]);
  });

  it.each(["FIN", "RST"])(
    "is told when the client goes with %s, and no 101 follows",
    async (how) => {
      const answer = deferred<string>();
      const signals: AbortSignal[] = [];
      let connections = 0;
      await using under = await startServer<string>({
        authenticate: ({ signal }) => {
          signals.push(signal);
          return answer.promise;
        },
      });
      under.server.on("connection", () => connections++);
      using client = await RawClient.send(under, upgradeRequest());
      await eventually(() => signals.length === 1);
      if (how === "FIN") client.socket.end();
      else client.socket.resetAndDestroy();
      await eventually(() => signals[0]?.aborted === true);
      answer.resolve("late");
      await settle();

      expect(client.received).toHaveLength(0);
      expect(connections).toBe(0);
      expect(under.server.connections.size).toBe(0);
      expect(under.refused).toEqual([]);
    },
  );

  it("that rejects because the client has gone is not reported", async () => {
    const signals: AbortSignal[] = [];
    await using under = await startServer<unknown>({
      authenticate: ({ signal }) =>
        new Promise((_, rejectPromise) => {
          signals.push(signal);
          signal.addEventListener("abort", () => rejectPromise(signal.reason));
        }),
    });
    using client = await RawClient.send(under, upgradeRequest());
    await eventually(() => signals.length === 1);
    client.socket.destroy();
    await eventually(() => signals[0]?.aborted === true);
    await settle();

    expect(under.errors).toEqual([]);
  });

  it.each(WAYS_IN)(
    "by way of an %s, keeps what the client sends meanwhile, in order",
    async (wayIn) => {
      const answer = deferred<string>();
      let asked = 0;
      await using under = await startServer<string>(
        { authenticate: () => (asked++, answer.promise) },
        wayIn,
      );
      const heard: unknown[] = [];
      under.server.on("connection", (connection) => {
        connection.on("message", (message) => heard.push(message));
      });
      using client = await RawClient.send(under, upgradeRequest());
      await eventually(() => asked === 1);
      for (let i = 0; i < 20; i++) {
        client.sendFrames(frame(TEXT, `${i}`));
        await settle();
      }
      answer.resolve("data");
      await client.head();
      client.sendFrames(frame(TEXT, "last"), frame(CLOSE));
      await client.frame();

      expect(heard).toEqual([...Array.from({ length: 20 }, (_, i) => `${i}`), "last"]);
    },
  );

  it.each(["data", "no"])(
    "keeps no more than maxQueuedBytes, and reads on once it has settled, with %j",
    async (outcome) => {
      const answer = deferred<string | Rejection>();
      let asked = 0;
      await using under = await startServer<string>({
        maxQueuedBytes: 100_000,
        authenticate: () => (asked++, answer.promise),
      });
      let messages = 0;
      under.server.on("connection", (connection) => {
        connection.on("message", () => messages++);
      });
      const bytes = encodeFrame(frame(TEXT, "x".repeat(10_000)), { maskingKey: SCRIPT_KEY });
      using client = await RawClient.send(under, upgradeRequest());
      await eventually(() => asked === 1);
      const total = 4_000; // 40 MB: more than the system's buffers hold
      for (let i = 0; i < total; i++) client.send(bytes);
      await settle();
      expect(client.socket.writableLength).toBeGreaterThan(20_000_000);

      answer.resolve(outcome === "no" ? rejection() : outcome);
      await client.head();
      client.sendFrames(frame(CLOSE));
      client.socket.end();
      await client.closed();
      expect(messages).toBe(outcome === "no" ? 0 : total);
      expect(client.error).toBeUndefined();
    },
  );
});
