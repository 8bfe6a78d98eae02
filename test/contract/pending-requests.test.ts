// Requests, with both ends in one process: how they end.
import { describe, expect, it, vi } from "vitest";
import { RequestError } from "../../src/contract/index.js";
import { FakeConnection, settled } from "../support/contract-pair.js";
import { alone, contract, pair } from "../support/contract-peers.js";

describe("a request", () => {
  it("resolves with the response as its validator makes it, from either end", async () => {
    const { server, client } = pair(
      { handlers: { double: (n) => n * 2, when: () => new Date(7) } },
      { handlers: { ask: async (question) => `${question} yes` } },
    );

    await expect(client.request("double", 21)).resolves.toBe(42);
    await expect(client.request("when")).resolves.toEqual(new Date(7));
    await expect(server.request("ask", "sure?")).resolves.toBe("sure? yes");
    expect(client.pendingRequests + server.pendingRequests).toBe(0);
  });

  it("may be made by the handler of another, and is answered meanwhile", async () => {
    const { server, client } = pair({
      handlers: {
        double: async (n, { peer }) => Number(await peer.request("ask", String(n))) * 2,
      },
    });
    client.on("ask", (text) => `${text}0`);

    await expect(client.request("double", 1)).resolves.toBe(20);
    expect(server.counters.unexpectedReplies).toBe(0);
  });

  it("rejects with the peer's error", async () => {
    const { client } = pair({
      handlers: { double: () => Promise.reject(new Error("secret")) },
      onHandlerError: () => {},
    });
    const error: unknown = await client.request("double", 1).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({
      name: "RequestError",
      code: "REFUSED",
      message: "Internal error",
      reply: { code: "INTERNAL", type: "double" },
    });
    await expect(client.request("when")).rejects.toMatchObject({ reply: { code: "UNKNOWN_TYPE" } });
  });

  it("rejects when the reply is not what the contract says", async () => {
    const { socket, client } = alone();
    const response = client.request("double", 1);
    socket.receiveJson({ reply: 1, data: "two" });

    await expect(response).rejects.toMatchObject({ code: "INVALID_REPLY" });
  });

  it("is given up after its time, and the other end is told", async () => {
    const { clock, client, server } = pair({
      handlers: {
        double: (_, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => resolve(0));
          }),
      },
    });
    const response = client.request("double", 1, { timeoutMs: 50 });
    await settled();
    clock.advance(49);
    expect(client.pendingRequests).toBe(1);
    clock.advance(1);

    await expect(response).rejects.toMatchObject({
      code: "TIMEOUT",
      message: "no reply within timeoutMs 50",
    });
    await settled();
    expect(client.counters.unexpectedReplies).toBe(0);
    expect(server.counters.handlerErrors).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it("waits 30 seconds by default, or as long as the options say, or for ever", async () => {
    const { clock, client } = alone();
    const outcomes: string[] = [];
    const note = (name: string) => (): number => outcomes.push(name);
    client.request("double", 1).catch(note("default"));
    client.request("double", 1, { timeoutMs: Infinity }).catch(note("never"));
    const other = alone({ requestTimeoutMs: 5 });
    const late = other.client.request("double", 1);
    late.catch(note("option"));
    other.clock.advance(5);
    clock.advance(29_999);
    await settled();
    expect(outcomes).toEqual(["option"]);
    await expect(late).rejects.toThrow("no reply within requestTimeoutMs 5");
    clock.advance(1);
    clock.advance(1e9);
    await settled();
    expect(outcomes).toEqual(["option", "default"]);
    await expect(client.request("double", 1, { timeoutMs: -1 })).rejects.toThrow(RangeError);
    await expect(client.request("double", 1, { timeoutMs: Number.NaN })).rejects.toThrow(
      "timeoutMs",
    );
  });

  it("is given up when its signal says so, with the signal's reason", async () => {
    const { socket, client, clock } = alone();
    const controller = new AbortController();
    const response = client.request("double", 1, { signal: controller.signal });
    const reason = new Error("changed my mind");
    controller.abort(reason);

    await expect(response).rejects.toBe(reason);
    expect(socket.takeSent()).toEqual([{ type: "double", id: 1, data: 1 }, { cancel: 1 }]);
    await expect(client.request("double", 1, { signal: controller.signal })).rejects.toBe(reason);
    expect(socket.sent).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it("leaves no listener on a signal that lives on", async () => {
    const { client } = pair({ handlers: { double: (n) => n } });
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    for (let i = 0; i < 20; i++) await client.request("double", i, { signal });

    expect(added).toHaveBeenCalledTimes(20);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });

  it("takes one reply: late, double and made up ones are ignored and counted", async () => {
    const { socket, clock, client } = alone();
    const late = client.request("double", 1, { timeoutMs: 1 });
    const good = client.request("double", 2);
    clock.advance(1);
    await expect(late).rejects.toMatchObject({ code: "TIMEOUT" });
    for (const id of [1, 2, 2, 3, "2", -1]) socket.receiveJson({ reply: id, data: 4 });
    socket.receiveJson({ reply: 9, error: { code: "A", message: "B" } });
    socket.receiveJson({ pong: 9 });

    await expect(good).resolves.toBe(4);
    // -1 is no id at all, so that message is none
    expect(client.counters).toMatchObject({ unexpectedReplies: 6, invalid: 1 });
  });

  it("is one of at most maxPendingRequests", async () => {
    const { socket, client } = alone({ maxPendingRequests: 2 });
    const first = client.request("double", 1);
    const second = client.request("double", 2);
    await expect(client.request("double", 3)).rejects.toMatchObject({
      code: "TOO_MANY_PENDING",
      message: "2 requests wait for their reply already, and maxPendingRequests is 2",
    });
    expect(socket.sent).toHaveLength(2);
    socket.receiveJson({ reply: 1, data: 1 });
    socket.receiveJson({ reply: 2, data: 1 });
    await Promise.all([first, second]);
    void client.request("double", 4);
    await settled();
    expect(socket.sent).toHaveLength(3);
  });

  it("rejects when it cannot be sent, and nothing waits", async () => {
    const { client, clock } = alone();
    const endless: unknown[] = [];
    endless.push(endless);
    // @ts-expect-error: what JavaScript may pass
    await expect(client.request("double", endless)).rejects.toThrow(TypeError);
    // @ts-expect-error: an event
    await expect(client.request("note", "")).rejects.toThrow('sends no request "note"');
    expect(client.pendingRequests + clock.timers).toBe(0);

    const connection = new FakeConnection();
    const server = contract.serve(connection, { clock });
    connection.status = "dropped";
    await expect(server.request("ask", "")).rejects.toMatchObject({ code: "DROPPED" });
    connection.status = "closed";
    await expect(server.request("ask", "")).rejects.toMatchObject({ code: "CLOSED" });
    expect(server.pendingRequests + clock.timers).toBe(0);
  });
});
