import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRequestTarget } from "../../../src/protocol/handshake/request-target.js";

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
