// What becomes of a message that arrives: the way to its handler, and the answers on the way.
import { describe, expect, it, vi } from "vitest";
import { contractCounters, ErrorReply } from "../../src/contract/index.js";
import { FakeSocket, settled } from "../support/contract-pair.js";
import { contract, error, serve } from "../support/contract-served.js";

describe("a message that fits", () => {
  it("is given to its handler at once, with where it came from", () => {
    const say = vi.fn();
    const { connection, peer } = serve({ handlers: { say } });
    connection.receiveJson({ type: "say", data: { text: "hi" } });

    expect(say).toHaveBeenCalledExactlyOnceWith(
      { text: "hi" },
      { type: "say", peer, connection, signal: peer.signal },
    );
    expect(connection.sent).toEqual([]);
    expect(peer.counters).toEqual({ ...contractCounters(), received: 1 });
  });

  it("may come as bytes", async () => {
    const shout = vi.fn();
    const { connection } = serve({ handlers: { shout } });
    const bytes = new TextEncoder().encode(`{"type":"shout","data":"grüß"}`);
    connection.receive(bytes);
    connection.receive(bytes.buffer);
    await settled();

    expect(shout.mock.calls.map(([data]) => data)).toEqual(["grüß", "grüß"]);
  });

  it("is given to all handlers of an event in the order they were added, until they are taken away", async () => {
    const calls: string[] = [];
    const { connection, peer, onHandlerError } = serve({
      handlers: {
        shout: () => {
          calls.push("first");
          throw new Error("not the others' business");
        },
      },
    });
    const remove = peer.on("shout", () => calls.push("second"));
    peer.on("shout", () => calls.push("third"));
    connection.receiveJson({ type: "shout", data: "" });
    await settled();
    remove();
    remove();
    connection.receiveJson({ type: "shout", data: "" });
    await settled();

    expect(calls).toEqual(["first", "second", "third", "first", "third"]);
    expect(onHandlerError).toHaveBeenCalledTimes(2);
  });

  it("without a handler is counted, and nothing more", () => {
    const { connection, peer } = serve();
    peer.on("shout", () => {})();
    connection.receiveJson({ type: "shout", data: "" });

    expect(connection.sent).toEqual([]);
    expect(peer.counters).toMatchObject({ received: 1, unhandled: 1, invalid: 0 });
  });
});

describe("a message that does not fit", () => {
  // oxfmt-ignore
  it.each([
    ["no JSON",         "{",                                  error("MALFORMED", "Invalid JSON format"), "malformed"],
    ["no UTF-8",        Uint8Array.of(0xff),                  error("MALFORMED", "Invalid JSON format"), "malformed"],
    ["no message",      { binary: true },                     error("MALFORMED", "Invalid JSON format"), "malformed"],
    ["no object",       "7",                                  error("INVALID_MESSAGE", "Invalid message format"), "invalid"],
    ["no type",         "{}",                                 error("INVALID_MESSAGE", "Invalid message format"), "invalid"],
    ["an unknown type", `{"type":"fly"}`,                     error("UNKNOWN_TYPE", "Unknown message type"), "unknownType"],
    ["wrong data",      `{"type":"shout","data":7}`,          error("INVALID_MESSAGE", "Invalid message format", { type: "shout" }), "invalid"],
    ["a request without id", `{"type":"sum","data":[]}`,      error("INVALID_MESSAGE", "Invalid message format", { type: "sum" }), "invalid"],
    ["an event with id", `{"type":"shout","id":1,"data":""}`, { reply: 1, ...error("INVALID_MESSAGE", "Invalid message format", { type: "shout" }) }, "invalid"],
    ["a later version", `{"v":2,"type":"shout","data":""}`,   error("UNSUPPORTED_VERSION", "Unsupported version"), "invalid"],
  ])("with %s gets one error reply, is counted, and the next one is fine", async (_, message, reply, counter) => {
    const shout = vi.fn();
    const onRefused = vi.fn();
    const { connection, peer } = serve({ handlers: { shout, sum: () => 0 }, onRefused });
    connection.receive(message);
    await settled();

    expect(connection.takeSent()).toEqual([reply]);
    expect(connection.closedWith).toBeUndefined();
    expect(peer.counters).toMatchObject({ [counter]: 1, handlerErrors: 0 });
    expect(onRefused).toHaveBeenCalledOnce();
    expect(shout).not.toHaveBeenCalled();
    connection.receiveJson({ type: "shout", data: "still here" });
    expect(shout).toHaveBeenCalledOnce();
  });

  it("learns what is wrong", async () => {
    const { connection } = serve({ handlers: { say: () => {} } });
    connection.receiveJson({ type: "say", data: { text: "too long" } });
    await settled();

    const details = [{ path: ["text"], message: expect.stringContaining("5") }];
    expect(connection.takeSent()).toEqual([
      error("INVALID_MESSAGE", "Invalid message format", { type: "say", details }),
    ]);
  });

  it("gets no error reply from a client, unless it is a request: two ends would go on for ever", async () => {
    const socket = new FakeSocket();
    const peer = contract.wrap(socket, { handlers: { sum: () => 0 } });
    for (const text of ["{", "{}", `{"type":"fly"}`, `{"error":{"code":"A","message":"B"}}`]) {
      socket.receive(text);
    }
    await settled();
    expect(socket.sent).toEqual([]);
    expect(peer.counters).toMatchObject({ malformed: 1, invalid: 1, unknownType: 1 });

    socket.receiveJson({ type: "sum", id: "a", data: 7 });
    await settled();
    expect(socket.takeSent()).toEqual([
      { reply: "a", error: expect.objectContaining({ code: "INVALID_MESSAGE", type: "sum" }) },
    ]);
  });

  it("survives a hook that throws", async () => {
    const failing = (): never => {
      throw new Error("hook");
    };
    const { connection, onHandlerError } = serve({ onRefused: failing });
    onHandlerError.mockImplementation(failing);
    connection.receive("{");
    await settled();

    expect(connection.sent).toHaveLength(1);
    expect(onHandlerError).toHaveBeenCalledOnce();
  });
});

