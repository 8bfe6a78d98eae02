/** Text that is UTF-8 and text that is not (RFC 6455 §5.6, §8.1). */
import { hex } from "../../support/wire-frame.js";
import type { WireScript } from "../../support/wire-script.js";
import { answers, fails, failsAtOnce, gotText, more, NOT_FINAL, ping, text } from "./builders.js";

const valid: WireScript[] = (
  [
    ["the Greek word κόσμε", "cebae1bdb9cf83cebcceb5"],
    [
      "the first and last character of each length",
      "00 7f c280 dfbf e0a080 efbfbf f0908080 f48fbfbf",
    ],
    ["the characters around the surrogates", "ed9fbf ee8080"],
    ["a byte order mark, kept", "efbbbf 61"],
    ["non-characters", "efb790 efbfbe f09fbfbe f48fbfbf"],
    ["NUL", "00"],
  ] as const
).map(([name, bytes]) =>
  answers({
    name: `takes ${name}`,
    rows: ["6455-5.6-01"],
    side: "both",
    send: [text(hex(bytes))],
    expect: [gotText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(hex(bytes)))],
  }),
);

const invalid: WireScript[] = (
  [
    ["a lone continuation byte", "80"],
    ["a continuation byte too many", "c3bc80"],
    ["a lead byte without continuation", "c320"],
    ["a character cut off at the end", "61e282"],
    ["an overlong slash", "c0af"],
    ["an overlong form of three bytes", "e080af"],
    ["the longest overlong form of three bytes", "e09fbf"],
    ["an overlong form of four bytes", "f08fbfbf"],
    ["a surrogate", "eda080"],
    ["a pair of surrogates", "eda080edb080"],
    ["the last surrogate", "edbfbf"],
    ["a character beyond U+10FFFF", "f4908080"],
    ["a form of five bytes", "f888808080"],
    ["the byte FE", "fe"],
    ["the byte FF", "ff"],
  ] as const
).map(([name, bytes]) =>
  fails({
    name: `refuses ${name}`,
    rows: ["6455-8-01", "6455-7.4-06", "6455-5.6-01"],
    side: "both",
    send: [text(hex(bytes))],
    code: 1007,
  }),
);

const fragmented: WireScript[] = [
  answers({
    name: "takes characters cut by fragments",
    rows: ["6455-5.6-01"],
    side: "both",
    send: [
      text(hex("ceba e1"), NOT_FINAL),
      more(hex("bd"), NOT_FINAL),
      ping("p"),
      more("", NOT_FINAL),
      more(hex("b9 f09f"), NOT_FINAL),
      more(hex("9880")),
    ],
    expect: [{ type: "pong", bytes: "70" }, gotText("κ\u1F79\u{1F600}")],
  }),
  fails({
    name: "refuses a message that ends inside a character, in its last fragment",
    rows: ["6455-8-01", "6455-5.6-01"],
    side: "both",
    send: [text(hex("e2"), NOT_FINAL), more(hex("82"))],
    code: 1007,
  }),
  failsAtOnce({
    name: "fails at the fragment that nothing can mend, before the message ends",
    rows: ["6455-8-02"],
    side: "both",
    send: [text(hex("cebae1bdb9cf83f4"), NOT_FINAL), more(hex("90"), NOT_FINAL)],
    code: 1007,
  }),
  failsAtOnce({
    name: "fails at the byte that nothing can mend, inside an unfinished frame",
    rows: ["6455-8-02"],
    side: "both",
    send: [{ ...text(hex("cebae1bdb9cf83f490")), declaredLength: 100n }],
    code: 1007,
  }),
];

export const texts: WireScript[] = [...valid, ...invalid, ...fragmented];
