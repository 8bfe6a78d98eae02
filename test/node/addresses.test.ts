// Lists of addresses, and what trusted proxies say about where a request comes from.
import fc from "fast-check";
import { once } from "node:events";
import { createServer } from "node:http";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { AddressList, clientOrigin, trustOf } from "../../src/node/addresses.js";
import { WebSocketServer } from "../../src/node/server/server.js";
import { Fields } from "../../src/protocol/index.js";
import { RawClient, portOf, upgradeRequest } from "../support/raw-client.js";
import { WAYS_IN, startServer } from "../support/server-under-test.js";

function addressFor(
  from: string | undefined,
  forwardedFor: string | readonly string[],
  trusted: readonly string[],
): string | undefined {
  const transport = Object.assign(new PassThrough(), { remoteAddress: from });
  const lines = [forwardedFor].flat().map((value) => ["X-Forwarded-For", value] as const);
  return clientOrigin(transport, new Fields(lines), trustOf(trusted)).remoteAddress;
}

describe("clientOrigin", () => {
  // oxfmt-ignore
  it.each<[string, from: string | undefined, header: string | string[], trusted: string[], is: string | undefined]>([
    ["nobody is trusted",                         "10.0.0.1",         "1.2.3.4",                 [],                       "10.0.0.1"],
    ["the one who connects is not trusted",       "10.0.0.1",         "1.2.3.4",                 ["10.0.0.2"],             "10.0.0.1"],
    ["a proxy tells",                             "10.0.0.1",         "1.2.3.4",                 ["10.0.0.1"],             "1.2.3.4"],
    ["a network of proxies",                      "10.9.0.1",         "1.2.3.4",                 ["10.0.0.0/8"],           "1.2.3.4"],
    ["the client makes up what stands before it", "10.0.0.1",         "6.6.6.6, 1.2.3.4",        ["10.0.0.1"],             "1.2.3.4"],
    ["the client claims to be a proxy",           "10.0.0.1",         "10.0.0.1, 1.2.3.4",       ["10.0.0.1"],             "1.2.3.4"],
    ["two proxies",                               "10.0.0.1",         "6.6.6.6, 1.2.3.4, 10.2.2.2", ["10.0.0.0/8"],        "1.2.3.4"],
    ["in two lines",                              "10.0.0.1",         ["6.6.6.6", "1.2.3.4"],    ["10.0.0.1"],             "1.2.3.4"],
    ["all are proxies",                           "10.0.0.1",         "10.0.0.3, 10.0.0.2",      ["10.0.0.0/8"],           "10.0.0.3"],
    ["a proxy says nothing",                      "10.0.0.1",         [],                        ["10.0.0.1"],             "10.0.0.1"],
    ["a proxy says nonsense",                     "10.0.0.1",         "1.2.3.4, unknown",        ["10.0.0.1"],             "10.0.0.1"],
    ["an empty element",                          "10.0.0.1",         "1.2.3.4,",                ["10.0.0.1"],             "10.0.0.1"],
    ["with a port",                               "10.0.0.1",         "1.2.3.4:5678",            ["10.0.0.1"],             "1.2.3.4"],
    ["IPv6",                                      "::1",              "2001:db8::7",             ["::1"],                  "2001:db8::7"],
    ["IPv6 with a port",                          "::1",              "[2001:db8::7]:5678",      ["::1/128"],              "2001:db8::7"],
    ["IPv4 on an IPv6 socket",                    "::ffff:127.0.0.1", "1.2.3.4",                 ["127.0.0.1"],            "1.2.3.4"],
    ["a Unix socket",                             undefined,          "1.2.3.4",                 ["unix"],                 "1.2.3.4"],
    ["a Unix socket that is not trusted",         undefined,          "1.2.3.4",                 ["127.0.0.1"],            undefined],
  ])("when %s", (_, from, header, trusted, address) => {
    expect(addressFor(from, header, trusted)).toBe(address);
  });

  it("never believes anybody beyond the first who is not trusted", () => {
    const proxy = fc.integer({ min: 1, max: 254 }).map((n) => `10.0.0.${n}`);
    const anything = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 20 }), proxy);
    const stranger = fc.integer({ min: 1, max: 254 }).map((n) => `203.0.113.${n}`);
    fc.assert(
      fc.property(fc.array(anything), stranger, fc.array(proxy), (madeUp, client, proxies) => {
        const header = [...madeUp, client, ...proxies].join(", ");
        expect(addressFor("10.0.0.9", header, ["10.0.0.0/24"])).toBe(client);
      }),
    );
  });

  it.each([
    [undefined, false, false],
    ["https", false, true],
    ["WSS", false, true],
    ["http", true, false],
    ["http, https", false, true],
    ["https, http", false, false],
    ["https,", false, false],
  ])("takes X-Forwarded-Proto %j of a proxy for the truth", (scheme, encrypted, isSecure) => {
    const transport = Object.assign(new PassThrough(), { remoteAddress: "::1", encrypted });
    const fields = new Fields(scheme === undefined ? [] : [["X-Forwarded-Proto", scheme]]);
    expect(clientOrigin(transport, fields, trustOf(["::1"])).isSecure).toBe(isSecure);
    expect(clientOrigin(transport, fields, trustOf([])).isSecure).toBe(encrypted);
  });
});

