import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePathAndQuery } from "../../../src/protocol/handshake/uri.js";
import { anyText } from "./wire.js";

describe("path and query", () => {
  // oxfmt-ignore
  it.each([
    ["",                                     ""],
    ["/a-b.c_d~e/!$&'()*+,;=:@?x=/?",        "/a-b.c_d~e/!$&'()*+,;=:@?x=/?"],
    ["/a b",                                 "/a%20b"],
    ["/\u00e4",                              "/%C3%A4"],
    ["/😀",                                  "/%F0%9F%98%80"],
    ["/\ud800",                              "/%EF%BF%BD"],
    [`/"<>\\^\`{|}[]`,                       "/%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D"],
    ["/%23%c3%A4",                           "/%23%c3%A4"],
    ["/%25zz",                               "/%25zz"],
    ["/#",                                   "/%23"],
    ["/\n",                                  "/%0A"],
  ])("%j is written as %s", (text, encoded) => {
    expect(encodePathAndQuery(text)).toBe(encoded);
  });

  // oxfmt-ignore
  it.each([
    ["%",        "%"],
    ["/%2",      "/%2"],
    ["/?a=100%", "/?a=100%"],
    ["/%zz",     "/%zz"],
    ["/%2z",     "/%2z"],
    ["/%%20",    "/%%20"],
    ["/%\u00e42", "/%%C3%A42"],
  ])("%j keeps its percent sign that encodes nothing, as URL has it: %s", (text, encoded) => {
    expect(encodePathAndQuery(text)).toBe(encoded);
    const url = new URL(text.startsWith("/") ? text : `/${text}`, "ws://h");
    expect(`/${encoded}`.endsWith(url.pathname + url.search)).toBe(true);
  });

  it("come back when they are decoded", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodePathAndQuery(text.replaceAll("%", "%25"));

        expect(encoded).toMatch(/^[!$&-;=?-Z_a-z~%]*$/);
        expect(decodeURIComponent(encoded)).toBe(text);
      }),
    );
  });
});
