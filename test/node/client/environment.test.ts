import { describe, expect, it } from "vitest";
import { environmentProxy } from "../../../src/node/client/environment.js";
import { parseUri } from "../../../src/protocol/index.js";

const PROXY = "http://proxy.example:3128";
const OTHER = "http://other.example:3128";

describe("the environment names a proxy", () => {
  // oxfmt-ignore
  it.each<[string, Record<string, string | undefined>, string | undefined]>([
    ["ws://h/",  {},                                              undefined],
    ["ws://h/",  { HTTP_PROXY: PROXY },                           "HTTP_PROXY"],
    ["ws://h/",  { http_proxy: PROXY },                           "http_proxy"],
    ["wss://h/", { HTTPS_PROXY: PROXY },                          "HTTPS_PROXY"],
    ["wss://h/", { https_proxy: PROXY },                          "https_proxy"],
    ["wss://h/", { HTTP_PROXY: PROXY },                           undefined],
    ["ws://h/",  { HTTPS_PROXY: PROXY },                          undefined],
    ["ws://h/",  { ALL_PROXY: PROXY },                            "ALL_PROXY"],
    ["wss://h/", { all_proxy: PROXY },                            "all_proxy"],
    ["wss://h/", { ALL_PROXY: OTHER, HTTPS_PROXY: PROXY },        "HTTPS_PROXY"],
    ["ws://h/",  { http_proxy: PROXY, HTTP_PROXY: OTHER },        "http_proxy"],
    ["ws://h/",  { http_proxy: "", HTTP_PROXY: PROXY },           "HTTP_PROXY"],
    ["ws://h/",  { http_proxy: "", HTTP_PROXY: "", ALL_PROXY: PROXY }, "ALL_PROXY"],
    ["ws://h/",  { http_proxy: undefined, all_proxy: "" },        undefined],
    ["ws://h/",  { ws_proxy: PROXY, http_proxy: OTHER },          "ws_proxy"],
    ["wss://h/", { WSS_PROXY: PROXY, https_proxy: OTHER },        "WSS_PROXY"],
    ["http://h/", { HTTP_PROXY: PROXY },                          "HTTP_PROXY"],
    ["ws://h/",  { HTTP_PROXY: PROXY, REQUEST_METHOD: "GET" },    undefined],
    ["ws://h/",  { HTTP_PROXY: OTHER, http_proxy: PROXY, REQUEST_METHOD: "GET" }, "http_proxy"],
    ["wss://h/", { HTTPS_PROXY: PROXY, REQUEST_METHOD: "GET" },   "HTTPS_PROXY"],
  ])("for %s in %j: %s", (url, env, variable) => {
    const expected = variable === undefined ? undefined : { variable, url: PROXY };
    expect(environmentProxy(parseUri(url), env)).toEqual(expected);
  });
});

describe("NO_PROXY", () => {
  // oxfmt-ignore
  it.each([
    ["ws://h/",                    "",                         false],
    ["ws://h/",                    "*",                        true],
    ["ws://h/",                    "a, *",                     true],
    ["ws://example.org/",          "example.org",              true],
    ["ws://example.org/",          "Example.ORG",              true],
    ["ws://www.example.org/",      "example.org",              true],
    ["ws://example.org/",          ".example.org",             true],
    ["ws://www.example.org/",      ".example.org",             true],
    ["ws://www.example.org/",      "*.example.org",            true],
    ["ws://nonexample.org/",       "example.org",              false],
    ["ws://nonexample.org/",       "*.example.org",            false],
    ["ws://example.org/",          "www.example.org",          false],
    ["ws://example.org./",         "example.org",              true],
    ["ws://example.org/",          "example.org.",             true],
    ["ws://b/",                    "a,b",                      true],
    ["ws://b/",                    "a b\tc",                   true],
    ["ws://b/",                    " ,, a ,b, ",               true],
    ["ws://h/",                    ".",                        false],
    ["ws://h/",                    "*.",                       false],
    ["ws://h:8080/",               "h:8080",                   true],
    ["ws://h:8081/",               "h:8080",                   false],
    ["ws://h:1000/",               "h:1e3",                    false],
    ["ws://h:8080/",               "h:0x1f90",                 false],
    ["ws://h:8080/",               "h:",                       false],
    ["ws://h:8080/",               "h:+8080",                  false],
    ["ws://10.0.0.1/",             "10.0.0.0/1e1",             false],
    ["wss://www.h/",               "h:443",                    true],
    ["ws://h/",                    "h:",                       false],
    ["ws://h/",                    "h:x",                      false],
    ["ws://127.0.0.1/",            "127.0.0.1",                true],
    ["ws://127.0.0.1:81/",         "127.0.0.1:81",             true],
    ["ws://127.0.0.1:82/",         "127.0.0.1:81",             false],
    ["ws://10.1.2.3/",             "10.0.0.0/8",               true],
    ["ws://11.1.2.3/",             "10.0.0.0/8",               false],
    ["ws://10.0.0.3/",             "10.0.0.1-10.0.0.9",        true],
    ["ws://10.0.0.10/",            "10.0.0.1-10.0.0.9",        false],
    ["ws://1.2.3.4/",              "3.4",                      false],
    ["ws://a-b/",                  "a-b",                      true],
    ["ws://[::1]/",                "::1",                      true],
    ["ws://[::1]/",                "[::1]",                    true],
    ["ws://[::1]:81/",             "[::1]:81",                 true],
    ["ws://[::1]:82/",             "[::1]:81",                 false],
    ["ws://[fd12::3]/",            "fd00::/8",                 true],
    ["ws://[fe80::3]/",            "fd00::/8",                 false],
    ["ws://[::1]/",                "[::1",                     false],
    ["ws://localhost/",            "127.0.0.1",                false],
  ])("for %s in %j is about it: %s", (url, list, isExcepted) => {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      const found = environmentProxy(parseUri(url), { ALL_PROXY: PROXY, [name]: list });
      expect(found === undefined, name).toBe(isExcepted);
    }
  });

  it("in lower case counts before the one in upper case, unless it is empty", () => {
    const uri = parseUri("ws://h/");
    const env = { ALL_PROXY: PROXY, no_proxy: "other", NO_PROXY: "h" };
    expect(environmentProxy(uri, env)?.url).toBe(PROXY);
    expect(environmentProxy(uri, { ...env, no_proxy: "" })).toBeUndefined();
  });
});
