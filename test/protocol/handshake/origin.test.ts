import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkOriginPolicy,
  judgeOrigin,
  type OriginPolicy,
} from "../../../src/protocol/handshake/origin.js";

const allows = (
  origin: string | undefined,
  host: string,
  secure: boolean,
  policy?: OriginPolicy,
): boolean => judgeOrigin({ origin, host, secure }, policy) === undefined;

describe("same origin, the default", () => {
  // oxfmt-ignore
  it.each([
    ["http://app.example",       "app.example",      false],
    ["https://app.example",      "app.example",      true],
    ["HTTPS://App.Example",      "aPP.example",      true],
    ["https://app.example:443",  "app.example",      true],
    ["https://app.example",      "app.example:443",  true],
    ["http://app.example:80",    "app.example",      false],
    ["http://app.example",       "app.example:80",   false],
    ["http://app.example:8080",  "app.example:8080", false],
    ["http://localhost:3000",    "localhost:3000",   false],
    ["http://127.0.0.1:3000",    "127.0.0.1:3000",   false],
    ["http://[::1]:3000",        "[::1]:3000",       false],
    ["http://[FE80::A]",         "[fe80::a]",        false],
    ["http://constructor",       "constructor",      false],
  ])("lets %s connect to %s (TLS: %s)", (origin, host, secure) => {
    expect(allows(origin, host, secure)).toBe(true);
    expect(allows(origin, host, secure, "same-origin")).toBe(true);
  });

  // oxfmt-ignore
  it.each([
    ["another site",                  "https://evil.example",              "app.example",      true],
    ["null",                          "null",                              "app.example",      true],
    ["null to a host of that name",   "null",                              "null",             true],
    ["a longer name",                 "https://app.example.evil.example",  "app.example",      true],
    ["a name in front",               "https://evilapp.example",           "app.example",      true],
    ["a part of the name",            "https://example",                   "app.example",      true],
    ["a final dot",                   "https://app.example.",              "app.example",      true],
    ["an IPv4 address",               "http://192.0.2.1",                  "app.example",      false],
    ["loopback",                      "http://127.0.0.1",                  "localhost",        false],
    ["an IPv6 address",               "http://[::1]",                      "app.example",      false],
    ["another port",                  "http://app.example:8081",           "app.example:8080", false],
    ["the default port",              "http://app.example",                "app.example:8080", false],
    ["a port where none is",          "http://app.example:8080",           "app.example",      false],
    ["the port of the other scheme",  "http://app.example:443",            "app.example:80",   false],
    ["https without TLS",             "https://app.example",               "app.example",      false],
    ["http with TLS",                 "http://app.example",                "app.example",      true],
    ["another scheme",                "ftp://app.example",                 "app.example",      false],
    ["ws",                            "ws://app.example",                  "app.example",      false],
    ["no scheme",                     "app.example",                       "app.example",      false],
    ["an empty scheme",               "://app.example",                    "app.example",      false],
    ["user information",              "http://app.example@evil.example",   "app.example",      false],
    ["user information in front",     "http://u@app.example",              "app.example",      false],
    ["a path",                        "http://app.example/",               "app.example",      false],
    ["a path to another",             "http://evil.example/http://app.example", "app.example", false],
    ["two origins",                   "http://app.example http://evil",    "app.example",      false],
    ["a list",                        "http://app.example, http://evil",   "app.example",      false],
    ["nothing",                       "",                                  "app.example",      false],
    ["control characters",            "http://app.example\u000b",          "app.example",      false],
    ["0x85",                          "http://app.example\u0085",          "app.example",      false],
    ["the Kelvin sign",               "http://\u212aelvin.example",        "kelvin.example",   false],
    ["a port of 0",                   "http://app.example:0",              "app.example",      false],
    ["a bad Host",                    "http://a/b",                        "a/b",              false],
    ["an empty Host",                 "http://",                           "",                 false],
  ])("does not let %s connect [6455-4.2.2-04]", (_name, origin, host, secure) => {
    expect(allows(origin, host, secure)).toBe(false);
  });

  it("says so when the origin is null", () => {
    const claim = { origin: "null", host: "app.example", secure: true };

    expect(judgeOrigin(claim)?.detail).toMatch(/^it is null/);
    expect(judgeOrigin({ ...claim, origin: "nil" })?.detail).toBe("it is no origin at all");
  });

  // oxfmt-ignore
  it.each([
    ["behind a proxy that ends TLS",      "https://app.example",      "app.example",      false, /trustedProxies.*X-Forwarded-Proto/],
    ["on that proxy's own port",          "https://app.example:8443", "app.example:8443", false, /trustedProxies.*X-Forwarded-Proto/],
    ["when the proxy leaves the port out", "https://app.example:8443", "app.example",     true,  /Host \$http_host.*option origins/],
    ["from a server of pages beside it",  "http://localhost:5173",    "localhost:8080",   false, /Host \$http_host.*option origins/],
    ["of the same host without TLS",      "http://app.example",       "app.example",      true,  /option origins/],
    ["when the proxy asks for itself",    "https://app.example",      "10.0.0.1:8080",    true,  /option origins.*Host \$http_host/],
    ["from another site",                 "https://evil.example",     "app.example",      false, /option origins/],
    ["from a file",                       "null",                     "app.example",      true,  /"null" in .*option origins/],
    ["that is none",                      "nil",                      "app.example",      true,  /option origins/],
  ])("says what to set for a page %s", (_what, origin, host, secure, advice) => {
    expect(judgeOrigin({ origin, host, secure })?.advice).toMatch(advice);
  });

  it("sends nobody to origins who sits behind a proxy that ends TLS", () => {
    const claim = { origin: "https://app.example", host: "app.example", secure: false };

    expect(judgeOrigin(claim)?.advice).not.toContain("origins");
    expect(judgeOrigin({ ...claim, host: "other.example" })?.advice).not.toContain("trusted");
  });

  it("knows what to do about a list, and leaves a function to its author", () => {
    const claim = { origin: "https://app.example", host: "app.example", secure: true };

    expect(judgeOrigin(claim, ["https://other.example"])?.advice).toContain("option origins");
    expect(judgeOrigin(claim, () => false)?.advice).toContain("is a function");
  });

  it("lets through what has no Origin, since no browser sent it [6455-4.2.1-09]", () => {
    expect(allows(undefined, "app.example", false)).toBe(true);
  });
});

