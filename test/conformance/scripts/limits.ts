/** Messages over the limits of the endpoint (RFC 6455 §10.4). */
import type { WireScript } from "../../support/wire-script.js";
import {
  answers,
  binary,
  fails,
  gotBinary,
  gotPong,
  gotText,
  more,
  NOT_FINAL,
  ping,
  text,
} from "./builders.js";

const SMALL = { maxMessageBytes: 100 } as const;
const FEW = { maxFragments: 4 } as const;

const x = (length: number): string => "x".repeat(length);
const hexX = (length: number): string => "78".repeat(length);

const bytes: WireScript[] = [
  answers({
    name: "takes messages up to the limit of bytes",
    rows: ["6455-10-06", "6455-10-07"],
    side: "both",
    needs: SMALL,
    send: [text(x(99)), text(x(100)), binary(x(60), NOT_FINAL), more(x(40))],
    expect: [gotText(x(99)), gotText(x(100)), gotBinary(hexX(100))],
  }),
  answers({
    name: "counts each message for itself, and control frames not at all",
    rows: ["6455-10-06"],
    side: "both",
    needs: SMALL,
    send: [text(x(60), NOT_FINAL), ping(x(125)), more(x(40)), text(x(100))],
    expect: [gotPong(x(125)), gotText(x(100)), gotText(x(100))],
  }),
  fails({
    name: "refuses a message of one byte over the limit",
    rows: ["6455-10-06", "6455-7.4-07"],
    side: "both",
    needs: SMALL,
    send: [text(x(101))],
    code: 1009,
  }),
  fails({
    name: "refuses a message over the limit by its header",
    rows: ["6455-10-06", "6455-7.4-07"],
    side: "both",
    needs: SMALL,
    send: [{ ...text(), declaredLength: 101n }],
    code: 1009,
  }),
  fails({
    name: "refuses fragments that are over the limit together",
    rows: ["6455-10-07", "6455-7.4-07"],
    side: "both",
    needs: SMALL,
    send: [text(x(60), NOT_FINAL), more(x(41))],
    code: 1009,
  }),
  fails({
    name: "refuses a fragment that would be over the limit by its header",
    rows: ["6455-10-07", "6455-5.2-10"],
    side: "both",
    needs: SMALL,
    send: [text(x(60), NOT_FINAL), { ...more(), declaredLength: 2n ** 63n - 1n }],
    code: 1009,
  }),
];

const fragments: WireScript[] = [
  answers({
    name: "takes messages up to the limit of fragments",
    rows: ["6455-10-06"],
    side: "both",
    needs: FEW,
    send: [
      text("a", NOT_FINAL),
      more("b", NOT_FINAL),
      more("", NOT_FINAL),
      ping("p"),
      more("c"),
      text("d", NOT_FINAL),
      more("e", NOT_FINAL),
      more("f", NOT_FINAL),
      more("g"),
    ],
    expect: [gotPong("p"), gotText("abc"), gotText("defg")],
  }),
  fails({
    name: "refuses one fragment over the limit",
    rows: ["6455-10-06"],
    side: "both",
    needs: FEW,
    send: [text("a", NOT_FINAL), ...Array.from({ length: 4 }, () => more("b", NOT_FINAL))],
    code: [1008, 1009],
  }),
  fails({
    name: "counts empty fragments too",
    rows: ["6455-10-06"],
    side: "both",
    needs: FEW,
    send: [text("", NOT_FINAL), ...Array.from({ length: 4 }, () => more("", NOT_FINAL))],
    code: [1008, 1009],
  }),
];

export const limits: WireScript[] = [...bytes, ...fragments];
