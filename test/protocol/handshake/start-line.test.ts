import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRequestLine, parseStatusLine } from "../../../src/protocol/handshake/start-line.js";
import { faultOf, token } from "./wire.js";

describe("request line", () => {
  it.each([
    ["GET / HTTP/1.1", { method: "GET", target: "/", httpVersion: "1.1" }],
    ["get /a?b HTTP/1.0", { method: "get", target: "/a?b", httpVersion: "1.0" }],
    ["constructor * HTTP/2.0", { method: "constructor", target: "*", httpVersion: "2.0" }],
    ["GET http://h/ HTTP/9.9", { method: "GET", target: "http://h/", httpVersion: "9.9" }],
  ])("%j is read", (line, parsed) => {
    expect(parseRequestLine(line)).toEqual(parsed);
  });

  // oxfmt-ignore
  it.each([
    "", "GET", "GET ", "GET /", "GET  HTTP/1.1", "GET HTTP/1.1", " / HTTP/1.1", "GET  / HTTP/1.1", "GET /  HTTP/1.1",
    "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET /a b HTTP/1.1", "G(T / HTTP/1.1", "GET\t/ HTTP/1.1", "GET / HTTP/1",
    "GET / HTTP/11", "GET / HTTP/1.10", "GET / HTTP/11.1", "GET / HTTP/x.1", "GET / HTTP/1.x", "GET / http/1.1",
    "GET / HTTP 1.1", "GET / HTTP/1,1", "GET / HTTQ/1.1", "GET / XHTTP/1.1", "GET / HTTP/:.1", "GET / HTTP/1./",
  ])("%j is malformed [6455-4.2.1-01]", (line) => {
    expect(faultOf(() => parseRequestLine(line))).toBe("HEAD_MALFORMED");
  });

  it("reads back as it was written", () => {
    fc.assert(
      fc.property(token, token, fc.nat(9), fc.nat(9), (method, path, major, minor) => {
        const line = { method, target: `/${path}`, httpVersion: `${major}.${minor}` };
        expect(parseRequestLine(`${method} /${path} HTTP/${major}.${minor}`)).toEqual(line);
      }),
    );
  });
});

describe("status line", () => {
  it.each([
    [
      "HTTP/1.1 101 Switching Protocols",
      { httpVersion: "1.1", httpStatus: 101, reason: "Switching Protocols" },
    ],
    ["HTTP/1.0 404 ", { httpVersion: "1.0", httpStatus: 404, reason: "" }],
    ["HTTP/1.1 404", { httpVersion: "1.1", httpStatus: 404, reason: "" }],
    ["HTTP/1.1 999  \u00e9\t", { httpVersion: "1.1", httpStatus: 999, reason: " \u00e9\t" }],
  ])("%j is read", (line, parsed) => {
    expect(parseStatusLine(line)).toEqual(parsed);
  });

  // oxfmt-ignore
  it.each([
    "", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 10", "HTTP/1.1  101 x", "HTTP/1.1\t101 x", "HTTP/1.1 1O1 x", "HTTP/1.1 -10 x",
    "HTTP/1.1 099 x", "HTTP/1.1 1010 x", "HTTP/1.1 101x", "HTTP/1.1 101\tx", "HTTP/1.1 1e2 x", "http/1.1 101 x", "HTTP/1 101 x",
    "HTTP/1.x 101 x", " HTTP/1.1 101 x", "ICY 200 OK", "HTTP/1.1 :00 x",
  ])("%j is malformed [6455-4.1-29]", (line) => {
    expect(faultOf(() => parseStatusLine(line))).toBe("HEAD_MALFORMED");
  });
});
