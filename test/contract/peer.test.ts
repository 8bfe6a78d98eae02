// The peer's requests, events, pings, and what ends with the connection, with both ends in one process.
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { bareFormat, defineContract } from "../../src/contract/index.js";
import { FakeClock } from "../support/clock.js";
import { FakeConnection, settled } from "../support/contract-pair.js";
import { ReadyState } from "../../src/protocol/index.js";
import { eventually, RawPeer } from "../support/raw-peer.js";
import { CLOSE, frame, TEXT } from "../support/wire-frame.js";
import { alone, contract, pair } from "../support/contract-peers.js";

describe("a request of the peer", () => {
  it("that was cancelled before its turn is not handled, and a cancelled one is not answered", async () => {
    const connection = new FakeConnection();
    const doubled: number[] = [];
    let goOn = (): void => {};
    contract.serve(connection, {
      handlers: {
        double: async (n) => {
          doubled.push(n);
          await new Promise<void>((resolve) => {
            goOn = resolve;
          });
          return n;
        },
      },
    });
    for (const id of [1, 2, 3]) connection.receiveJson({ type: "double", id, data: id });
    connection.receiveJson({ cancel: 1 });
    connection.receiveJson({ cancel: 2 });
    connection.receiveJson({ cancel: 99 });
    goOn();
    await settled();
    goOn();
    await settled();

    expect(doubled).toEqual([1, 3]);
    expect(connection.takeSent()).toEqual([{ reply: 3, data: 3 }]);
  });

  it("with the id of one that has no reply yet is refused, without an id", async () => {
    const connection = new FakeConnection();
    const server = contract.serve(connection, { handlers: { double: async (n) => n } });
    connection.receiveJson({ type: "double", id: "a", data: 1 });
    connection.receiveJson({ type: "double", id: "a", data: 2 });
    await settled();
    connection.receiveJson({ type: "double", id: "a", data: 3 });
    await settled();

    expect(connection.takeSent()).toEqual([
      { reply: "a", data: 1 },
      { error: { code: "INVALID_MESSAGE", message: "Invalid message format" } },
      { reply: "a", data: 3 },
    ]);
    expect(server.counters.invalid).toBe(1);
  });
});

describe("the end of the connection", () => {
  it("rejects what waits, aborts every signal, and is told once", async () => {
    const reasons: unknown[] = [];
    const stopped = vi.fn();
    const { connection, server, clock } = pair({
      onHandlerError: (error) => reasons.push(error),
      handlers: {
        double: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", stopped);
            signal.addEventListener("abort", () => reject(signal.reason));
          }),
      },
    });
    const aborted = vi.fn();
    server.signal.addEventListener("abort", aborted);
    void connection.receive(`{"type":"double","id":1,"data":1}`);
    const response = server.request("ask", "");
    const response2 = server.request("ask", "");
    await Promise.resolve();
    connection.end();
    connection.end();

    await expect(response).rejects.toMatchObject({
      code: "CLOSED",
      message: "the connection is closed",
    });
    await expect(response2).rejects.toMatchObject({ code: "CLOSED" });
    await settled();
    expect(aborted).toHaveBeenCalledOnce();
    expect(server.pendingRequests + clock.timers).toBe(0);
    expect(stopped).toHaveBeenCalledOnce();
    expect(reasons).toEqual([]);
    await expect(server.request("ask", "")).rejects.toMatchObject({ code: "CLOSED" });
    expect(server.send("note", "")).toBe("closed");
  });
});

describe("a handler that is at work when its connection is closed in good order", () => {
  it("answers, and so do those of the messages that have come", async () => {
    const peer = new RawPeer();
    const gates: (() => void)[] = [];
    contract.serve(peer.connection, {
      handlers: {
        double: async (n) => {
          await new Promise<void>((done) => gates.push(done));
          return n * 2;
        },
      },
    });
    const question = (id: number): string => JSON.stringify({ type: "double", id, data: id });
    peer.send(frame(TEXT, question(1)), frame(TEXT, question(2)));
    await eventually(() => gates.length === 1);
    peer.connection.close(1001, "", { waitForHandlerMs: 60_000 });
    await settled();
    for (let i = 1; i <= 2; i++) {
      await eventually(() => gates.length > 0 && peer.frames.length === i - 1);
      gates.shift()?.();
    }
    await eventually(() => peer.frames.length === 3);
    const texts = peer.frames.map(({ payload }) => Buffer.from(payload).toString());
    expect(texts.slice(0, 2)).toEqual(['{"reply":1,"data":2}', '{"reply":2,"data":4}']);
    expect(peer.frames[2]?.opcode).toBe(CLOSE);
  });

  it("keeps nobody waiting when there is none", async () => {
    const peer = new RawPeer();
    contract.serve(peer.connection);
    peer.connection.close(1001, "", { waitForHandlerMs: 60_000 });
    expect((await peer.next()).opcode).toBe(CLOSE);
    expect(peer.clock.timers).toBe(2); // of the closing handshake, and of the keepalive
  });
});

