import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import { acceptance, StubServer } from "../../support/stub-server.js";
import { TEXT } from "../../support/wire-frame.js";
import { type Head, valuesOf } from "../../support/wire-handshake.js";

/** Connects once, and gives what the server saw. */
async function requestFor(
  target: string,
  options: Parameters<typeof connect>[1] = {},
): Promise<Head> {
  await using server = await StubServer.start();
  const opening = connect(`ws://${server.authority}${target}`, options);
  const head = await (await server.next()).accept();
  (await opening).terminate();
  return head;
}

describe("the request", () => {
  it("is a GET of HTTP/1.1 with the fields of the opening handshake [6455-4.1-09] [6455-4.1-10] [6455-4.1-11] [6455-4.1-14] [6455-4.1-15] [6455-4.1-18]", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/chat`, { perMessageDeflate: false });
    const peer = await server.next();
    const head = await peer.accept();

    expect(head.startLine).toBe("GET /chat HTTP/1.1");
    expect(head.fields.map(([name]) => name)).toEqual([
      "host",
      "upgrade",
      "connection",
      "sec-websocket-key",
      "sec-websocket-version",
    ]);
    expect(valuesOf(head, "upgrade")).toEqual(["websocket"]);
    expect(valuesOf(head, "connection")).toEqual(["Upgrade"]);
    expect(valuesOf(head, "sec-websocket-version")).toEqual(["13"]);
    expect(valuesOf(head, "host")).toEqual([server.authority]);
    (await opening).terminate();
  });

  it.each([
    ["", "/"],
    ["?x=1", "/?x=1"],
    ["/a/b?x=1&y=%23", "/a/b?x=1&y=%23"],
    ["/sp ace/ü", "/sp%20ace/%C3%BC"],
    ["/100%?discount=100%&x=%zz", "/100%?discount=100%&x=%zz"],
  ])("for %j asks for %j [6455-3-04] [6455-3-06] [6455-4.1-12]", async (given, target) => {
    expect((await requestFor(given)).startLine).toBe(`GET ${target} HTTP/1.1`);
  });

  it("has a key of 16 random bytes that no other attempt has [6455-4.1-16]", async () => {
    await using server = await StubServer.start();
    const keys = new Set<string>();
    for (let i = 0; i < 100; i++) {
      const opening = connect(`ws://${server.authority}/`);
      const values = valuesOf(await (await server.next()).accept(), "sec-websocket-key");
      (await opening).terminate();
      expect(values).toHaveLength(1);
      const [key = ""] = values;
      expect(key).toHaveLength(24);
      expect(Buffer.from(key, "base64")).toHaveLength(16);
      keys.add(key);
    }
    expect(keys.size).toBe(100);
  });

  it("has an Origin only when one is given, and then unchanged [6455-4.1-17]", async () => {
    expect(valuesOf(await requestFor("/"), "origin")).toEqual([]);
    const origin = "https://App.example:8443";
    expect(valuesOf(await requestFor("/", { origin }), "origin")).toEqual([origin]);
  });

  it("has the fields of the application, and user information as Basic Authorization [6455-4.1-21]", async () => {
    await using server = await StubServer.start();
    const headers = new Map([["Cookie", "a=1; b=2"]]);
    const opening = connect(`ws://J%C3%B6rg:se%3Acret@${server.authority}/`, { headers });
    const head = await (await server.next()).accept();
    (await opening).terminate();
    expect(valuesOf(head, "cookie")).toEqual(["a=1; b=2"]);
    const credentials = Buffer.from("Jörg:se:cret").toString("base64");
    expect(valuesOf(head, "authorization")).toEqual([`Basic ${credentials}`]);
    expect(head.startLine).toBe("GET / HTTP/1.1");
  });

  it("sends a field several times when it has several values", async () => {
    const head = await requestFor("/", { headers: { "X-Tag": ["one", "two"], "X-Other": "3" } });
    expect(valuesOf(head, "x-tag")).toEqual(["one", "two"]);
    expect(valuesOf(head, "x-other")).toEqual(["3"]);
  });

  it("reads header fields that can be read once only", async () => {
    function* once(): Generator<[string, string]> {
      yield ["X-Once", "yes"];
    }
    expect(valuesOf(await requestFor("/", { headers: once() }), "x-once")).toEqual(["yes"]);
  });

  it("offers permessage-deflate unless it is switched off [6455-4.1-20]", async () => {
    const named = "sec-websocket-extensions";
    const offered = valuesOf(await requestFor("/"), named);
    expect(offered).toHaveLength(1);
    expect(offered[0]).toMatch(/^permessage-deflate(;|$)/);
    const perMessageDeflate = { serverNoContextTakeover: true };
    const [offer] = valuesOf(await requestFor("/", { perMessageDeflate }), named);
    expect(offer).toContain("server_no_context_takeover");
    expect(valuesOf(await requestFor("/", { perMessageDeflate: false }), named)).toEqual([]);
  });

  it("offers permessage-deflate by its bare name to servers that refuse windows, and compresses", async () => {
    await using server = await StubServer.start();
    const perMessageDeflate = { offerWindowBits: false };
    const opening = connect(`ws://${server.authority}/`, { perMessageDeflate });
    const peer = await server.next();
    const head = await peer.accept(["Sec-WebSocket-Extensions: permessage-deflate"]);
    expect(valuesOf(head, "sec-websocket-extensions")).toEqual(["permessage-deflate"]);
    const connection = await opening;
    connection.send("a".repeat(1_000));
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, rsv: 4 });
    connection.terminate();
  });

  it("goes out before anything else, and nothing before the response [6455-4.1-22]", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`);
    const peer = await server.next();
    const head = await peer.head();
    expect(head.rest).toHaveLength(0);
    expect(peer.bytes).toHaveLength(0);
    peer.write(acceptance(head));
    (await opening).terminate();
  });
});
