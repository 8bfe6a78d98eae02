import * as fc from "fast-check";
import { domainToASCII } from "node:url";
import { describe, expect, it } from "vitest";
import { parseUri } from "../../../src/protocol/handshake/uri.js";
import { anyText } from "./wire.js";

const parse = (uri: string) => parseUri(uri, domainToASCII);

describe("ws and wss URIs", () => {
  // oxfmt-ignore
  it.each([
    ["ws://h",       false, 80],
    ["wss://h",      true,  443],
    ["http://h",     false, 80],
    ["https://h",    true,  443],
    ["WSS://h",      true,  443],
    ["wSs://h",      true,  443],
    ["Http://h",     false, 80],
    ["ws://h:",      false, 80],
    ["wss://h:/",    true,  443],
    ["ws://h:443",   false, 443],
    ["wss://h:80",   true,  80],
    ["ws://h:65535", false, 65_535],
    ["ws://h:0080",  false, 80],
  ])("%s: secure %s, port %i [6455-3-02] [6455-3-03] [WHATWG-01]", (uri, secure, port) => {
    expect(parse(uri)).toMatchObject({ secure, port, host: "h" });
  });

  // oxfmt-ignore
  it.each([
    ["ws://h",                "h"],
    ["ws://h:80",             "h"],
    ["wss://h:443",           "h"],
    ["ws://h:443",            "h:443"],
    ["wss://h:80",            "h:80"],
    ["ws://h:8080/",          "h:8080"],
    ["ws://Example.COM/A",    "example.com"],
    ["ws://[::1]/",           "[::1]"],
    ["ws://[2001:DB8::1]:80", "[2001:db8::1]"],
    ["wss://[::1]:80",        "[::1]:80"],
    ["ws://user:pw@h/",       "h"],
    ["ws://a@b@h/",           "h"],
  ])("%s has the Host %s [6455-3-02] [6455-4.1-13]", (uri, hostHeader) => {
    expect(parse(uri).hostHeader).toBe(hostHeader);
  });

  it("gives an IPv6 address without brackets to connect to", () => {
    expect(parse("ws://[2001:DB8::1]:81/").host).toBe("2001:db8::1");
    expect(parse("ws://127.0.0.1:81/").host).toBe("127.0.0.1");
  });

  // oxfmt-ignore
  it.each([
    ["ws://h",              "/"],
    ["ws://h/",             "/"],
    ["ws://h?x=1",          "/?x=1"],
    ["ws://h/?",            "/?"],
    ["ws://h/a/b?c=d?e/f",  "/a/b?c=d?e/f"],
    ["ws://h:81/a",         "/a"],
    ["ws://h//a",           "//a"],
    ["ws://h/a/../b",       "/a/../b"],
    ["ws://h?/a",           "/?/a"],
    ["ws://h?u@v:w",        "/?u@v:w"],
    ["ws://h/u@v",          "/u@v"],
    ["ws://h/100%",         "/100%"],
    ["ws://h?q=100%&x=%zz", "/?q=100%&x=%zz"],
  ])("%s asks for %s [6455-3-04]", (uri, target) => {
    expect(parse(uri)).toMatchObject({ host: "h", target });
  });

  // oxfmt-ignore
  it.each([
    ["ws://h/a%23b",        "/a%23b"],
    ["ws://h/?tag=%23b",    "/?tag=%23b"],
  ])("%s keeps its number sign [6455-3-06]", (uri, target) => {
    expect(parse(uri).target).toBe(target);
  });

  it("percent-encodes what is not ASCII, and makes punycode of the host [6455-11-01]", () => {
    expect(parse("ws://b\u00fccher.example/\u00e4?\u00f6 \u{1f600}")).toMatchObject({
      host: "xn--bcher-kva.example",
      hostHeader: "xn--bcher-kva.example",
      target: "/%C3%A4?%C3%B6%20%F0%9F%98%80",
    });
    expect(parse("ws://B\u00dcCHER.example:81").hostHeader).toBe("xn--bcher-kva.example:81");
  });

  it("needs punycode where nothing is there to make it [6455-11-01]", () => {
    expect(() => parseUri("ws://b\u00fccher.example/")).toThrow(/punycode/);
    expect(parseUri("ws://xn--bcher-kva.example/").host).toBe("xn--bcher-kva.example");
  });

  it("does not trust what makes the punycode", () => {
    expect(() => parseUri("ws://\u00e9/", () => "")).toThrow(/needs a host/);
    expect(() => parseUri("ws://\u00e9/", () => "a/b")).toThrow(/needs a host/);
    expect(() => parseUri("ws://\u00e9/", () => "\u00e9")).toThrow(/needs a host/);
    expect(parseUri("ws://\u00e9/", () => "XN--9CA").host).toBe("xn--9ca");
  });

  // oxfmt-ignore
  it.each([
    ["ws://u:p@h",          "u:p"],
    ["ws://u@h",            "u"],
    ["ws://u:@h",           "u:"],
    ["ws://:p@h",           ":p"],
    ["ws://u%40x:p%3A@h",   "u@x:p:"],
    ["ws://a@b@h",          "a@b"],
    ["ws://\u00fc:%C3%A4@h", "\u00fc:\u00e4"],
    ["ws://@h",             undefined],
    ["ws://h/u@x",          undefined],
    ["ws://h",              undefined],
  ])("%s has the user information %s", (uri, userinfo) => {
    expect(parse(uri).userinfo).toBe(userinfo);
  });
});

