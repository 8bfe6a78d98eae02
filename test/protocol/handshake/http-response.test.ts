import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildResponse } from "../../../src/protocol/handshake/http-response.js";
import { ResponseHeadReader } from "../../../src/protocol/handshake/head.js";
import { fieldLine, textOf, UNSENDABLE } from "./wire.js";

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
