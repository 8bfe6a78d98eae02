// What a peer that means harm can send: nothing of it throws, reaches a prototype, or is taken for something else.
import fc from "fast-check";
import * as v from "valibot";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { bareFormat, defineContract, type Format, nothing } from "../../src/contract/index.js";
import { FakeConnection, FakeSocket, settled } from "../support/contract-pair.js";

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Recurses, as validators do. */
const isTree = (value: unknown): value is object =>
  isObject(value) ? Object.values(value).every((item) => !isObject(item) || isTree(item)) : true;

const fromClient = {
  tree: isTree,
  say: z.object({ text: z.string() }),
  count: v.number(),
  get: { request: nothing, response: nothing },
};
const names = Object.getOwnPropertyNames(Object.prototype);
const untouched = JSON.stringify(names);

function serve(format?: Format) {
  const connection = new FakeConnection();
  const onHandlerError = vi.fn();
  const handled: unknown[] = [];
  const keep = (data: unknown): void => {
    handled.push(data);
  };
  const handlers = { tree: keep, say: keep, count: keep, get: () => undefined };
  const contract = defineContract({ fromClient, batch: true, ...(format && { format }) });
  const peer = contract.serve(connection, { handlers, onHandlerError });
  return { connection, peer, handled, onHandlerError };
}

afterEach(() => {
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(untouched);
  expect(Reflect.get({}, "admin")).toBeUndefined();
});

const nested = (open: string, close: string, depth = 1e5): string =>
  open.repeat(depth) + close.repeat(depth);

describe("hostile JSON", () => {
  // oxfmt-ignore
  it.each([
    ["a prototype in the data",     `{"type":"tree","data":{"__proto__":{"admin":1}}}`],
    ["a prototype of the message",  `{"type":"tree","__proto__":{"admin":1},"data":{}}`],
    ["a prototype by escapes",      `{"type":"tree","data":{"\\u005f\\u005fproto\\u005f\\u005f":{"admin":1}}}`],
    ["a constructor's prototype",   `{"type":"tree","data":{"constructor":{"prototype":{"admin":1}}}}`],
    ["100 000 arrays",              `{"type":"tree","data":${nested("[", "]")}}`],
    ["100 000 objects",             `{"type":"tree","data":${nested(`{"a":`, "}").replace(":}", ":0}")}}`],
    ["nothing but arrays",          nested("[", "]")],
    ["arrays without an end",       "[".repeat(1e5)],
    ["a batch of batches",          `[[{"type":"tree"}]]`],
    ["a type of an object's",       `{"type":"toString","data":{}}`],
    ["a type that is a prototype",  `{"type":"__proto__","data":{}}`],
    ["a type that is a constructor", `{"type":"constructor","data":{}}`],
    ["a key of an object's",        `{"toString":1}`],
    ["a type that is an object",    `{"type":{"toString":1},"data":{}}`],
    ["a type that is an array",     `{"type":["tree"],"data":{}}`],
    ["an id that is an object",     `{"type":"get","id":{"toString":1}}`],
    ["an id out of all numbers",    `{"type":"get","id":1e400}`],
    ["a count out of all numbers",  `{"type":"say","data":{"text":1e400}}`],
    ["a reply to what is no id",    `{"reply":{"__proto__":1},"data":1}`],
  ])("with %s gets an error reply, and no handler sees it [G02]", async (_, text) => {
    const { connection, peer, handled, onHandlerError } = serve();
    connection.receive(text);
    await settled();
    expect(handled).toEqual([]);
    expect(onHandlerError).not.toHaveBeenCalled();
    expect(connection.takeSent()).toEqual([{ error: expect.any(Object) }]);
    connection.receiveJson({ type: "tree", data: {} });
    await settled();
    expect(handled).toEqual([{}]);
    expect(peer.signal.aborted).toBe(false);
    expect(connection.closedWith).toBeUndefined();
  });

  // oxfmt-ignore
  it.each<[string, string, unknown]>([
    ["the last of double keys counts", `{"type":"say","type":"tree","data":1,"data":{"a":1,"a":2}}`, { a: 2 }],
    ["lone surrogates are text",       `{"type":"say","data":{"text":"\\ud800"}}`,               { text: "\ud800" }],
    ["a large number is the nearest",  `{"type":"count","data":9007199254740993}`,               9007199254740992],
    ["names of objects are names",     `{"type":"tree","data":{"toString":1,"hasOwnProperty":2,"valueOf":3}}`, { toString: 1, hasOwnProperty: 2, valueOf: 3 }],
  ])("that is harmless arrives: %s [G02]", async (_, text, data) => {
    const { connection, handled } = serve();
    connection.receive(text);
    await settled();
    expect(handled).toEqual([data]);
    expect(connection.sent).toEqual([]);
  });
});

const FIELDS =
  "type data id reply error cancel ping pong ack seq resume resumed v code message session after";
const name = fc.constantFrom(
  ...FIELDS.split(" "),
  "__proto__",
  "constructor",
  "prototype",
  "toString",
);
const text = fc.oneof(fc.constantFrom("tree", "say", "count", "get", ...names), fc.string());
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom(null, true, 0, 1, -1, 1.5, 2 ** 53, 1e300),
    fc.array(tie("value"), { maxLength: 3 }),
    // As text, because an own key `__proto__` cannot be had by assigning.
    fc
      .array(fc.tuple(name, tie("value")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));
const hostile = fc.oneof(
  value.map((one) => JSON.stringify(one)),
  fc.string(),
  fc.uint8Array(),
  fc.anything(),
);

describe("whatever comes", () => {
  it.each([
    ["our format", undefined],
    ["flat fields", bareFormat({ idField: "id" })],
    ["nested data", bareFormat({ idField: "id", replyField: "id", dataField: "data" })],
  ])("in %s does not throw, and the next message is handled", async (_, format) => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { maxLength: 5 }), async (messages) => {
        const { connection, onHandlerError, handled } = serve(format);
        const pending = defineContract({ fromServer: fromClient, ...(format && { format }) });
        const socket = new FakeSocket();
        const client = pending.wrap(socket, { onHandlerError });
        for (const message of messages) {
          connection.receive(message);
          socket.receive(message);
        }
        await settled();
        handled.length = 0;
        connection.receiveJson({ type: "tree", data: {} });
        await settled();
        expect(handled).toHaveLength(1);
        expect(onHandlerError).not.toHaveBeenCalled();
        expect(client.signal.aborted).toBe(false);
        for (const sent of connection.takeSent()) expect(isObject(sent)).toBe(true);
      }),
    );
  });
});
