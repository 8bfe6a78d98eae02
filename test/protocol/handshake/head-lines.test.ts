import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseFieldLine,
  parseRequestLine,
  parseRequestTarget,
  parseStatusLine,
} from "../../../src/protocol/handshake/head-lines.js";
import { PROTOTYPE_NAMES, faultOf, fieldLine, token } from "./wire.js";

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

describe("a header line", () => {
  // oxfmt-ignore
  it.each([
    ["Host: h",             "Host",   "h"],
    ["Host:h",              "Host",   "h"],
    ["Host: \t h \t",       "Host",   "h"],
    ["Host:",               "Host",   ""],
    ["Host: \t",            "Host",   ""],
    ["a: b: c",             "a",      "b: c"],
    ["a: b\u00e9\u0085 c",  "a",      "b\u00e9\u0085 c"],
  ])("%j is the field %s", (line, name, value) => {
    expect(parseFieldLine(line)).toEqual([name, value]);
  });

  it.each(PROTOTYPE_NAMES)("may have the name %s", (name) => {
    expect(parseFieldLine(`${name}: 1`)).toEqual([name, "1"]);
  });

  // oxfmt-ignore
  it.each([
    ["without a colon",                         "Host"],
    ["without a name",                          ": h"],
    ["with a space before the colon",           "Host : h"],
    ["with a tab before the colon",             "Host\t: h"],
    ["folded with a space",                     " more: of the line before"],
    ["folded with a tab",                       "\tmore: of the line before"],
    ["with two words for a name",               "My Host: h"],
    ["with a name that is not ASCII",           "H\u00f6st: h"],
    ["with a name in quotes",                   `"Host": h`],
  ])("%s is malformed [6455-4.1-29] [6455-4.2.1-01]", (_name, line) => {
    expect(faultOf(() => parseFieldLine(line))).toBe("HEAD_MALFORMED");
  });

  it("reads back as it was written", () => {
    fc.assert(
      fc.property(fieldLine, ([name, value]) => {
        expect(parseFieldLine(`${name}: ${value}`)).toEqual([name, value]);
      }),
    );
  });
});

describe("request target", () => {
  // oxfmt-ignore
  it.each([
    ["/",                     "/",           "",      undefined],
    ["/chat",                 "/chat",       "",      undefined],
    ["/chat?a=b?c",           "/chat",       "a=b?c", undefined],
    ["/?",                    "/",           "",      undefined],
    ["//evil/x",              "//evil/x",    "",      undefined],
    ["/a%20b|{}",             "/a%20b|{}",   "",      undefined],
    ["/http://h/",            "/http://h/",  "",      undefined],
    ["/__proto__?__proto__",  "/__proto__",  "__proto__", undefined],
    ["http://host/chat",      "/chat",       "",      "host"],
    ["HTTPS://Host:8443/a?b", "/a",          "b",     "Host:8443"],
    ["ws://h",                "/",           "",      "h"],
    ["wss://[::1]:1?x",       "/",           "x",     "[::1]:1"],
  ])("%s is read in both forms [6455-4.2.1-03]", (text, path, query, host) => {
    expect(parseRequestTarget(text)).toMatchObject({ path, query, host });
  });

  it("is given as path and query together too", () => {
    expect(parseRequestTarget("http://h/a?b")?.target).toBe("/a?b");
    expect(parseRequestTarget("http://h?b")?.target).toBe("/?b");
    expect(parseRequestTarget("http://h")?.target).toBe("/");
    expect(parseRequestTarget("/a?")?.target).toBe("/a?");
  });

  it.each([
    "",
    "*",
    "chat",
    "h:80",
    "host",
    "?x",
    "ftp://h/",
    "://h/",
    "constructor://h/",
    "http:/h",
    "http://",
    "http:///x",
    "http://u@h/",
    "http://a b/",
    "http://h:0/",
    "http://h:99999/",
    "/#",
    "/a#b",
    "http://h/#",
    "/a b",
    "/\t",
    "/\u0000",
    "/\u001f",
    "/\u007f",
    "/\u0080",
    "/\u00e9",
  ])("%j is none [6455-4.2.1-01]", (text) => {
    expect(parseRequestTarget(text)).toBeUndefined();
  });

  it("of any text that starts with a slash is path and query again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        const parsed = parseRequestTarget(`/${text}`);

        if (parsed === undefined) expect(text).toMatch(/[ #]/);
        else
          expect([`/${text}`, `/${text.slice(0, -1)}`]).toContain(
            parsed.query === "" ? parsed.path : `${parsed.path}?${parsed.query}`,
          );
      }),
    );
  });
});
