/** What an endpoint writes when its application sends (RFC 6455 §5.1, §5.2, §6.1). */
import type { WireScript } from "../../support/wire-script.js";
import { FAREWELL, gotPing, gotText, binary, ping, text } from "./builders.js";

const SILENT = { application: "silent" } as const;

/** The reference decoder reads all of it: masks, reserved bits and shortest lengths are checked by it. */
const EVERY_FRAME = ["6455-5.1-01", "6455-5.1-04", "6455-5.2-01", "6455-5.2-08", "6455-6-05"];

const sizes: WireScript[] = [0, 1, 125, 126, 127, 65_535, 65_536].map((length) => ({
  name: `sends ${length} bytes in one frame with the shortest length`,
  rows: ["6455-5.2-04", "6455-5.2-07", "6455-6-02", "6455-5.2-09", ...EVERY_FRAME],
  side: "both",
  needs: SILENT,
  steps: [
    { app: { send: new Uint8Array(length).fill(0xa5) } },
    { expectFrames: [binary(new Uint8Array(length).fill(0xa5))] },
    ...FAREWELL,
  ],
}));

const kinds: WireScript[] = [
  {
    name: "sends a string as text and bytes as binary",
    rows: ["6455-6-03", "6455-6-04", ...EVERY_FRAME],
    side: "both",
    needs: SILENT,
    steps: [
      { app: { send: "Grüße" } },
      { app: { send: Uint8Array.of(0, 255) } },
      { app: { send: "" } },
      { expectFrames: [text("Grüße"), binary(Uint8Array.of(0, 255)), text("")] },
      ...FAREWELL,
    ],
  },
  {
    name: "sends U+FFFD for half of a surrogate pair",
    rows: ["WHATWG-13", "6455-8-01"],
    side: "both",
    needs: SILENT,
    steps: [
      { app: { send: "a\uD800b\uDC00" } },
      { expectFrames: [text("a\uFFFDb\uFFFD")] },
      ...FAREWELL,
    ],
  },
  {
    name: "sends a ping when told to",
    rows: ["6455-5.5-18", ...EVERY_FRAME],
    side: "both",
    needs: SILENT,
    steps: [
      { app: { ping: Uint8Array.of(1, 2, 3) } },
      { expectFrames: [ping(Uint8Array.of(1, 2, 3))] },
      ...FAREWELL,
    ],
  },
  {
    name: "sends many messages in the order they were given",
    rows: ["6455-6-06"],
    side: "both",
    needs: SILENT,
    steps: [
      ...Array.from({ length: 60 }, (_, i) => ({ app: { send: `message ${i}` } })),
      { expect: Array.from({ length: 60 }, (_, i) => gotText(`message ${i}`)) },
      ...FAREWELL,
    ],
  },
  {
    name: "sends a ping between messages in its place",
    rows: ["6455-5.5-18", "6455-6-06"],
    side: "both",
    needs: SILENT,
    steps: [
      { app: { send: "a" } },
      { app: { ping: new Uint8Array(0) } },
      { app: { send: "b" } },
      { expect: [gotText("a"), gotPing(""), gotText("b")] },
      ...FAREWELL,
    ],
  },
];

export const sending: WireScript[] = [...sizes, ...kinds];