describe("a list of origins", () => {
  const list = [
    "https://app.example",
    "HTTP://Dev.Example:8080",
    "https://shop.example:443",
    "chrome-extension://abcdef",
    "capacitor://localhost",
    "vscode-webview://1a2b-3c",
    "app://.",
    "file://",
  ];

  // oxfmt-ignore
  it.each([
    "https://app.example", "https://APP.example:443", "http://dev.example:8080", "https://shop.example", "chrome-extension://abcdef", "Chrome-Extension://ABCDEF",
    "capacitor://localhost", "vscode-webview://1a2b-3c", "app://.", "file://", "FILE://",
  ])("lets %s connect", (origin) => {
    expect(allows(origin, "other.example", false, list)).toBe(true);
  });

  // oxfmt-ignore
  it.each([
    "http://app.example", "https://app.example:8443", "https://app.example.evil.example", "https://evil.app.example", "http://dev.example", "http://dev.example:80801",
    "http://other.example", "null", "", "https://192.0.2.1", "https://u@app.example", "https://app.example/", "https://app.example ", "chrome-extension://abcdefg",
    "capacitor://localhost:1", "ionic://localhost", "capacitor://", "file:", "file:///", "file:///home/x.html", "file://localhost", "app://", "://",
  ])("does not let %j connect [6455-4.2.2-04]", (origin) => {
    expect(allows(origin, "other.example", false, list)).toBe(false);
  });

  it("lets null connect when it names null, and nothing else by that", () => {
    expect(allows("null", "h", false, ["https://app.example", "null"])).toBe(true);
    for (const other of ["NULL", "null ", "null://", "http://null", "", "null, null"]) {
      expect(allows(other, "h", false, ["null"]), other).toBe(false);
    }
  });

  it("has no room for what is no origin", () => {
    expect(allows("https://a/", "h", false, ["https://a/"])).toBe(false);
    expect(allows("https://", "h", false, ["https://"])).toBe(false);
  });

  it("may be empty: then no page may connect, the server's own neither", () => {
    expect(allows("http://app.example", "app.example", false, [])).toBe(false);
    expect(allows(undefined, "app.example", false, [])).toBe(true);
  });
});

describe("a star", () => {
  it.each(["https://evil.example", "null", "", undefined])("lets %s connect", (origin) => {
    expect(allows(origin, "app.example", false, "*")).toBe(true);
  });
});

describe("a function", () => {
  it("decides, and is asked about requests without an Origin too [6455-4.2.1-09]", () => {
    const asked: unknown[] = [];
    const policy = (origin: string | undefined) => {
      asked.push(origin);
      return origin === "https://app.example";
    };

    expect(allows("https://app.example", "h", false, policy)).toBe(true);
    expect(allows("https://evil.example", "h", false, policy)).toBe(false);
    expect(allows(undefined, "h", false, policy)).toBe(false);
    expect(asked).toEqual(["https://app.example", "https://evil.example", undefined]);
  });

  it.each([1, "yes", {}, undefined])("allows nothing by returning %s", (returned) => {
    const claim = { origin: "https://app.example", host: "h", secure: false };
    expect(Reflect.apply(judgeOrigin, undefined, [claim, () => returned])).toBeDefined();
  });

  it("must answer at once", () => {
    const claim = { origin: "https://app.example", host: "h", secure: false };
    const late = (): unknown => Promise.reject(new Error("late"));
    const judge = (): unknown => Reflect.apply(judgeOrigin, undefined, [claim, late]);
    expect(judge).toThrow("origins returned a promise: it must give its answer at once");
  });
});

describe("a reason", () => {
  it("holds nothing of what the peer wrote", () => {
    fc.assert(
      fc.property(fc.webAuthority(), fc.boolean(), (authority, secure) => {
        const claim = { origin: `https://${authority}-secret-origin`, host: "secret-host", secure };
        for (const policy of ["same-origin", ["https://a"], () => false] as const) {
          expect(judgeOrigin(claim, policy)).toBeDefined();
          expect(JSON.stringify(judgeOrigin(claim, policy))).not.toContain("secret");
        }
      }),
    );
  });
});

describe("checking a policy", () => {
  it.each([
    ["same-origin"],
    ["*"],
    [() => true],
    [[]],
    [["https://app.example", "http://[::1]:80", "moz-extension://a-b-c"]],
    [["null", "file://", "capacitor://localhost", "app://."]],
  ] as [OriginPolicy][])("accepts %s", (policy) => {
    expect(() => checkOriginPolicy(policy)).not.toThrow();
  });

  // oxfmt-ignore
  it.each([
    "NULL", "", "*", "app.example", "file:", "file:///", "file:///home", "http://", "https://", "ws://", "wss://", "://", "://h", "https://app.example/", "https://app.example/path", "https://*.example", "https://u@h", "https://a b", "https:", "https://h:0", "ht tp://h",
  ])("refuses a list with %j", (entry) => {
    expect(() => checkOriginPolicy(["https://app.example", entry])).toThrow(TypeError);
  });
});
