/** The end of a connection: which side ends it, how, and in what time (RFC 6455 §7.1). */
import type { WireScript } from "../../support/wire-script.js";
import {
  binary,
  close,
  gotClose,
  gotPong,
  gotText,
  more,
  NOT_FINAL,
  ping,
  text,
} from "./builders.js";

const abrupt: WireScript[] = (
  [
    ["between two messages", [text("a")]],
    ["inside a header", [text("a"), Uint8Array.of(0x81)]],
    ["inside a frame", [text("a"), { ...text("half"), declaredLength: 300n }]],
    ["inside a message", [text("a"), text("half", NOT_FINAL)]],
  ] as const
).flatMap(([place, send]): WireScript[] => [
  {
    name: `takes a FIN ${place} without a Close frame for a connection lost`,
    rows: ["6455-7.1-05", "6455-7.1-06", "6455-7.1-13"],
    side: "both",
    steps: [
      { send },
      { expect: [gotText("a")] },
      { cut: "half" },
      { expectEnd: "anyhow" },
      {
        expectApp: [
          { type: "text", text: "a" },
          { type: "close", code: 1006, reason: "", wasClean: false },
        ],
      },
    ],
  },
  {
    name: `takes a RST ${place} for a connection lost`,
    rows: ["6455-7.1-05", "6455-7.1-06", "6455-7.1-13"],
    side: "both",
    steps: [
      { send },
      { expect: [gotText("a")] },
      { cut: "reset" },
      {
        expectApp: [
          { type: "text", text: "a" },
          { type: "close", code: 1006, reason: "", wasClean: false },
        ],
      },
    ],
  },
]);

const byApplication: WireScript[] = [
  {
    name: "sends the code and reason that the application gives",
    rows: ["6455-7.1-04", "6455-7.1-05", "6455-7.1-06", "6455-7.1-07"],
    side: "both",
    steps: [
      { app: { close: { code: 4000, reason: "done" } } },
      { expect: [gotClose(4000, "done")] },
      { send: [close(4000, "yes")] },
      { expectEnd: "in turn" },
      { expectApp: [{ type: "close", code: 4000, reason: "yes", wasClean: true }] },
    ],
  },
  {
    name: "sends an empty Close frame when the application gives no code",
    rows: ["6455-7.1-04", "6455-5.5-04"],
    side: "both",
    steps: [
      { app: { close: {} } },
      { expect: [gotClose(1005, "")] },
      { send: [close()] },
      { expectEnd: "in turn" },
      { expectApp: [{ type: "close", code: 1005, reason: "", wasClean: true }] },
    ],
  },
  {
    name: "sends one Close frame when both ends close at once",
    rows: ["6455-5.5-15", "6455-7.1-06"],
    side: "both",
    steps: [
      { app: { close: { code: 4000, reason: "ours" } } },
      { send: [close(4001, "yours")] },
      { expect: [gotClose(4000, "ours")] },
      { expectEnd: "in turn" },
      { expectApp: [{ type: "close", code: 4001, reason: "yours", wasClean: true }] },
    ],
  },
  {
    name: "sends one Close frame when the application closes twice",
    rows: ["6455-5.5-15"],
    side: "both",
    steps: [
      { app: { close: { code: 4000, reason: "first" } } },
      { app: { close: { code: 4001, reason: "second" } } },
      { expect: [gotClose(4000, "first")] },
      { send: [close(4000)] },
      { expectEnd: "in turn" },
    ],
  },
  {
    name: "sends no message behind its Close frame",
    rows: ["6455-5.5-08", "6455-6-01"],
    side: "both",
    steps: [
      { app: { send: "before" } },
      { app: { close: { code: 1000 } } },
      { app: { send: "after" } },
      { expect: [gotText("before"), gotClose(1000)] },
      { send: [close(1000)] },
      { expectEnd: "in turn" },
    ],
  },
  {
    name: "sends all messages that were sent before the close first",
    rows: ["6455-6-06", "6455-7.1-04"],
    side: "both",
    steps: [
      ...["a", "b", "c", "d"].map((content) => ({ app: { send: content } })),
      { app: { close: { code: 1001, reason: "" } } },
      { expect: [gotText("a"), gotText("b"), gotText("c"), gotText("d"), gotClose(1001)] },
      { send: [close(1001)] },
      { expectEnd: "in turn" },
    ],
  },
  {
    name: "drops messages that arrive behind its own Close frame",
    rows: ["6455-5.5-12"],
    side: "both",
    steps: [
      { app: { close: { code: 1000 } } },
      { send: [text("late"), binary("late"), text("half", NOT_FINAL), more("half"), close(1000)] },
      { expect: [gotClose(1000)] },
      { expectEnd: "in turn" },
      { expectApp: [{ type: "close", code: 1000, wasClean: true }] },
    ],
  },
  {
    name: "answers a ping that arrives behind its own Close frame",
    rows: ["6455-5.5-16"],
    side: "both",
    steps: [
      { app: { close: { code: 1000 } } },
      { expectFrames: [close(1000)] },
      { send: [ping("still here")] },
      { expectFrames: [{ ...ping("still here"), opcode: 10 }] },
      { send: [close(1000)] },
      { expectEnd: "in turn" },
    ],
  },
  {
    name: "lets go of the transport when the application wants it at once",
    rows: ["6455-7.1-03", "6455-7.1-05"],
    side: "both",
    steps: [
      { app: { terminate: true } },
      { expectEnd: "anyhow" },
      { expectApp: [{ type: "close", code: 1006, wasClean: false }] },
    ],
  },
];

const inTime: WireScript[] = [
  {
    name: "does not wait for an answer to its Close frame for ever",
    rows: ["6455-5.5-14"],
    side: "both",
    needs: { closeTimeoutMs: 60 },
    steps: [
      { app: { close: { code: 1000 } } },
      { expect: [gotClose(1000)] },
      { expectEnd: "anyhow" },
      { expectApp: [{ type: "close", code: 1006, wasClean: false }] },
    ],
  },
  {
    name: "does not wait for the peer to end the transport for ever",
    rows: ["6455-5.5-14", "6455-7.1-05"],
    side: "client",
    needs: { closeTimeoutMs: 60 },
    steps: [
      { send: [close(1000)] },
      { expect: [gotClose(1000)] },
      { expectEnd: "by itself" },
      { expectApp: [{ type: "close", code: 1000, wasClean: true }] },
    ],
  },
  {
    name: "ends the transport itself as soon as both Close frames are out",
    rows: ["6455-5.5-12", "6455-5.5-13", "6455-7.1-02"],
    side: "server",
    steps: [
      { send: [ping("p"), close(1000)] },
      { expect: [gotPong("p"), gotClose(1000)] },
      { expectEnd: "by itself" },
      { expectApp: [{ type: "close", code: 1000, wasClean: true }] },
    ],
  },
  {
    name: "answers a Close frame that comes with a FIN right behind it",
    rows: ["6455-5.5-09", "6455-7.1-01"],
    side: "both",
    steps: [
      { send: [text("a"), close(1000)] },
      { cut: "half" },
      { expect: [gotText("a"), gotClose(1000)] },
      { expectEnd: "in turn" },
      {
        expectApp: [
          { type: "text", text: "a" },
          { type: "close", code: 1000, wasClean: true },
        ],
      },
    ],
  },
];

export const ending: WireScript[] = [...abrupt, ...byApplication, ...inTime];