describe("a connection that is served late", () => {
  it("gives its messages to handlers that are added in the same turn, and tells that it has ended", async () => {
    const peer = new RawPeer();
    peer.send(frame(TEXT, '{"type":"note","data":"early"}'), frame(CLOSE));
    peer.socket.end();
    await eventually(() => peer.connection.readyState === ReadyState.CLOSED);
    const log: string[] = [];
    const server = contract.serve(peer.connection);
    server.on("note", (text) => log.push(text));
    server.signal.addEventListener("abort", () => log.push("aborted"));
    expect(log).toEqual([]);
    await eventually(() => log.length === 2);

    expect(log).toEqual(["early", "aborted"]);
    await expect(server.request("ask", "")).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("events", () => {
  it("go both ways, and say what became of them", async () => {
    const notes: string[] = [];
    const { connection, server, client } = pair(
      { handlers: { note: (text) => notes.push(text) } },
      { handlers: { note: (text) => notes.push(text) } },
    );
    expect(client.send("note", "to the server")).toBe("sent");
    connection.status = "buffered";
    expect(server.send("note", "to the client")).toBe("buffered");
    connection.status = undefined;
    expect(server.send("note", "again")).toBe("sent");
    await settled();

    expect(notes).toEqual(["to the server", "to the client", "again"]);
    // @ts-expect-error: not of the contract
    expect(() => server.send("fly", "")).toThrow('sends no event "fly"');
    // @ts-expect-error: a request
    expect(() => server.send("ask", "")).toThrow('sends no event "ask"');
  });

  it("with a number are acknowledged when they have been handled, however that went", async () => {
    const connection = new FakeConnection();
    let goOn = (): void => {};
    contract.serve(connection, {
      handlers: {
        note: () =>
          new Promise<void>((resolve) => {
            goOn = resolve;
          }),
      },
    });
    connection.receiveJson({ type: "note", seq: 4, data: "" });
    connection.receiveJson({ type: "note", seq: 5, data: 7 });
    await settled();
    expect(connection.sent).toEqual([]);
    goOn();
    await settled();
    expect(connection.takeSent()).toMatchObject([{ ack: 4 }, { error: {} }, { ack: 5 }]);
  });
});

describe("pings", () => {
  it("are answered at once, and tell how long that took", async () => {
    const { client, server, clock } = pair();
    const roundTrip = client.ping();
    clock.advance(25);
    await expect(roundTrip).resolves.toBe(25);
    await expect(server.ping()).resolves.toBe(0);
    await expect(alone().client.ping({ timeoutMs: -1 })).rejects.toThrow(RangeError);
  });

  it("are not there in a format without them", async () => {
    const bare = defineContract({ format: bareFormat(), fromServer: { note: z.object({}) } });
    const connection = new FakeConnection();
    const server = bare.serve(connection);
    await expect(server.ping()).rejects.toThrow("the contract's format has no ping");
    expect(server.sendEnvelope({ kind: "ack", seq: 1 })).toBe("dropped");
    expect(connection.sent).toEqual([]);
  });
});

describe("hooks", () => {
  it("get the peer's error replies that answer no request, and what is said of sessions", async () => {
    const onErrorReply = vi.fn();
    const onSession = vi.fn();
    const { socket } = alone({ onErrorReply, onSession });
    socket.receiveJson({ error: { code: "A", message: "B", details: [1], type: "note" } });
    socket.receiveJson({ ack: 3 });
    socket.receiveJson({ resumed: { session: "s", after: 3, gap: true } });

    const body = { code: "A", message: "B", details: [1], type: "note" };
    expect(onErrorReply).toHaveBeenCalledExactlyOnceWith(body);
    expect(onSession.mock.calls).toEqual([
      [{ kind: "ack", seq: 3 }],
      [{ kind: "resumed", session: "s", after: 3, gap: true }],
    ]);
  });

  it("are not needed: who wants to resume learns that there is nothing to", () => {
    const connection = new FakeConnection();
    contract.serve(connection);
    connection.receiveJson({ resume: { session: "s", after: 3 } });
    connection.receiveJson({ ack: 3 });
    connection.receiveJson({ error: { code: "A", message: "B" } });

    expect(connection.takeSent()).toEqual([{ resumed: { session: "s", after: 0, gap: true } }]);
  });

  it("that throw are told to onHandlerError", () => {
    const onHandlerError = vi.fn();
    const failing = (): never => {
      throw new Error("hook");
    };
    const { socket } = alone({ onErrorReply: failing, onSession: failing, onHandlerError });
    socket.receiveJson({ error: { code: "A", message: "B" } });
    socket.receiveJson({ ack: 3 });
    expect(onHandlerError).toHaveBeenCalledTimes(2);
  });
});

describe("options", () => {
  it.each([
    ["requestTimeoutMs", -1],
    ["maxPendingRequests", Number.NaN],
    ["concurrency", 0],
    ["maxQueuedBytes", -1],
  ])("refuses %s of %d", (name, value) => {
    expect(() => alone({ [name]: value })).toThrow(new RegExp(`^${name} must be`));
  });
});

it("a request that is given up does not end the process when that cannot be sent [M01]", async () => {
  const clock = new FakeClock();
  const reports: unknown[] = [];
  const connection = new FakeConnection();
  const isText = (value: unknown): value is string => typeof value === "string";
  const types = { ask: { request: isText, response: isText } };
  const contract = defineContract({ fromClient: {}, fromServer: types });
  const peer = contract.serve(connection, {
    clock,
    onHandlerError: (...values: unknown[]) => void reports.push(values),
  });
  const asking = peer.request("ask", "x", { timeoutMs: 10 });
  const oops = new Error("oops");
  connection.onSent = () => {
    throw oops;
  };
  expect(() => clock.advance(10)).not.toThrow();
  await expect(asking).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(reports).toEqual([[oops, "", "the connection of a ContractPeer"]]);
});