describe("trustOf", () => {
  it.each([
    "",
    "localhost",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.0/1e1",
    "10.0.0.0/0x8",
    "10.0.0.0/0b1",
    "10.0.0.0/8.0",
    "10.0.0.0/+8",
    "10.0.0.0/08",
    "10.0.0.0/ 8",
    "10.0.0.0/8\n",
    "10.0.0.0/٨",
    "::/1e1",
  ])("refuses %j at its caller", (proxy) => {
    expect(() => trustOf([proxy])).toThrow(TypeError);
  });
});

const FORWARDED = { "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https" };

describe.each(WAYS_IN)("a server with trustedProxies, by %s", (wayIn) => {
  it("gives the client's address to hooks and to the connection", async () => {
    const seen: unknown[] = [];
    const authenticate = (request: { remoteAddress: unknown; isSecure: unknown }) =>
      seen.push(request.remoteAddress, request.isSecure);
    await using under = await startServer({ trustedProxies: ["127.0.0.1"], authenticate }, wayIn);
    under.server.on("connection", ({ remoteAddress }) => seen.push(remoteAddress));
    using client = await RawClient.send(under, upgradeRequest("/", FORWARDED));
    await client.head();
    expect(seen).toEqual(["203.0.113.7", true, "203.0.113.7"]);
  });

  it("takes a page that came through the proxy's TLS for one of the same origin", async () => {
    const page = { ...FORWARDED, host: "app.example", origin: "https://app.example" };
    await using trusting = await startServer({ trustedProxies: ["127.0.0.1"] }, wayIn);
    await using doubting = await startServer({}, wayIn);
    for (const [under, httpStatus] of [
      [trusting, 101],
      [doubting, 403],
    ] as const) {
      using client = await RawClient.send(under, upgradeRequest("/", page));
      expect((await client.head()).startLine).toContain(` ${httpStatus} `);
    }
  });

  it("believes nobody by default, and not the first line of the PROXY protocol either", async () => {
    const seen: unknown[] = [];
    await using under = await startServer({}, wayIn);
    under.server.on("connection", ({ remoteAddress }, request) => {
      seen.push(remoteAddress, request.remoteAddress, request.isSecure);
    });
    using client = await RawClient.send(under, upgradeRequest("/", FORWARDED));
    await client.head();
    expect(seen).toEqual(["127.0.0.1", "127.0.0.1", false]);

    using liar = await RawClient.send(under, "PROXY TCP4 203.0.113.7 127.0.0.1 5000 80\r\n");
    liar.send(upgradeRequest());
    expect((await liar.head()).startLine).toContain(" 400 ");
  });
});

describe("servers that share an http server", () => {
  it("each trust their own proxies", async () => {
    const seen: unknown[] = [];
    const httpServer = createServer();
    for (const [path, trustedProxies] of [
      ["/trusting", ["127.0.0.1"]],
      ["/doubting", []],
    ] as const) {
      const server = new WebSocketServer({ server: httpServer, path, trustedProxies });
      server.on("connection", ({ remoteAddress }) => seen.push(remoteAddress));
    }
    httpServer.listen(0, "127.0.0.1");
    await once(httpServer, "listening");
    for (const path of ["/trusting", "/doubting"]) {
      using client = await RawClient.send(
        { port: portOf(httpServer) },
        upgradeRequest(path, FORWARDED),
      );
      await client.head();
    }
    expect(seen).toEqual(["203.0.113.7", "127.0.0.1"]);
    httpServer.close();
  });
});

function listOf(...elements: readonly string[]): AddressList {
  const list = new AddressList();
  for (const element of elements) expect(list.add(element), element).toBe(true);
  return list;
}

describe("a list of addresses", () => {
  // oxfmt-ignore
  it.each([
    ["127.0.0.1",   "127.0.0.1",       true],
    ["127.0.0.1",   "127.0.0.2",       false],
    ["10.0.0.0/8",  "10.255.0.1",      true],
    ["10.0.0.0/8",  "11.0.0.1",        false],
    ["10.1.2.3/32", "10.1.2.3",        true],
    ["0.0.0.0/0",   "203.0.113.9",     true],
    ["::1",         "::1",             true],
    ["::1",         "0:0:0:0:0:0:0:1", true],
    ["fd00::/8",    "fd12::3",         true],
    ["fd00::/8",    "fe80::3",         false],
    ["10.0.0.0/8",  "not an address",  false],
    ["10.0.0.0/8",  "",                false],
  ])("with %s has %j: %s", (element, address, expected) => {
    expect(listOf(element).has(address)).toBe(expected);
  });

  it.each([
    "",
    "h",
    "10.0.0",
    "10.0.0.0/",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/8/8",
    "10.0.0.0/x",
    "10.0.0.0/-1",
    "10.0.0.0/1.5",
  ])("takes no %j, and says so", (element) => {
    const list = new AddressList();
    expect(list.add(element)).toBe(false);
    expect(list.has("10.0.0.0")).toBe(false);
  });

  it("has what is in a range, with both ends", () => {
    const list = new AddressList();
    expect(list.addRange("10.0.0.2", "10.0.0.4")).toBe(true);
    const inside = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"].map((address) =>
      list.has(address),
    );
    expect(inside).toEqual([false, true, true, true, false]);
  });

  it.each([
    ["10.0.0.4", "10.0.0.2"],
    ["10.0.0.1", "::1"],
    ["a", "b"],
    ["", ""],
  ])("takes no range from %j to %j, and says so", (first, last) => {
    expect(new AddressList().addRange(first, last)).toBe(false);
  });
});
