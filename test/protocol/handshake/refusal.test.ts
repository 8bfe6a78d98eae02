import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  HANDSHAKE_FAULTS,
  type HandshakeFaultCode,
} from "../../../src/protocol/handshake/handshake-error.js";
import { ResponseHeadReader } from "../../../src/protocol/handshake/head.js";
import { buildResponse, refusalFor } from "../../../src/protocol/handshake/refusal.js";
import { judgeOrigin } from "../../../src/protocol/handshake/origin.js";
import { FAULT_CODES, UNSENDABLE, fieldLine, textOf } from "./wire.js";

const responseTo = (code: HandshakeFaultCode, detail?: string): string =>
  Buffer.from(buildResponse(refusalFor(code, detail))).toString();

describe("a refusal", () => {
  it.each(FAULT_CODES)(
    "for %s is a whole HTTP error that closes the connection [6455-4.2.1-01]",
    (code) => {
      const { httpStatus = 400, rule, section } = HANDSHAKE_FAULTS[code];
      const refusal = refusalFor(code);

      expect(refusal).toMatchObject({ code, httpStatus, reason: `${rule} (${section})` });
      expect(refusal.body.startsWith(`${refusal.reason}\n`)).toBe(true);
      expect(refusal.body.endsWith("\n")).toBe(true);
      expect(responseTo(code)).toMatch(
        new RegExp(`^HTTP/1\\.1 ${httpStatus} [A-Z][A-Za-z ]+\r\nConnection: close`),
      );
    },
  );

  it("tells the detail", () => {
    const refusal = refusalFor("HEAD_MALFORMED", "a line must end in CR LF");

    expect(refusal.reason).toBe(
      "the head must follow the grammar of HTTP/1.1: a line must end in CR LF (RFC 9112 §2)",
    );
    expect(refusal.body).toBe(`${refusal.reason}\n`);
  });

  // oxfmt-ignore
  it.each<[HandshakeFaultCode, readonly string[]]>([
    ["METHOD_NOT_GET",       ["Connection: close", "Allow: GET"]],
    ["UPGRADE_MISSING",      ["Connection: close, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]],
    ["VERSION_UNSUPPORTED",  ["Connection: close, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]],
    ["VERSION_INVALID",      ["Connection: close", "Sec-WebSocket-Version: 13"]],
    ["KEY_INVALID",          ["Connection: close"]],
  ])("for %s says what is to be done in its header [6455-4.2.2-05] [6455-4.4-01]", (code, lines) => {
    const all = responseTo(code).split("\r\n\r\n", 1)[0]?.split("\r\n") ?? [];

    expect(all).toEqual(expect.arrayContaining([...lines]));
    expect(all).toHaveLength(lines.length + 3); // status, type, length
  });

  // oxfmt-ignore
  it.each<[HandshakeFaultCode, string]>([
    ["UPGRADE_MISSING",           "connect with a ws or wss URI"],
    ["CONNECTION_MISSING",        "nginx: proxy_set_header Upgrade $http_upgrade"],
    ["HTTP_VERSION_UNSUPPORTED",  "proxy_http_version 1.1"],
    ["HEAD_TOO_LARGE",            "maxHeaderBytes"],
    ["HEADERS_TOO_MANY",          "maxHeaderCount"],
    ["CONNECTIONS_TOO_MANY",      "maxConnections"],
    ["SERVER_CLOSING",            "later"],
  ])("for %s says what to set: %s", (code, words) => {
    expect(refusalFor(code).body).toContain(words);
  });

  it("of an Origin is a 403 that names no origin but an example [6455-4.2.2-04]", () => {
    const objection = judgeOrigin({
      origin: "http://evil.example",
      host: "secret.example",
      secure: false,
    });
    const refusal = refusalFor("ORIGIN_REFUSED", objection?.detail, objection?.advice);
    const response = Buffer.from(buildResponse(refusal)).toString();

    expect(response).toMatch(/^HTTP\/1\.1 403 Forbidden\r\nConnection: close\r\n/);
    expect(response).toContain("pages of this origin may not connect: it is another site");
    expect(response).toContain("the server's option origins");
    expect(response).not.toContain("evil");
    expect(response).not.toContain("secret");
  });
});

describe("a response that ends the connection", () => {
  it("has a length, a type and Connection: close", () => {
    const bytes = buildResponse({
      httpStatus: 403,
      headers: { "X-Why": "so" },
      body: "not \u00fcou\n",
    });

    expect(Buffer.from(bytes).toString()).toBe(
      "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 9\r\nX-Why: so\r\n\r\nnot \u00fcou\n",
    );
  });

  it("may be empty", () => {
    expect(textOf(buildResponse({ httpStatus: 401 }))).toMatch(/\r\nContent-Length: 0\r\n\r\n$/);
  });

  it("may have a body of bytes and a type of its own", () => {
    const bytes = buildResponse({
      httpStatus: 200,
      headers: { "content-type": "image/x" },
      body: Uint8Array.of(0, 255),
    });

    expect(textOf(bytes)).toBe(
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\ncontent-type: image/x\r\n\r\n\0\u00ff",
    );
  });

  it.each([204, 304])("of status %i has no body, and no length of one", (httpStatus) => {
    expect(textOf(buildResponse({ httpStatus, body: "x" }))).toMatch(
      /^HTTP\/1\.1 \d+ [A-Za-z ]+\r\nConnection: close\r\n\r\n$/,
    );
  });

  it("to HEAD is the same without its body (RFC 9110 §9.3.2)", () => {
    const response = { httpStatus: 200, headers: { "X-Why": "so" }, body: "not \u00fcou\n" };
    const whole = Buffer.from(buildResponse(response, "GET")).toString();

    expect(textOf(buildResponse(response, "HEAD"))).toBe(whole.slice(0, -"not \u00fcou\n".length));
  });

  it("says upgrade in Connection when it has an Upgrade (RFC 9110 §7.8)", () => {
    expect(textOf(buildResponse({ httpStatus: 426, headers: { upgrade: "websocket" } }))).toContain(
      "Connection: close, Upgrade\r\n",
    );
  });

  it("may go elsewhere, or ask for a password", () => {
    const redirect = textOf(buildResponse({ httpStatus: 302, headers: { Location: "/there" } }));
    const login = textOf(
      buildResponse({ httpStatus: 401, headers: { "WWW-Authenticate": 'Basic realm="x"' } }),
    );

    expect(redirect).toContain("HTTP/1.1 302 Found\r\n");
    expect(redirect).toContain("\r\nLocation: /there\r\n");
    expect(login).toContain("HTTP/1.1 401 Unauthorized\r\n");
    expect(login).toContain('\r\nWWW-Authenticate: Basic realm="x"\r\n');
  });

  it("has an empty reason where the status has no well-known one", () => {
    expect(textOf(buildResponse({ httpStatus: 599 }))).toMatch(/^HTTP\/1\.1 599 \r\n/);
    expect(textOf(buildResponse({ httpStatus: 200 }))).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it.each([0, 100, 101, 199, 600, 1000, -200, 200.5, Number.NaN, Infinity, "403"])(
    "has no status %s",
    (httpStatus) => {
      expect(() => Reflect.apply(buildResponse, undefined, [{ httpStatus }])).toThrow(RangeError);
    },
  );

  it.each(["Connection", "content-length", "TRANSFER-ENCODING"])(
    "does not let the application set %s",
    (name) => {
      expect(() => buildResponse({ httpStatus: 400, headers: { [name]: "x" } })).toThrow(TypeError);
    },
  );

  it.each(UNSENDABLE)("is not split by %j in a header field", (character) => {
    expect(() =>
      buildResponse({ httpStatus: 302, headers: { Location: `/${character}` } }),
    ).toThrow(TypeError);
    expect(() => buildResponse({ httpStatus: 302, headers: { [`A${character}`]: "x" } })).toThrow(
      TypeError,
    );
  });

  it("is read back by a client", () => {
    const headers = fc.array(
      fieldLine.filter(([name]) => !/^(connection|content-|transfer-|upgrade)/i.test(name)),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
        headers,
        fc.uint8Array(),
        (httpStatus, lines, body) => {
          const complete = new ResponseHeadReader({ maxHeaderBytes: Infinity }).push(
            buildResponse({ httpStatus, headers: lines, body }),
          );

          expect(complete?.head.httpStatus).toBe(httpStatus);
          expect([...(complete?.head.fields ?? [])].slice(3)).toEqual(lines);
          expect(complete?.head.fields.get("content-length")).toBe(String(body.length));
          expect(complete?.rest).toEqual(body);
        },
      ),
    );
  });
});
