// The sections that a source cites belong to the standard that is named for them.
import { describe, expect, it } from "vitest";
import { citationsOf } from "./rfc-map-page.js";

const sectionsOf = (source: string, file = "protocol/a.ts"): string[] =>
  citationsOf(source, file).map(({ standard, section }) => `${standard} §${section}`);

describe("citations", () => {
  it.each([
    ["RFC 6455 §5.4, §5.5", ["RFC 6455 §5.4", "RFC 6455 §5.5"]],
    ["§4 first\nRFC 7692 §7.1\nthen §7.2", ["RFC 7692 §4", "RFC 7692 §7.1", "RFC 7692 §7.2"]],
    ["RFC 9112 §3, RFC 6455 §4\n§4.1", ["RFC 9112 §3", "RFC 6455 §4", "RFC 6455 §4.1"]],
    ["§4 alone", ["RFC 6455 §4"]],
  ])("of RFCs: %j", (source, expected) => {
    expect(sectionsOf(source)).toEqual(expected);
  });

  it.each([
    [
      "(WHATWG WebSockets §2.2): the RFC lets it (§4.1)",
      ["WHATWG WebSockets §2.2", "RFC 6455 §4.1"],
    ],
    [
      "RFC 9110 §7.8 and WHATWG WebSockets §6, HTML §8.1, §9), as §7.8 says",
      ["RFC 9110 §7.8", "WHATWG WebSockets §6", "HTML §8.1", "HTML §9", "RFC 9110 §7.8"],
    ],
    [
      "WHATWG WebSockets §2 to §4\n§5",
      ["WHATWG WebSockets §2", "WHATWG WebSockets §4", "RFC 6455 §5"],
    ],
  ])("of other standards are not of an RFC: %j", (source, expected) => {
    expect(sectionsOf(source)).toEqual(expected);
  });

  it("belong to DEFLATE in its folder, where none is named", () => {
    expect(sectionsOf("§3.2.2", "protocol/deflate/a.ts")).toEqual(["RFC 1951 §3.2.2"]);
  });
});
