import { describe, expect, it } from "vitest";
import { z } from "zod";
import { bareFormat, defineContract, nothing } from "../../src/contract/index.js";
import { FakeConnection } from "../support/contract-pair.js";

const fromServer = {
  say: z.object({ text: z.string() }),
  ask: { request: nothing, response: nothing },
};

describe("a contract", () => {
  it("makes messages of the server without sending them", () => {
    const contract = defineContract({ fromServer, batch: true });
    const message = contract.serialize("say", { text: "a" });
    expect(message).toBe(`{"type":"say","data":{"text":"a"}}`);
    expect(contract.join([message, message])).toBe(`[${String(message)},${String(message)}]`);
    // @ts-expect-error: a request
    expect(() => contract.serialize("ask")).toThrow('sends no event "ask"');
    // @ts-expect-error: not of the contract
    expect(() => contract.serialize("toString", 1)).toThrow('sends no event "toString"');
    expect(() => defineContract({ fromServer }).join([])).toThrow("set `batch`");
  });

  it("makes error replies of any code", () => {
    const contract = defineContract({});
    const json = (...values: Parameters<typeof contract.serializeError>): unknown =>
      JSON.parse(String(contract.serializeError(...values)));
    expect(json("RATE_LIMITED")).toEqual({
      error: { code: "RATE_LIMITED", message: "Rate limit exceeded" },
    });
    expect(json("FULL", "No more room", { max: 7 })).toEqual({
      error: { code: "FULL", message: "No more room", details: { max: 7 } },
    });
    const bare = defineContract({ format: bareFormat() });
    expect(bare.serializeError("RATE_LIMITED")).toBe(`{"error":"Rate limit exceeded"}`);
    const mute = { ...bareFormat(), write: () => undefined };
    expect(() => defineContract({ format: mute }).serializeError("A")).toThrow("has no error");
  });

  it("may have no messages at all", () => {
    const connection = new FakeConnection();
    defineContract({}).serve(connection);
    connection.receiveJson({ type: "say" });
    expect(connection.takeSent()).toMatchObject([{ error: { code: "UNKNOWN_TYPE" } }]);
  });

  it("may name its types like anything that objects inherit", () => {
    const types = Object.fromEntries(
      ["__proto__", "constructor", "toString", "\ud800", ""].map((name) => [name, nothing]),
    );
    const contract = defineContract({ fromClient: types });
    for (const type of Object.keys(types)) {
      const connection = new FakeConnection();
      const got: unknown[] = [];
      contract.serve(connection).on(type, (_, context) => got.push(context.type));
      connection.receiveJson({ type });
      expect(got).toEqual([type]);
      expect(connection.sent).toEqual([]);
    }
  });

  it("that cannot be is refused where it is defined", () => {
    // @ts-expect-error: half a request
    expect(() => defineContract({ fromClient: { a: { request: nothing } } })).toThrow(
      '"a" needs a validator',
    );
    // @ts-expect-error: half a request
    expect(() => defineContract({ fromServer: { a: { response: nothing } } })).toThrow(TypeError);
    expect(() => defineContract({ fromServer, format: bareFormat() })).toThrow(
      '"ask" is a request: the format needs a field for its id',
    );
    for (const maxDepth of [0, -1, Number.NaN]) {
      expect(() => defineContract({ maxDepth })).toThrow(RangeError);
    }
  });

  it("splits batches for its handlers when it says so, and answers each", () => {
    for (const batch of [true, {}] as const) {
      const connection = new FakeConnection();
      const got: string[] = [];
      const contract = defineContract({ fromClient: { say: z.string() }, batch });
      contract.serve(connection, { concurrency: 9, handlers: { say: (text) => got.push(text) } });
      connection.receiveJson([{ type: "say", data: "a" }, 7, { type: "say", data: "b" }]);
      expect(got).toEqual(["a", "b"]);
      expect(connection.takeSent()).toMatchObject([{ error: { code: "INVALID_MESSAGE" } }]);
    }
  });
});