describe("authorize", () => {
  it("decides by type before the data is looked at", async () => {
    const say = vi.fn();
    const shout = vi.fn();
    const authorize = vi.fn((type: string) => type === "say");
    const { connection, peer } = serve({ authorize, handlers: { say, shout, sum: () => 0 } });
    connection.receiveJson({ type: "shout", data: 7 });
    connection.receiveJson({ type: "sum", id: 1, data: 7 });
    connection.receiveJson({ type: "say", data: { text: "" } });
    await settled();

    expect(connection.takeSent()).toEqual([
      error("FORBIDDEN", "Permission denied", { type: "shout" }),
      { reply: 1, ...error("FORBIDDEN", "Permission denied", { type: "sum" }) },
    ]);
    expect(peer.counters).toMatchObject({ forbidden: 2, invalid: 0 });
    expect(shout).not.toHaveBeenCalled();
    expect(say).toHaveBeenCalledOnce();
    expect(authorize).toHaveBeenCalledTimes(3);
  });

  it("holds back what comes behind while it thinks", async () => {
    let allow: (isAllowed: boolean) => void = () => {};
    const handled: unknown[] = [];
    const { connection } = serve({
      authorize: (type) =>
        type !== "shout" ||
        new Promise((resolve) => {
          allow = resolve;
        }),
      handlers: { shout: (text) => handled.push(text), say: ({ text }) => handled.push(text) },
    });
    connection.receiveJson({ type: "shout", data: "first" });
    connection.receiveJson({ type: "say", data: { text: "next" } });
    await settled();
    expect(handled).toEqual([]);
    allow(true);
    await settled();
    expect(handled).toEqual(["first", "next"]);
  });

  it("that fails denies: with its own words when they are meant for the peer", async () => {
    const outcomes = [new ErrorReply("LOGIN", "Log in first"), new Error("database")];
    const { connection, peer, onHandlerError } = serve({
      authorize: () => Promise.reject(outcomes.shift() ?? new Error("asked too often")),
      handlers: { leave: () => {} },
    });
    connection.receiveJson({ type: "leave" });
    connection.receiveJson({ type: "leave" });
    await settled();

    expect(connection.takeSent()).toEqual([
      error("LOGIN", "Log in first", { type: "leave" }),
      error("FORBIDDEN", "Permission denied", { type: "leave" }),
    ]);
    expect(peer.counters).toMatchObject({ forbidden: 2, handlerErrors: 1 });
    expect(onHandlerError).toHaveBeenCalledOnce();
  });

  it.each(["yes", 1, undefined, null, {}, false])("does not take %j for a yes", async (answer) => {
    const leave = vi.fn();
    // @ts-expect-error: what JavaScript may return
    const { connection } = serve({ authorize: () => answer, handlers: { leave } });
    connection.receiveJson({ type: "leave" });
    await settled();
    expect(leave).not.toHaveBeenCalled();
  });
});

describe("handlers that cannot be", () => {
  it("are refused when they are added", () => {
    const { peer } = serve({ handlers: { sum: () => 0 } });
    expect(() => peer.on("sum", () => 1)).toThrow('"sum" has a handler');
    // @ts-expect-error: no such type
    expect(() => peer.on("fly", () => {})).toThrow('no type "fly"');
    // @ts-expect-error: no function
    expect(() => peer.on("say", 7)).toThrow("must be a function");
    // @ts-expect-error: no function
    expect(() => serve({ authorize: true })).toThrow("authorize must be a function");
  });
});
