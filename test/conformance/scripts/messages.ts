/** Fragments, control frames between them, and text (RFC 6455 §5.4-§5.6, §8.1). */
import { hex } from "../../support/wire-frame.js";
import type { WireScript } from "../../support/wire-script.js";
import {
  answers,
  binary,
  close,
  fails,
  failsAtOnce,
  gotBinary,
  gotClose,
  gotPong,
  gotText,
  more,
  NOT_FINAL,
  ping,
  pong,
  text,
} from "./builders.js";

const fragments: WireScript[] = [
  answers({
    name: "joins the fragments of a message in order",
    rows: ["6455-5.4-03", "6455-5.4-07", "6455-6-07"],
    side: "both",
    send: [text("one ", NOT_FINAL), more("two ", NOT_FINAL), more("three")],
    expect: [gotText("one two three")],
  }),
  answers({
    name: "gives a message the type of its first frame",
    rows: ["6455-5.4-08"],
    side: "both",
    send: [binary("a", NOT_FINAL), more("b"), text("c", NOT_FINAL), more("d")],
    expect: [gotBinary("6162"), gotText("cd")],
  }),
  answers({
    name: "takes empty fragments and empty messages",
    rows: ["6455-5.4-10"],
    side: "both",
    send: [
      text("", NOT_FINAL),
      more("", NOT_FINAL),
      more(""),
      text(""),
      binary("", NOT_FINAL),
      more("x", NOT_FINAL),
      more(""),
    ],
    expect: [gotText(""), gotText(""), gotBinary("78")],
  }),
  answers({
    name: "takes 300 fragments of one byte",
    rows: ["6455-5.4-03", "6455-5.4-07"],
    side: "both",
    send: [
      text("x", NOT_FINAL),
      ...Array.from({ length: 298 }, () => more("x", NOT_FINAL)),
      more("x"),
    ],
    expect: [gotText("x".repeat(300))],
  }),
  answers({
    name: "answers a ping between two fragments before the message is whole",
    rows: ["6455-5.4-02", "6455-5.5-17"],
    side: "both",
    send: [text("a", NOT_FINAL), ping("p"), pong("q"), more("b")],
    expect: [gotPong("p"), gotText("ab")],
  }),
  {
    name: "answers a ping while a message is unfinished",
    rows: ["6455-5.4-02", "6455-5.5-17"],
    side: "both",
    steps: [
      { send: [text("a", NOT_FINAL), ping("p")] },
      { expect: [gotPong("p")] },
      { send: [more("b")] },
      { expect: [gotText("ab")] },
      { send: [close(1000)] },
      { expect: [gotClose(1000)] },
      { expectEnd: "in turn" },
    ],
  },
  answers({
    name: "starts a new message after the last fragment",
    rows: ["6455-6-08"],
    side: "both",
    send: [text("a"), text("b", NOT_FINAL), more("c"), binary("d")],
    expect: [gotText("a"), gotText("bc"), gotBinary("64")],
  }),
  fails({
    name: "refuses a final continuation without a message",
    rows: ["6455-5.4-05"],
    side: "both",
    send: [more("x")],
    code: 1002,
  }),
  fails({
    name: "refuses an unfinished continuation without a message",
    rows: ["6455-5.4-05"],
    side: "both",
    send: [more("x", NOT_FINAL), more("y")],
    code: 1002,
  }),
  failsAtOnce({
    name: "refuses a continuation as the first frame of all",
    rows: ["6455-5.4-05"],
    side: "both",
    send: [more("x")],
    code: 1002,
  }),
  ...[text("b"), binary("b"), text("b", NOT_FINAL)].map((second, i) =>
    fails({
      name: `refuses a second message inside a message (${i + 1})`,
      rows: ["6455-5.4-04"],
      side: "both",
      send: [text("a", NOT_FINAL), second],
      code: 1002,
    }),
  ),
];

const controls: WireScript[] = [
  ...[8, 9, 10].flatMap((opcode) => [
    fails({
      name: `refuses opcode ${opcode} in fragments`,
      rows: ["6455-5.4-01", "6455-5.5-02"],
      side: "both",
      send: [{ opcode, fin: false, rsv: 0, payload: new Uint8Array(0) }],
      code: 1002,
    }),
    fails({
      name: `refuses opcode ${opcode} with 126 bytes`,
      rows: ["6455-5.5-01"],
      side: "both",
      send: [{ opcode, fin: true, rsv: 0, payload: filled(126) }],
      code: 1002,
    }),
    fails({
      name: `refuses opcode ${opcode} with 65536 bytes by its header`,
      rows: ["6455-5.5-01"],
      side: "both",
      send: [{ opcode, fin: true, rsv: 0, payload: filled(0), declaredLength: 65_536n }],
      code: 1002,
    }),
  ]),
  answers({
    name: "answers a ping with the same bytes",
    rows: ["6455-5.5-16", "6455-5.5-19", "6455-5.5-01"],
    side: "both",
    send: [ping(""), ping("Hello"), ping(hex("00fffe80")), ping("y".repeat(125))],
    expect: [
      gotPong(""),
      gotPong("Hello"),
      { type: "pong", bytes: "00fffe80" },
      gotPong("y".repeat(125)),
    ],
  }),
  answers({
    name: "answers ten pings that come at once, in order",
    rows: ["6455-5.5-20"],
    side: "both",
    send: Array.from({ length: 10 }, (_, i) => ping(`payload ${i}`)),
    expect: Array.from({ length: 10 }, (_, i) => gotPong(`payload ${i}`)),
  }),
  answers({
    name: "gives no answer to a pong",
    rows: ["6455-5.5-21"],
    side: "both",
    send: [pong("unasked"), pong(), pong("y".repeat(125)), ping("p")],
    expect: [gotPong("p")],
  }),
];

function filled(length: number): Uint8Array {
  return new Uint8Array(length).fill(9);
}

export const messages: WireScript[] = [...fragments, ...controls];