describe("a URI that is wrong", () => {
  // oxfmt-ignore
  it.each([
    ["http//x",                  /must start with ws/],
    ["",                         /must start with ws/],
    ["h",                        /must start with ws/],
    ["//h/",                     /must start with ws/],
    ["/path",                    /must start with ws/],
    ["ws:h",                     /must start with ws/],
    ["ws:/h",                    /must start with ws/],
    ["ws:",                      /must start with ws/],
    [" ws://h",                  /must start with ws/],
    ["ftp://h",                  /must start with ws/],
    ["file:///x",                /must start with ws/],
    ["constructor://h",          /must start with ws/],
    ["ws://",                    /needs a host/],
    ["ws:///path",               /needs a host/],
    ["ws://?x",                  /needs a host/],
    ["ws://:80",                 /needs a host/],
    ["ws://u@",                  /needs a host/],
    ["ws://a b/",                /needs a host/],
    ["ws://h%41/",               /needs a host/],
    ["ws://h\\x/",               /needs a host/],
    ["ws://[::1",                /needs a host/],
    ["ws://[::1%25eth0]/",       /needs a host/],
    ["ws://[1.2.3.4]/",          /needs a host/],
    ["ws://<h>/",                /needs a host/],
    ["ws://::1/",                /needs a host/],
    ["ws://host:99999/",         /port/],
    ["ws://h:0/",                /port/],
    ["ws://h:65536/",            /port/],
    ["ws://h:8a/",               /port/],
    ["ws://h:-1/",               /port/],
    ["ws://h:80:80/",            /port/],
    ["ws://%@h/",                /user information/],
    ["ws://%ff@h/",              /user information/],
  ])("%j fails before anything is sent [6455-3-01] [6455-4.1-01]", (uri, message) => {
    expect(() => parse(uri)).toThrow(SyntaxError);
    expect(() => parse(uri)).toThrow(message);
  });

  it.each(["ftp://h", "wsx://h", "mailto:a"])(
    "%s has a scheme that is none of ours [WHATWG-01]",
    (uri) => {
      expect(() => parse(uri)).toThrow(SyntaxError);
    },
  );

  it.each(["ws://h/#", "ws://h/#a", "ws://h#", "ws://h/?x#", "#ws://h", "ws://u#@h", "http://h#f"])(
    "%s has a fragment, and hears how to write the sign [6455-3-05] [WHATWG-01]",
    (uri) => {
      expect(() => parse(uri)).toThrow(SyntaxError);
      expect(() => parse(uri)).toThrow(/%23/);
    },
  );

  it("has no control character or line break in any part", () => {
    const controls = Array.from({ length: 0xa0 }, (_, code) => code).filter(
      (code) => code < 0x20 || code >= 0x7f,
    );
    for (const code of [...controls, 0x2028, 0x2029]) {
      const character = String.fromCharCode(code);
      for (const uri of [
        `${character}ws://h/`,
        `ws://${character}@h/`,
        `ws://a${character}b/`,
        `ws://h:8${character}0/`,
        `ws://h/a${character}`,
        `ws://h/?${character}`,
      ]) {
        expect(() => parse(uri), `${code}`).toThrow(/control character/);
      }
    }
  });

  it.each(["%0d%0a", "%00", "%7F", "%C2%85", "%E2%80%A8"])(
    "has no %s in the user information",
    (escape) => {
      expect(() => parse(`ws://user${escape}@h/`)).toThrow(/control character/);
    },
  );

  it("tells nothing of itself: it may hold a password or a token", () => {
    const wrong = [
      "ftp://SECRET@h",
      "ws://SECRET:SECRET@h:99999",
      "ws://SECRET:x@/?SECRET",
      "ws://h/?SECRET#",
      "ws://SECRET%@h",
      "ws://h/SECRET\n",
    ];
    for (const uri of wrong) {
      expect(() => parse(uri)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("SECRET") }),
      );
    }
  });
});

const letters = fc.string({
  unit: fc.constantFrom("a", "B", "z", "0", "9"),
  minLength: 1,
  maxLength: 8,
});

/** URLs that the platform reads too; the last label has a letter, so that none is an IPv4 address. */
const ordinaryUrl: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("http", "https", "HTTP"),
    fc.array(letters, { maxLength: 3 }),
    fc.option(fc.integer({ min: 1, max: 65_535 })),
    fc.array(letters, { maxLength: 3 }),
  )
  .map(
    ([scheme, labels, port, segments]) =>
      `${scheme}://${[...labels, "Example"].join(".")}${port === null ? "" : `:${port}`}/${segments.join("/")}`,
  );

describe("any text", () => {
  it("is a URI whose parts may all be sent, or a SyntaxError", () => {
    const mostlyLegal = fc.tuple(
      fc.constantFrom("ws://", "WSS://", "http://", "ws:", ""),
      anyText,
      ordinaryUrl,
    );
    fc.assert(
      fc.property(mostlyLegal, ([scheme, noise, url]) => {
        for (const uri of [scheme + noise, url, `${url}?${noise}`]) {
          try {
            const { hostHeader, target, port } = parse(uri);
            expect(`${hostHeader}${target}`).toMatch(/^[!-~]+$/);
            expect(target.startsWith("/")).toBe(true);
            expect(port).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError);
          }
        }
      }),
    );
  });

  it("that is an ordinary URL is read as the platform reads it", () => {
    fc.assert(
      fc.property(ordinaryUrl, (text) => {
        const url = new URL(text);
        const uri = parse(text);

        expect(uri.host).toBe(url.hostname);
        expect(uri.hostHeader).toBe(url.host);
        expect(uri.target).toBe(url.pathname);
        expect(uri.secure).toBe(url.protocol === "https:");
      }),
    );
  });
});
