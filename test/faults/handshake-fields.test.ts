// Requests that are no opening handshake, or a strange one.
import { expect } from "vitest";
import {
  type RequestHead as Head,
  parseExtensions,
  parseSubprotocolOffers,
  RequestHeadReader,
} from "../../src/protocol/index.js";
import { answerTo, fieldOf, RawClient, statusOf, upgradeRequest } from "../support/raw-client.js";
import { WAYS_IN } from "../support/server-under-test.js";
import { crossed, test } from "../support/universal.js";
import { CONNECTIONS, KEYS, LISTS, type Row, UPGRADES, VERSIONS } from "../support/upgrade-rows.js";
import { encodeFrame, frame, SCRIPT_KEY, TEXT } from "../support/wire-frame.js";

const lineOf = (method: string, version = "HTTP/1.1"): Uint8Array =>
  upgradeRequest("/", {}, `${method} / ${version}`);

test.for(WAYS_IN)(
  "methods other than GET are refused, by way of an %s [A09]",
  async (wayIn, { world }) => {
    const under = await world.serve({}, wayIn);
    for (const method of ["POST", "HEAD", "PUT", "OPTIONS", "get"]) {
      expect([400, 405], method).toContain(await statusOf(under, lineOf(method)));
    }
    const connectRequest = upgradeRequest("/", {}, "CONNECT localhost:80 HTTP/1.1");
    using client = await RawClient.send(under, connectRequest);
    await client.ended(); // Node's http server says nothing
    expect(Buffer.from(client.received).toString("latin1")).not.toContain(" 101 ");
  },
);

test.for(WAYS_IN)(
  "versions of HTTP other than 1.1 are refused, by way of an %s [A10]",
  async (wayIn, { world }) => {
    const under = await world.serve({}, wayIn);
    for (const version of ["HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/3", "HTTP/0.9", "http/1.1"]) {
      expect([400, 426, 505], version).toContain(await statusOf(under, lineOf("GET", version)));
    }
    expect([400, 505]).toContain(await statusOf(under, upgradeRequest("/", {}, "GET /")));
  },
);

/** Where it is not clear that an upgrade is wanted, Node's http server takes the request itself. */
const withClear = (rows: readonly Row[]) =>
  crossed(WAYS_IN, rows).filter(([wayIn, , status]) => wayIn === "own listener" || status === 101);

test.for(withClear(UPGRADES))(
  "by way of an %s, Upgrade that %s gets %i [A11]",
  async ([wayIn, , status, fields], { world }) => {
    const under = await world.serve({}, wayIn);
    expect(await statusOf(under, upgradeRequest("/", fields))).toBe(status);
  },
);

test.for(withClear(CONNECTIONS))(
  "by way of an %s, Connection that %s gets %i [A12]",
  async ([wayIn, , status, fields], { world }) => {
    const under = await world.serve({}, wayIn);
    expect(await statusOf(under, upgradeRequest("/", fields))).toBe(status);
  },
);

test.for(crossed(WAYS_IN, KEYS))(
  "by way of an %s, a key that %s gets %i [A13]",
  async ([wayIn, , status, fields], { world }) => {
    const under = await world.serve({}, wayIn);
    expect(await statusOf(under, upgradeRequest("/", fields))).toBe(status);
  },
);

test.for(crossed(WAYS_IN, VERSIONS))(
  "by way of an %s, a version that %s gets %i, and 13 [A14]",
  async ([wayIn, , status, fields], { world }) => {
    const under = await world.serve({}, wayIn);
    const refusal = await answerTo(under, upgradeRequest("/", fields));
    expect(refusal.httpStatus).toBe(status);
    expect(fieldOf(refusal, "sec-websocket-version")).toBe("13");
  },
);

test.for(WAYS_IN)(
  "by way of an %s, no Host, two and an empty one get 400 [A15]",
  async (wayIn, { world }) => {
    const under = await world.serve({}, wayIn);
    for (const host of [undefined, ["localhost", "localhost"], ["a", "b"], ""]) {
      expect(await statusOf(under, upgradeRequest("/", { host }))).toBe(400);
    }
  },
);

const BODIES = [
  ["5 bytes", { "content-length": "5" }, "hello"],
  ["chunks", { "transfer-encoding": "chunked" }, "5\r\nhello\r\n0\r\n\r\n"],
  ["a frame", { "content-length": "7" }, encodeFrame(frame(TEXT, "x"), { maskingKey: SCRIPT_KEY })],
] as const;

test.for(crossed(WAYS_IN, BODIES))(
  "by way of an %s, a GET with a body of %s gets 400 and nothing else [A16]",
  async ([wayIn, , fields, body], { world }) => {
    const under = await world.serve({}, wayIn);
    const bytes = Buffer.concat([upgradeRequest("/", fields), Buffer.from(body)]);
    const client = world.use(await RawClient.send(under, bytes));
    const { httpStatus, body: text } = await client.answer();
    expect(httpStatus).toBe(400);
    expect(text).not.toContain("HTTP/1.1");
    expect(world.witnesses).toEqual([]);
  },
);

const REFUSED = [
  ["426", { "sec-websocket-version": "8" }],
  ["400", { "sec-websocket-key": "x" }],
  ["403", { origin: "http://evil.example" }],
] as const;

