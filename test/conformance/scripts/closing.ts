/** Close frames and the closing handshake (RFC 6455 §5.5.1, §7). */
import { concat, hex, utf8 } from "../../support/wire-frame.js";
import type { WireScript } from "../../support/wire-script.js";
import { close, fails, gotClose, gotText, more, NOT_FINAL, ping, text } from "./builders.js";

/** The rows that a code belongs to, as well as the ones on Close frames in general. */
function rowsOfCode(code: number): string[] {
  if (code < 1000) return ["6455-7.4-11"];
  if (code === 1004) return ["6455-7.4-05"];
  if (code === 1005) return ["6455-7.4-02"];
  if (code === 1006) return ["6455-7.4-03"];
  if (code === 1015) return ["6455-7.4-04"];
  if (code <= 1011) return ["6455-7.4-01"];
  if (code <= 1014) return ["6455-7.4-10"];
  if (code < 3000) return ["6455-7.4-12"];
  return code < 5000 ? ["6455-7.4-13"] : ["6455-7.4-14"];
}

const VALID = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];

const INVALID = [
  0, 1, 125, 256, 999, 1004, 1005, 1006, 1015, 1016, 1017, 1099, 1100, 1999, 2000, 2999, 5000, 5001,
  9999, 32_768, 65_535,
];

const validCodes: WireScript[] = VALID.map((code) => ({
  name: `answers a Close frame with ${code} and reports it`,
  rows: ["6455-5.5-09", "6455-7.1-06", "6455-7.1-07", ...rowsOfCode(code)],
  side: "both",
  steps: [
    { send: [close(code, "bye")] },
    { expect: [gotClose(code)] },
    { expectEnd: "in turn" },
    { expectApp: [{ type: "close", code, reason: "bye", wasClean: true }] },
  ],
}));

const invalidCodes: WireScript[] = INVALID.map((code) =>
  fails({
    name: `refuses a Close frame with ${code}`,
    rows: rowsOfCode(code),
    side: "both",
    send: [close(code)],
    code: 1002,
  }),
);

const payloads: WireScript[] = [
  {
    name: "answers an empty Close frame, and reports 1005",
    rows: ["6455-5.5-04", "6455-5.5-09", "6455-7.1-06"],
    side: "both",
    steps: [
      { send: [close()] },
      { expect: [gotClose([1005, 1000])] },
      { expectEnd: "in turn" },
      { expectApp: [{ type: "close", code: 1005, reason: "", wasClean: true }] },
    ],
  },
  ...[1, 60, 123].map((length): WireScript => ({
    name: `takes a reason of ${length} bytes`,
    rows: ["6455-5.5-04", "6455-7.1-07"],
    side: "both",
    steps: [
      { send: [close(1000, "r".repeat(length))] },
      { expect: [gotClose(1000)] },
      { expectEnd: "in turn" },
      { expectApp: [{ type: "close", code: 1000, reason: "r".repeat(length), wasClean: true }] },
    ],
  })),
  {
    name: "takes a reason with characters of every length, and a byte order mark",
    rows: ["6455-5.5-04", "6455-5.5-05"],
    side: "both",
    steps: [
      { send: [close(4000, "\uFEFFaü€\u{1F600}")] },
      { expect: [gotClose(4000)] },
      { expectEnd: "in turn" },
      { expectApp: [{ type: "close", code: 4000, reason: "\uFEFFaü€\u{1F600}" }] },
    ],
  },
  fails({
    name: "refuses a Close frame of one byte",
    rows: ["6455-5.5-03"],
    side: "both",
    send: [hexClose("03")],
    code: 1002,
  }),
  fails({
    name: "refuses a reason that is not UTF-8",
    rows: ["6455-5.5-05", "6455-8-01"],
    side: "both",
    send: [close(1000, hex("cebae1bdb9cf83eda080"))],
    code: 1007,
  }),
  fails({
    name: "refuses a reason that ends inside a character",
    rows: ["6455-5.5-05", "6455-8-01"],
    side: "both",
    send: [close(1000, concat([utf8("ok "), hex("e282")]))],
    code: 1007,
  }),
];

function hexClose(digits: string): ReturnType<typeof close> {
  return { ...close(), payload: hex(digits) };
}

const after: WireScript[] = [
  {
    name: "takes no notice of anything behind a Close frame",
    rows: ["6455-5.5-12", "6455-5.5-16"],
    side: "both",
    steps: [
      { send: [text("before"), close(1000), text("after"), ping("p"), close(4000), hex("ffff")] },
      { expect: [gotText("before"), gotClose(1000)] },
      { expectEnd: "in turn" },
      {
        expectApp: [
          { type: "text", text: "before" },
          { type: "close", code: 1000, reason: "", wasClean: true },
        ],
      },
    ],
  },
  {
    name: "closes in good order inside an unfinished message",
    rows: ["6455-5.5-09", "6455-5.4-02"],
    side: "both",
    steps: [
      { send: [text("half", NOT_FINAL), close(1000), more("other half")] },
      { expect: [gotClose(1000)] },
      { expectEnd: "in turn" },
      { expectApp: [{ type: "close", code: 1000, wasClean: true }] },
    ],
  },
  {
    name: "answers all that came before a Close frame first",
    rows: ["6455-5.5-10", "6455-6-06"],
    side: "both",
    steps: [
      { send: [text("a"), ping("p"), text("b"), close(1001, "going")] },
      { expect: [gotText("a"), { type: "pong", bytes: "70" }, gotText("b"), gotClose(1001)] },
      { expectEnd: "in turn" },
    ],
  },
];

export const closing: WireScript[] = [...validCodes, ...invalidCodes, ...payloads, ...after];
