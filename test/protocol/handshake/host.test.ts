// Which hosts a server takes for its own.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownHosts } from "../../../src/protocol/handshake/host.js";

describe("ownHosts", () => {
  // oxfmt-ignore
  it.each<[what: string, hosts: readonly string[] | undefined, host: string, secure: boolean, is: boolean]>([
    ["any host without a list",           undefined,               "evil.example",        false, true],
    ["no host with an empty list",        [],                      "app.example",         false, false],
    ["a listed name",                     ["app.example"],         "app.example",         false, true],
    ["a listed name on any port",         ["app.example"],         "app.example:8080",    false, true],
    ["another case",                      ["App.Example"],         "aPP.example",         false, true],
    ["another name",                      ["app.example"],         "evil.example",        false, false],
    ["a name below it",                   ["app.example"],         "www.app.example",     false, false],
    ["a longer name",                     ["app.example"],         "app.example.evil",    false, false],
    ["a name with a dot behind it",       ["app.example"],         "app.example.",        false, false],
    ["an address in place of the name",   ["localhost"],           "127.0.0.1",           false, false],
    ["a listed address",                  ["127.0.0.1", "[::1]"],  "[::1]:8080",          false, true],
    ["a listed port",                     ["app.example:8443"],    "app.example:8443",    false, true],
    ["another port",                      ["app.example:8443"],    "app.example:8080",    false, false],
    ["no port where another is listed",   ["app.example:8443"],    "app.example",         true,  false],
    ["the default port of TLS, left out", ["app.example:443"],     "app.example",         true,  true],
    ["the default port, left out",        ["app.example:80"],      "app.example",         false, true],
    ["the default port of TLS without it", ["app.example:443"],    "app.example",         false, false],
    ["no host at all",                    ["app.example"],         "",                    false, false],
    ["what is no host",                   ["app.example"],         "app.example/",        false, false],
    ["user information",                  ["app.example"],         "app.example@evil.eg", false, false],
  ])("knows %s", (_, hosts, host, secure, is) => {
    expect(ownHosts(hosts)(host, secure)).toBe(is);
  });

  it.each([
    "",
    "*",
    "*.app.example",
    "https://app.example",
    "app.example/",
    "::1",
    "a b",
    "a:0",
    "a:x",
  ])("refuses %j at its caller", (host) => {
    expect(() => ownHosts(["app.example", host])).toThrow(JSON.stringify(host));
  });

  it("takes no text for a listed host that is not that host", () => {
    const isOwn = ownHosts(["app.example"]);
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (!/^app\.example(?::\d*)?$/i.test(text)) expect(isOwn(text, false)).toBe(false);
      }),
    );
  });
});