test.for(crossed(WAYS_IN, REFUSED))(
  "by way of an %s, what stands behind a request that got %s is answered by nobody [A17]",
  async ([wayIn, status, fields], { world }) => {
    const under = await world.serve({}, wayIn);
    const both = Buffer.concat([upgradeRequest("/", fields), upgradeRequest()]);
    const client = world.use(await RawClient.send(under, both));
    const { httpStatus, body } = await client.answer();
    expect(`${httpStatus}`).toBe(status);
    expect(body).not.toContain("HTTP/1.1");
    expect(world.witnesses).toEqual([]);
  },
);

const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty"];

test.for(WAYS_IN)(
  "by way of an %s, names of Object.prototype are names like any [A18]",
  async (wayIn, { world }) => {
    const under = await world.serve({}, wayIn);
    const asked: unknown[] = [];
    under.server.on("connection", ({ subprotocol, extensions }, { query, headers }) => {
      const found = NAMES.map((name) => [query.get(name), headers.get(name)]);
      asked.push(subprotocol, extensions, headers.get("valueOf"), ...found);
    });
    const fields = Object.fromEntries(NAMES.map((name) => [name, "x"]));
    const target = `/?${NAMES.map((name) => `${name}=1`).join("&")}`;
    const [first, ...rest] = NAMES;
    const lists = {
      "sec-websocket-extensions": `${first}; ${rest.join("; ")}, permessage-deflate; ${rest[0]}`,
      "sec-websocket-protocol": NAMES.join(", "),
    };
    expect(await statusOf(under, upgradeRequest(target, { ...fields, ...lists }))).toBe(101);
    expect(asked).toEqual(["", "", undefined, ...NAMES.map(() => ["1", "x"])]);
  },
);

const SUBPROTOCOLS = LISTS.filter(([, , fields]) => "sec-websocket-protocol" in fields);
const EXTENSIONS = LISTS.filter(([, , fields]) => "sec-websocket-extensions" in fields);

test.for(crossed(WAYS_IN, SUBPROTOCOLS))(
  "by way of an %s, %s gets %i [A19]",
  async ([wayIn, , status, fields], { world }) => {
    const under = await world.serve({}, wayIn);
    expect(await statusOf(under, upgradeRequest("/", fields))).toBe(status);
  },
);

test.for(crossed(WAYS_IN, EXTENSIONS))(
  "by way of an %s, %s gets %i [A20]",
  async ([wayIn, , status, fields], { world }) => {
    const under = await world.serve({}, wayIn);
    expect(await statusOf(under, upgradeRequest("/", fields))).toBe(status);
  },
);

/** CPU ms that `read` takes for a head with such a field: the best of a few. */
function costOf(name: string, value: string, read: (head: Head) => unknown): number {
  const reader = (): Head | undefined =>
    new RequestHeadReader({ maxHeaderBytes: Infinity }).push(upgradeRequest("/", { [name]: value }))
      ?.head;
  const costs = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    const head = reader();
    if (head === undefined) throw new Error("no head");
    try {
      read(head);
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/_INVALID$/) });
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...costs);
}

const spaces = " ".repeat(32_000);

test.for([
  ["32 000 spaces", `a${spaces}b`],
  ["32 000 spaces in front of a comma", `a${spaces},b`],
  ["16 000 commas", ",".repeat(16_000)],
] as const)("a list of subprotocols with %s is read in less than 5 ms [A19]", ([, value]) => {
  const cost = costOf("sec-websocket-protocol", value, ({ fields }) =>
    parseSubprotocolOffers(fields),
  );
  expect(cost).toBeLessThan(5);
});

test.for([
  ["a quoted value of 16 000 backslashes", `a;b="${"\\".repeat(16_000)}"`],
  ["a quoted value without end", `a;b="${"\\x".repeat(16_000)}`],
  ["10 000 extensions", Array.from({ length: 10_000 }, (_, i) => `x${i}`).join(", ")],
  ["10 000 parameters", `x${Array.from({ length: 10_000 }, (_, i) => `; p${i}=1`).join("")}`],
  ["32 000 spaces", `a${spaces};${spaces}b`],
] as const)("extensions with %s are read in less than 20 ms [A20]", ([, value]) => {
  const cost = costOf("sec-websocket-extensions", value, ({ fields }) => parseExtensions(fields));
  expect(cost).toBeLessThan(20);
});

const CONTROLS = ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x7f", "\x85"];

test.for(WAYS_IN)(
  "by way of an %s, control bytes in Origin and Cookie make no field [A23]",
  async (wayIn, { world }) => {
    const under = await world.serve({ origins: "*" }, wayIn);
    const got: (readonly [string | undefined, string | undefined])[] = [];
    under.server.on("connection", (_, { headers, origin }) => {
      expect([headers.get("x-injected"), headers.get("injected")]).toEqual([undefined, undefined]);
      got.push([headers.get("cookie"), origin]);
    });
    for (const control of CONTROLS) {
      const value = `a${control}X-Injected: 1`;
      const request = upgradeRequest("/", { cookie: value, origin: `http://${value}` });
      const status = await statusOf(under, Buffer.from(Buffer.from(request).toString(), "latin1"));
      expect([101, 400], JSON.stringify(control)).toContain(status);
      if (status === 101) expect(got.pop()).toEqual([value, `http://${value}`]);
    }
    expect(got).toEqual([]);
    expect(under.errors).toEqual([]);
  },
);
