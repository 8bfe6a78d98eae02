// What authenticate returns, by accident or on purpose: only a value that says who the client is lets it in.
import { describe, expect, expectTypeOf, it } from "vitest";
import { acceptThenClose, reject, WebSocketServer } from "../../../src/index.js";
import {
  answerTo,
  fieldOf,
  RawClient,
  statusOf,
  upgradeRequest,
} from "../../support/raw-client.js";
import { ALL_WAYS_IN, startServer } from "../../support/server-under-test.js";
import { CLOSE, closePayload } from "../../support/wire-frame.js";

const error = new Error("no database");

/** An object with the prototype of an error that is not one of this realm's. */
const foreignError = (): unknown => new (class extends Error {})("elsewhere");

interface Row {
  readonly value: unknown;
  readonly status: number;
  /** Part of what the `refused` event says. */
  readonly reason?: string;
}

// oxfmt-ignore
const ROWS: Readonly<Record<string, Row>> = {
  "undefined":          { value: undefined,        status: 401, reason: "authenticate returned undefined: return a value to admit" },
  "null":               { value: null,             status: 401, reason: "authenticate returned null: return a value to admit" },
  "false":              { value: false,            status: 401, reason: "authenticate returned false: return a value to admit" },
  "a rejection":        { value: reject(403),      status: 403, reason: "authenticate turned the client away" },
  "an error":           { value: error,            status: 500, reason: "onHandlerError has the error" },
  "an error of a class": { value: foreignError(),  status: 500, reason: "onHandlerError has the error" },
  "true":               { value: true,             status: 101 },
  "an object":          { value: { user: 1 },      status: 101 },
  "an empty object":    { value: {},               status: 101 },
  "a text":             { value: "user",           status: 101 },
  "an empty text":      { value: "",               status: 101 },
  "zero":               { value: 0,                status: 101 },
  "a function":         { value: () => false,      status: 101 },
};

const HOWS: readonly [how: string, settle: (value: unknown) => unknown][] = [
  ["returned", (value) => value],
  ["promised", (value) => Promise.resolve(value)],
  [
    "given by another library's promise",
    // oxlint-disable-next-line unicorn/no-thenable -- promises of other libraries are no more than this
    (value) => ({ then: (done: (it: unknown) => void) => done(value) }),
  ],
];

const CASES = HOWS.flatMap(([how, settle]) =>
  Object.entries(ROWS).map(([what, row]) => ({ what, how, settle, row })),
);

describe.each(ALL_WAYS_IN)("by way of %s, what authenticate has [M03]", (wayIn) => {
  it.each(CASES)(
    "$how, $what, makes it $row.status",
    async ({ settle, row: { value, status, reason } }) => {
      await using under = await startServer<unknown>({ authenticate: () => settle(value) }, wayIn);
      const data: unknown[] = [];
      under.server.on("connection", (connection) => data.push(connection.data));

      expect(await statusOf(under, upgradeRequest())).toBe(status);
      expect(data).toEqual(status === 101 ? [value] : []);
      if (status !== 101) expect(under.server.connections.size).toBe(0);
      expect(under.errors).toEqual(status === 500 ? [value] : []);
      if (reason === undefined) expect(under.refused).toEqual([]);
      else {
        const code = status === 500 ? "HANDLER_FAILED" : "REJECTED";
        const told = { httpStatus: status, code, reason: expect.stringContaining(reason) };
        expect(under.refused).toMatchObject([told]);
      }
    },
  );

  it("nothing, as there is no authenticate: everybody is let in, with undefined", async () => {
    await using under = await startServer({}, wayIn);
    const data: unknown[] = [];
    under.server.on("connection", (connection) => data.push(connection.data));

    expect(await statusOf(under, upgradeRequest())).toBe(101);
    expect(data).toEqual([undefined]);
  });

  it("accepted to close: there is no connection", async () => {
    await using under = await startServer<unknown>(
      { authenticate: () => acceptThenClose(4401) },
      wayIn,
    );
    const data: unknown[] = [];
    under.server.on("connection", (connection) => data.push(connection.data));
    using client = await RawClient.send(under, upgradeRequest());

    await client.head();
    expect(await client.frame()).toMatchObject({ opcode: CLOSE, payload: closePayload(4401) });
    expect(data).toEqual([]);
  });
});

describe("authenticate", () => {
  it("that admits nobody names a scheme, and nothing of the application (RFC 9110 §15.5.2)", async () => {
    await using under = await startServer<unknown>({ authenticate: () => undefined });
    const answer = await answerTo(under, upgradeRequest());

    expect(fieldOf(answer, "www-authenticate")).toBe("Unspecified");
    expect(answer.body).toBe("the server does not know who you are\n");
  });

  it.each([
    ["null", null],
    ["false", false],
    ["an object", {}],
  ])("that is %s is not taken for none: that would let everybody in", (_what, authenticate) => {
    // @ts-expect-error -- no function
    expect(() => new WebSocketServer({ authenticate })).toThrow("authenticate must be a function");
  });

  it("leaves what admits nobody out of the type of the data", () => {
    const users = new Map<string, { id: number }>();
    const error = new Error("no database");
    const found = new WebSocketServer({ authenticate: ({ host }) => users.get(host) });
    const later = new WebSocketServer({
      authenticate: async ({ host }) => users.get(host) ?? null,
    });
    const many = new WebSocketServer({
      authenticate: async ({ host }) => {
        if (host === "") return false;
        if (host === "a") return reject(401);
        if (host === "b") return error;
        return users.get(host) ?? null;
      },
    });
    const yes = new WebSocketServer({ authenticate: ({ host }) => host === "a" });
    const ids = new WebSocketServer({
      authenticate: ({ host }): string | undefined => host,
      port: undefined,
    });
    const nothing = new WebSocketServer({ authenticate: () => {} });

    expectTypeOf(found).toEqualTypeOf<WebSocketServer<{ id: number }>>();
    expectTypeOf(later).toEqualTypeOf<WebSocketServer<{ id: number }>>();
    expectTypeOf(many).toEqualTypeOf<WebSocketServer<{ id: number }>>();
    expectTypeOf(yes).toEqualTypeOf<WebSocketServer<true>>();
    expectTypeOf(ids).toEqualTypeOf<WebSocketServer<string>>();
    expectTypeOf(nothing).toEqualTypeOf<WebSocketServer>();
  });
});
