import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildRequest, type ClientRequest } from "../../../src/protocol/handshake/client.js";
import { RequestHeadReader } from "../../../src/protocol/handshake/head.js";
import { judgeRequest } from "../../../src/protocol/handshake/server.js";
import { parseUri } from "../../../src/protocol/handshake/uri.js";
import { anyText, fieldLine, textOf, token, UNSENDABLE } from "./wire.js";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

const build = (more: Partial<ClientRequest> = {}, uri = "ws://h/chat"): string =>
  textOf(buildRequest({ uri: parseUri(uri), key: KEY, ...more }));

/** The values of all lines with this name. */
const valuesOf = (request: string, name: string): readonly string[] =>
  new RequestHeadReader({ maxHeaderBytes: Infinity })
    .push(Uint8Array.from(Buffer.from(request, "latin1")))
    ?.head.fields.getAll(name) ?? [];

describe("the request", () => {
  it("is this, when nothing else is asked for [6455-4.1-10] [6455-4.1-11] [6455-4.1-12] [6455-4.1-14] [6455-4.1-15] [6455-4.1-18]", () => {
    expect(build()).toBe(
      `GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
  });

  it("has all that is asked for, in this order", () => {
    const more: Partial<ClientRequest> = {
      subprotocols: ["b", "a"],
      deflate: [{}],
      origin: "https://app.example",
      headers: { Cookie: "a=b" },
    };

    expect(build(more).split("\r\n").slice(6)).toEqual([
      "Sec-WebSocket-Protocol: b, a",
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
      "Origin: https://app.example",
      "Cookie: a=b",
      "",
      "",
    ]);
  });

  // oxfmt-ignore
  it.each([
    ["ws://h",             "GET / HTTP/1.1",       "h"],
    ["ws://h:80?x=1",      "GET /?x=1 HTTP/1.1",   "h"],
    ["ws://h:8080/a",      "GET /a HTTP/1.1",      "h:8080"],
    ["wss://h:443/",       "GET / HTTP/1.1",       "h"],
    ["wss://h:80/",        "GET / HTTP/1.1",       "h:80"],
    ["ws://[::1]/",        "GET / HTTP/1.1",       "[::1]"],
    ["ws://[::1]:81/",     "GET / HTTP/1.1",       "[::1]:81"],
    ["ws://h/a%23b",       "GET /a%23b HTTP/1.1",  "h"],
  ])("for %s: %s, Host: %s [6455-3-02] [6455-3-04] [6455-3-06] [6455-4.1-12] [6455-4.1-13]", (uri, line, host) => {
    expect(build({}, uri).split("\r\n").slice(0, 2)).toEqual([line, `Host: ${host}`]);
  });

  it("has an Origin when it is given one, unchanged [6455-4.1-17]", () => {
    expect(valuesOf(build({ origin: "HTTPS://App.Example" }), "origin")).toEqual([
      "HTTPS://App.Example",
    ]);
    expect(valuesOf(build(), "origin")).toEqual([]);
    expect(valuesOf(build({ headers: { origin: "null" } }), "origin")).toEqual(["null"]);
  });

  it("offers subprotocols in their order, in one line [6455-4.1-19]", () => {
    expect(valuesOf(build({ subprotocols: ["z", "a", "m"] }), "sec-websocket-protocol")).toEqual([
      "z, a, m",
    ]);
    expect(valuesOf(build({ subprotocols: [] }), "sec-websocket-protocol")).toEqual([]);
  });

  it.each([["a", "a"], [""], ["a b"], ["a,b"], ["\u00e9"], ["a\r\nX: y"]])(
    "does not offer %j [6455-4.1-19] [WHATWG-02]",
    (...subprotocols) => {
      expect(() => build({ subprotocols })).toThrow(SyntaxError);
    },
  );

  it("offers extensions in the format of section 9.1, the best first [6455-4.1-20] [7692-5-01]", () => {
    const deflate = [{ serverMaxWindowBits: 10, clientMaxWindowBits: 9 }, {}];

    expect(valuesOf(build({ deflate }), "sec-websocket-extensions")).toEqual([
      "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9, permessage-deflate; client_max_window_bits",
    ]);
    expect(valuesOf(build({ deflate: [] }), "sec-websocket-extensions")).toEqual([]);
    expect(() => build({ deflate: [{ serverMaxWindowBits: 7 }] })).toThrow(RangeError);
  });

  it("may have another Host, in its place at the top", () => {
    expect(
      build({
        headers: [
          ["Cookie", "a"],
          ["host", "other:1"],
        ],
      })
        .split("\r\n")
        .slice(1, 3),
    ).toEqual(["host: other:1", "Upgrade: websocket"]);
    expect(valuesOf(build({ headers: { host: "other" } }), "host")).toEqual(["other"]);
    expect(
      valuesOf(
        build({
          headers: [
            ["Cookie", "a"],
            ["Host", "other:1"],
          ],
        }),
        "cookie",
      ),
    ).toEqual(["a"]);
  });

  it("has no Host and no Origin twice [6455-4.1-21]", () => {
    expect(() =>
      build({
        headers: [
          ["host", "a"],
          ["Host", "b"],
        ],
      }),
    ).toThrow(/one Host/);
    expect(() =>
      build({
        headers: [
          ["origin", "a"],
          ["Origin", "b"],
        ],
      }),
    ).toThrow(/one Origin/);
    expect(() => build({ origin: "a", headers: { Origin: "b" } })).toThrow(/one Origin/);
  });

  it.each([
    "Connection",
    "upgrade",
    "Sec-WebSocket-Key",
    "sec-websocket-version",
    "Content-Length",
    "Transfer-Encoding",
  ])("lets nobody else set %s [6455-4.1-21]", (name) => {
    expect(() => build({ headers: { [name]: "x" } })).toThrow(TypeError);
  });

  it("sends the user information of the URI as Basic authorization", () => {
    expect(valuesOf(build({}, "ws://Aladdin:open%20sesame@h/"), "authorization")).toEqual([
      "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    ]);
    expect(valuesOf(build({}, "ws://user@h/"), "authorization")).toEqual([
      `Basic ${btoa("user:")}`,
    ]);
    expect(valuesOf(build({}, "ws://%C3%BC:1@h/"), "authorization")).toEqual(["Basic w7w6MQ=="]);
    expect(valuesOf(build({}, "ws://h/"), "authorization")).toEqual([]);
    expect(
      valuesOf(build({ headers: { AUTHORIZATION: "Bearer x" } }, "ws://u:p@h/"), "authorization"),
    ).toEqual(["Bearer x"]);
  });

  it.each(UNSENDABLE)("is not written with %j in any part", (character) => {
    const uri = parseUri("ws://h/");
    const bad: Partial<ClientRequest>[] = [
      { origin: `http://a${character}` },
      { subprotocols: [`a${character}`] },
      { headers: { "X-A": `b${character}` } },
      { headers: { [`X-A${character}`]: "b" } },
      { headers: { Host: `h${character}` } },
      { key: `${KEY}${character}` },
      { uri: { ...uri, target: `/${character}` } },
      { uri: { ...uri, hostHeader: `h${character}` } },
    ];
    for (const more of bad) expect(() => build(more)).toThrow(/must be|character/);
  });

  it.each(["\u0085", "\u2028"])("has no subprotocol, name or path with %j", (character) => {
    expect(() => build({ subprotocols: [character] })).toThrow(SyntaxError);
    expect(() => build({ headers: { [character]: "x" } })).toThrow(TypeError);
    expect(() => build({}, `ws://h/${character}`)).toThrow(SyntaxError);
  });

  it("is one that our own server accepts, with all it says [6455-4.1-10]", () => {
    const name = token.filter(
      (text) =>
        !/^(connection|upgrade|content-length|transfer-encoding|host|origin|sec-websocket.*|authorization)$/i.test(
          text,
        ),
    );
    const headers = fc.array(
      fc.tuple(
        name,
        fieldLine.map((line) => line[1]),
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(
        headers,
        fc.uniqueArray(token, { maxLength: 4 }),
        anyText,
        (headers, subprotocols, text) => {
          const target = `/${text.replaceAll(/[%#\p{Cc}\u2028\u2029]/gu, "")}`;
          const bytes = buildRequest({
            uri: parseUri(`ws://h${target}`),
            key: KEY,
            subprotocols,
            deflate: [{}],
            headers,
          });
          const head = new RequestHeadReader({ maxHeaderBytes: Infinity }).push(bytes)?.head;
          const verdict = judgeRequest(head ?? expect.unreachable("no head"));

          expect(verdict).toMatchObject({
            kind: "upgrade",
            request: { key: KEY, host: "h", subprotocols },
          });
          expect([...(head?.fields ?? [])].slice(-headers.length || Infinity)).toEqual(headers);
          expect(decodeURIComponent(head?.target ?? "")).toBe(target);
        },
      ),
    );
  });
});
