// Handlers and validators that fail: who gets to know what.
import * as v from "valibot";
import { describe, expect, it, vi } from "vitest";
import { defineContract, ErrorReply, nothing } from "../../src/contract/index.js";
import { FakeConnection, settled } from "../support/contract-pair.js";
import { contract, error, serve } from "../support/contract-served.js";

describe("a handler that fails", () => {
  it("tells the hook everything and the peer nothing", async () => {
    const secret = new Error("password=hunter2");
    const { connection, peer, onHandlerError } = serve({
      handlers: {
        shout: () => {
          throw secret;
        },
        sum: () => Promise.reject(secret),
      },
    });
    connection.receiveJson({ type: "shout", data: "" });
    connection.receiveJson({ type: "sum", id: 1, data: [] });
    await settled();

    expect(connection.takeSent()).toEqual([
      error("INTERNAL", "Internal error", { type: "shout" }),
      { reply: 1, ...error("INTERNAL", "Internal error", { type: "sum" }) },
    ]);
    expect(onHandlerError.mock.calls).toEqual([
      [secret, "shout", 'the handler of "shout" of a ContractPeer'],
      [secret, "sum", 'the handler of "sum" of a ContractPeer'],
    ]);
    expect(peer.counters.handlerErrors).toBe(2);
  });

  it("tells the peer what it means it to know", async () => {
    const { connection, onHandlerError } = serve({
      handlers: {
        shout: () => {
          throw new ErrorReply("NOT_FOUND", "Task not found", { id: 7 });
        },
        sum: async () => {
          throw new ErrorReply("FORBIDDEN");
        },
      },
    });
    connection.receiveJson({ type: "shout", data: "" });
    connection.receiveJson({ type: "sum", id: 1, data: [] });
    await settled();

    expect(connection.takeSent()).toEqual([
      error("NOT_FOUND", "Task not found", { type: "shout", details: { id: 7 } }),
      { reply: 1, ...error("FORBIDDEN", "Permission denied", { type: "sum" }) },
    ]);
    expect(onHandlerError).not.toHaveBeenCalled();
  });

  it("by an answer that cannot be sent has failed, too", async () => {
    const endless: unknown[] = [];
    endless.push(endless);
    const { connection, onHandlerError } = serve({
      handlers: {
        shout: () => {
          throw new ErrorReply("A", "B", endless);
        },
      },
    });
    const loose = defineContract({ fromClient: { get: { request: nothing, response: nothing } } });
    const other = new FakeConnection();
    // @ts-expect-error: nothing of the kind was agreed on
    loose.serve(other, { handlers: { get: () => endless }, onHandlerError });
    connection.receiveJson({ type: "shout", data: "" });
    other.receiveJson({ type: "get", id: 1 });
    await settled();

    expect(connection.takeSent()).toEqual([error("INTERNAL", "Internal error", { type: "shout" })]);
    expect(other.takeSent()).toEqual([
      { reply: 1, ...error("INTERNAL", "Internal error", { type: "get" }) },
    ]);
    expect(onHandlerError).toHaveBeenCalledTimes(2);
  });

  it("by its validator has failed, too", async () => {
    const onHandlerError = vi.fn();
    const broken = defineContract({
      fromClient: {
        a: (value: unknown): value is string => {
          throw new Error(`guard of ${typeof value}`);
        },
        b: v.pipeAsync(
          v.string(),
          v.checkAsync(() => Promise.reject(new Error("schema"))),
        ),
      },
    });
    const connection = new FakeConnection();
    broken.serve(connection, { handlers: { a: () => {}, b: () => {} }, onHandlerError });
    connection.receiveJson({ type: "a" });
    connection.receiveJson({ type: "b", data: "" });
    await settled();

    expect(connection.takeSent()).toMatchObject([
      { error: { code: "INTERNAL" } },
      { error: { code: "INTERNAL" } },
    ]);
    expect(onHandlerError).toHaveBeenCalledTimes(2);
  });

  it("is printed without a hook", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    const connection = new FakeConnection();
    const thrown = new Error("seen");
    contract.serve(connection).on("leave", () => {
      throw thrown;
    });
    connection.receiveJson({ type: "leave" });
    await settled();

    expect(printed).toHaveBeenCalledExactlyOnceWith(
      'the handler of "leave" of a ContractPeer failed; set onHandlerError to be told:',
      thrown,
    );
    printed.mockRestore();
  });
});
