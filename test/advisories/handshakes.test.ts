// Weaknesses of others that an opening handshake reaches, on every way into a server.
import { expect } from "vitest";
import { connect } from "../../src/index.js";
import {
  fieldOf,
  RawClient,
  type RequestFields,
  statusOf,
  upgradeRequest,
  answerTo,
} from "../support/raw-client.js";
import { eventually, settle } from "../support/raw-peer.js";
import { ALL_WAYS_IN, WAYS_IN } from "../support/server-under-test.js";
import { memoryPeer, StubServer } from "../support/stub-server.js";
import { test } from "../support/universal.js";
import { hex } from "../support/wire-frame.js";
import { headBytes } from "../support/wire-handshake.js";
import { CA, KEY, LOCALHOST } from "../support/certificates/index.js";

const NAMES = Object.getOwnPropertyNames(Object.prototype);
const EVIL = "https://evil.example";

/** Status that a server without options gives. */
// oxfmt-ignore
const ROWS: readonly [ids: string, what: string, fields: RequestFields, status: number][] = [
  ["WS-2017-0421",  "names of Object.prototype as extensions",   { "sec-websocket-extensions": NAMES.join(", ") }, 101],
  ["WS-2017-0421",  "them as parameters",                        { "sec-websocket-extensions": `permessage-deflate; ${NAMES.join("; ")}` }, 101],
  ["WS-2017-0421",  "them as subprotocols",                      { "sec-websocket-protocol": NAMES.join(", ") }, 101],
  ["CVE-2021-32640", "32 000 spaces in a list of subprotocols",  { "sec-websocket-protocol": `b${" ".repeat(15_000)}x` }, 400],
  ["CVE-2020-7662 CVE-2020-7663", "a quoted value that is not closed", { "sec-websocket-extensions": `a; b="${"\\x".repeat(7_000)}` }, 400],
  ["CVE-2026-59898", "version 7",                                { "sec-websocket-version": "7" }, 426],
  ["CVE-2026-59898", "version 8 without Upgrade",                { "sec-websocket-version": "8", upgrade: undefined }, 426],
  ["CVE-2026-59898 CVE-2026-54463", "version 0 without Connection", { "sec-websocket-version": "0", connection: undefined }, 400],
  ["CVE-2026-54463", "the keys of drafts 75 and 76",             { "sec-websocket-version": undefined, "sec-websocket-key": undefined, "sec-websocket-key1": "4 @1  46546xW%0l 1 5" }, 426],
  ["CVE-2020-28481 CVE-2018-14732 CVE-2026-27148 CVE-2026-114126", "a foreign Origin", { origin: EVIL }, 403],
  ["CVE-2026-44211 CVE-2025-30360", "an address as Origin",      { origin: "http://127.0.0.1:1" }, 403],
  ["CVE-2026-112085", "an Origin that begins alike",             { origin: "http://localhost.evil.example" }, 403],
  ["CVE-2026-112085", "another port of the host",                { origin: "http://localhost:81" }, 403],
  ["CVE-2026-112085", "another scheme of the host",              { origin: "https://localhost" }, 403],
  ["CVE-2018-14732", "the Origin null",                          { origin: "null" }, 403],
  ["CVE-2018-14732", "no Origin",                                {}, 101],
  ["uWS 2024-2026",  "two Hosts",                                { host: ["a", "b"] }, 400],
  ["uWS 2024-2026",  "two lengths that differ",                  { "content-length": ["1", "2"] }, 400],
  ["CVE-2022-21676 CVE-2022-41940 CVE-2023-31125", "odd cookies", { cookie: "__proto__=1; =; a=%00%ff%" }, 101],
];

/** An http server keeps requests that are no upgrade to itself. */
const isForAll = ([, , fields]: (typeof ROWS)[number]): boolean =>
  !("upgrade" in fields || "connection" in fields);

