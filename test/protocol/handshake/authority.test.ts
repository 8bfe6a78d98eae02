import * as fc from "fast-check";
import { isIPv6 } from "node:net";
import { describe, expect, it } from "vitest";
import {
  authorityLength,
  isHost,
  parseAuthority,
  parsePort,
  splitPort,
} from "../../../src/protocol/handshake/authority.js";

describe("authority", () => {
  // oxfmt-ignore
  it.each([
    ["h",               { host: "h",               port: undefined }],
    ["Example.COM",     { host: "example.com",     port: undefined }],
    ["h:",              { host: "h",               port: undefined }],
    ["h:80",            { host: "h",               port: 80 }],
    ["127.0.0.1:8080",  { host: "127.0.0.1",       port: 8080 }],
    ["[::1]",           { host: "[::1]",           port: undefined }],
    ["[::FFFF:1.2.3.4]:443", { host: "[::ffff:1.2.3.4]", port: 443 }],
    ["my_host-1.local.", { host: "my_host-1.local.", port: undefined }],
    ["__proto__:1",     { host: "__proto__",       port: 1 }],
  ])("%s is read", (text, authority) => {
    expect(parseAuthority(text)).toEqual(authority);
  });

  it.each([
    "",
    ":80",
    "h:0",
    "h:65536",
    "h:8o",
    "h:-1",
    "h:+1",
    "h: 80",
    "h:80:80",
    "u@h",
    "u:p@h",
    "h/",
    "h?",
    "h#",
    "h\\",
    "a b",
    " h",
    "h ",
    "h%41",
    "h,\u00e9",
    'h"',
    "<h>",
    "h|",
    "h^",
    "h`",
    "{h}",
    "::1",
    "[::1",
    "::1]",
    "[]",
    "[::1]x",
    "[::1]80",
    "x[::1]",
    "[::1%25eth0]",
    "[::1%eth0]",
    "[v1.x]",
    "b\u00fccher",
    "\u212a",
    "h\t",
    "h\0",
  ])("%j is none", (text) => {
    expect(parseAuthority(text)).toBeUndefined();
  });

  it.each([
    ["h", "h", undefined],
    ["h:", "h", ""],
    ["h:1", "h", "1"],
    ["h:1:2", "h", "1:2"],
    ["[a:b]", "[a:b]", undefined],
    ["[a:b]:1", "[a:b]", "1"],
  ])("%s splits into host and port", (text, host, port) => {
    expect(splitPort(text)).toEqual([host, port]);
  });

  it.each([
    ["h", 1],
    ["h/a?b", 1],
    ["h?a/b", 1],
    ["", 0],
    ["/", 0],
    ["?", 0],
    ["u:p@[::1]:80/", 12],
  ])("of %s ends at %i", (text, length) => {
    expect(authorityLength(text)).toBe(length);
  });
});

describe("port", () => {
  it.each([
    ["1", 1],
    ["80", 80],
    ["0080", 80],
    ["65535", 65_535],
    ["00000000000000000000443", 443],
  ])("%s is %i", (text, port) => {
    expect(parsePort(text)).toBe(port);
  });

  it.each([
    "",
    "0",
    "000",
    "65536",
    "99999",
    "1e3",
    "0x50",
    "8 0",
    "/",
    ":",
    "-1",
    "9".repeat(400),
  ])("%j is none", (text) => {
    expect(parsePort(text)).toBeUndefined();
  });
});

describe("IPv6 address", () => {
  // oxfmt-ignore
  it.each([
    "::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "fe80::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "::1.2.3.4", "::ffff:0.0.0.0", "1:2:3:4:5:6:255.255.255.255", "64:ff9b::192.0.2.33", "1::3.4.5.6",
  ])("%s is one", (text) => {
    expect(isHost(`[${text}]`)).toBe(true);
    expect(isIPv6(text)).toBe(true);
  });

  // oxfmt-ignore
  it.each([
    "", ":", ":::", "1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "1::2::3", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:",
    "12345::", "g::", "::1.2.3", "::1.2.3.4.5", "::256.1.1.1", "::01.1.1.1", "::1.1.1.x", "::1..1.1", "::1.1.1.1000", "1.2.3.4::", "::1.2.3.4:1", "1:2:3:4:5:6:7:1.2.3.4",
    "1.2.3.4", "::nan.1.1.1", "::1e1.1.1.1", "[::1]", "::-1", "::1 ",
  ])("%j is none", (text) => {
    expect(isHost(`[${text}]`)).toBe(false);
    expect(isIPv6(text)).toBe(false);
  });

  it("is what Node takes for one", () => {
    const piece = fc.oneof(
      fc.constantFrom("", ":", "1.2.3.4", "00a", "12345", "1.2.3"),
      fc.stringMatching(/^[0-9a-f]{1,4}$/),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV6(),
          fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(":")),
        ),
        (text) => {
          expect(isHost(`[${text.toLowerCase()}]`)).toBe(isIPv6(text));
        },
      ),
    );
  });
});