for (const wayIn of ALL_WAYS_IN) {
  const isOwn = wayIn === "own listener" || wayIn === "accept";
  test.for(isOwn ? ROWS : ROWS.filter((row) => isForAll(row)))(
    `%s: %s, by way of ${wayIn}`,
    async ([, , fields, status], { world }) => {
      const under = await world.serve({}, wayIn);
      expect(await statusOf(under, upgradeRequest("/", fields))).toBe(status);
      expect(await statusOf(under, upgradeRequest())).toBe(101); // it is still there
      expect(under.errors).toEqual([]);
    },
  );

  test(`CVE-2022-21676 CVE-2022-41940 CVE-2023-31125: odd targets, by way of ${wayIn}`, async ({
    world,
  }) => {
    const under = await world.serve({}, wayIn);
    for (const target of [
      "/?__proto__=1",
      "/%",
      "/%00",
      "//",
      "/?a[b]=c&a=d",
      "/..%2f",
      `/?${"a&".repeat(4_000)}`,
    ]) {
      expect([101, 400]).toContain(await statusOf(under, upgradeRequest(target)));
    }
  });

  test(`GHSA-5gjg-jgh4-gppm: authenticate is called once, by way of ${wayIn}`, async ({
    world,
  }) => {
    let calls = 0;
    const under = await world.serve({ authenticate: () => void calls++ }, wayIn);
    expect(await statusOf(under, upgradeRequest())).toBe(401);
    expect([calls, under.server.connections.size]).toEqual([1, 0]);
  });

  test(`CVE-2020-35678: a header of a hook cannot bring another, by way of ${wayIn}`, async ({
    world,
  }) => {
    const under = await world.serve({ responseHeaders: () => ({ "X-A": "b\r\nX-C: d" }) }, wayIn);
    const answer = await answerTo(under, upgradeRequest());
    expect([answer.httpStatus, fieldOf(answer, "x-c")]).toEqual([500, undefined]);
  });

  test(`GHSA-4pcg-wr6c-h9cq CVE-2024-38355: a bad frame right behind the request, by way of ${wayIn}`, async ({
    world,
  }) => {
    const under = await world.serve({}, wayIn);
    const client = world.use(
      await RawClient.send(under, Buffer.concat([upgradeRequest(), hex("ffff")])),
    );
    await client.head();
    expect((await client.frame()).payload.subarray(0, 2)).toEqual(hex("03ea"));
  });

  test.for([0x0b, 0x0c, 0x1c, 0x1d, 0x1e, 0x85])(
    `CVE-2026-44546: a byte %i in a field brings no other field, by way of ${wayIn}`,
    async (byte, { world }) => {
      const seen: (string | undefined)[] = [];
      const under = await world.serve(
        { authenticate: ({ headers }) => seen.push(headers.get("x-admin")) },
        wayIn,
      );
      const value = `a=${String.fromCharCode(byte)}X-Admin: 1`;
      const request = Buffer.from(
        Buffer.from(upgradeRequest("/", { cookie: "?" }))
          .toString("latin1")
          .replace("?", value),
        "latin1",
      );
      expect([101, 400]).toContain(await statusOf(under, request));
      expect(seen.filter((one) => one !== undefined)).toEqual([]);
    },
  );
}

test.for(WAYS_IN)(
  "CVE-2024-37890: 2001 headers, Upgrade last, by way of %s",
  async (wayIn, { world }) => {
    const under = await world.serve({}, wayIn);
    const lines = Array.from({ length: 2_001 }, (_, i) => `a${i}: b`);
    const request = headBytes([
      "GET / HTTP/1.1",
      "Host: a",
      ...lines,
      "Connection: Upgrade",
      "Upgrade: websocket",
    ]);
    const client = world.use(await RawClient.send(under, request));
    // Node leaves the last headers out: for an http server it is another request, which is not ours to answer.
    if (wayIn === "own listener") expect((await client.answer()).httpStatus).toBe(431);
    expect(await statusOf(under, upgradeRequest())).toBe(101);
  },
);

test("CVE-2023-43669 uWS 2024-2026: a head byte by byte is read once, and cut at its limit", async ({
  world,
}) => {
  const under = await world.serve();
  const client = world.use(await RawClient.connect(under));
  for (const byte of upgradeRequest()) client.send(Uint8Array.of(byte));
  expect((await client.answer()).httpStatus).toBe(101);
  const long = world.use(await RawClient.connect(under));
  for (let i = 0; i < 40 && !long.hasEnded; i++) {
    long.send(i === 0 ? "GET / HTTP/1.1\r\nA: " : "x".repeat(1_000));
    await settle();
  }
  expect((await long.answer()).httpStatus).toBe(431);
});

test.for([
  ["CVE-2026-54465", "headers without an end", "HTTP/1.1 101 x\r\n", "A: b\r\n".repeat(4_000)],
  ["CVE-2024-37890", "2001 headers", "HTTP/1.1 101 x\r\n", `${"A: b\r\n".repeat(2_001)}\r\n`],
  ["CVE-2026-54465", "a line without an end", "HTTP/1.1 101 ", "x".repeat(20_000)],
])("%s: a client refuses a response with %s", async ([, , line, rest], { world }) => {
  const { peer, createConnection } = memoryPeer();
  const connecting = connect("ws://test.example/", { createConnection, clock: world.clock });
  await peer.head();
  peer.write(line! + rest!);
  await expect(connecting).rejects.toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^HEAD/) }),
  );
  peer.socket.destroy();
});

test.for(["0", "7", "16", "1000", "08", "+9", '""', "15abc", "__proto__"])(
  "CVE-2026-2229: a client refuses server_max_window_bits=%s",
  async (bits, { world }) => {
    const { peer, createConnection } = memoryPeer();
    const connecting = connect("ws://test.example/", { createConnection, clock: world.clock });
    await peer.accept([
      `Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=${bits}`,
    ]);
    await expect(connecting).rejects.toThrow(expect.objectContaining({ name: "HandshakeError" }));
    peer.socket.destroy();
  },
);

test.for(["\r\n", "\n", "\r", "\0"])(
  "CVE-2026-1527: %j in what a client sends is refused before it dials",
  async (bad) => {
    const { createConnection } = memoryPeer();
    const tries = [
      connect("ws://test.example/", { createConnection, headers: { a: `b${bad}c: d` } }),
      connect("ws://test.example/", { createConnection, headers: { [`a${bad}`]: "b" } }),
      connect("ws://test.example/", { createConnection, subprotocols: [`a${bad}`] }),
      connect("ws://test.example/", { createConnection, origin: `http://a${bad}` }),
    ];
    for (const one of await Promise.allSettled(tries)) expect(one.status).toBe("rejected");
  },
);

test("CVE-2016-10536 CVE-2020-11050: a certificate that nobody trusts, or of another host, is refused", async () => {
  await using stub = await StubServer.start({ tls: { key: KEY, cert: LOCALHOST } });
  await expect(connect(`wss://localhost:${stub.port}/`)).rejects.toThrow(/certificate/);
  await expect(connect(`wss://127.0.0.2:${stub.port}/`, { tls: { ca: CA } })).rejects.toThrow();
});

test("ws 2022: a redirect is not followed unless asked for", async ({ world }) => {
  const { peer, createConnection } = memoryPeer();
  const connecting = connect("ws://test.example/", { createConnection, clock: world.clock });
  await peer.answer(["HTTP/1.1 302 Found", "Location: ws://evil.example/", "Content-Length: 0"]);
  await expect(connecting).rejects.toThrow(expect.objectContaining({ httpStatus: 302 }));
  await eventually(() => peer.isClosed || peer.hasEnded);
  peer.socket.destroy();
});
