/** Compressed messages (RFC 7692 §6, §7). */
import { deflateRawSync } from "node:zlib";
import { concat, hex } from "../../support/wire-frame.js";
import type { WireScript } from "../../support/wire-script.js";
import {
  answers,
  binary,
  close,
  COMPRESSED,
  fails,
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

const DEFLATE = { deflate: {} } as const;

const HELLO = hex("f248cdc9c90700");
const HELLO_AGAIN = hex("f200110000");

const compressed = (payload: Uint8Array) => text(payload, COMPRESSED);

const blocks: WireScript[] = (
  [
    ["one block with fixed codes", "f248cdc9c90700", "Hello"],
    ["a stored block", "000500faff48656c6c6f00", "Hello"],
    ["a block with BFINAL and an empty one", "f348cdc9c9070000", "Hello"],
    ["two blocks", "f248050000 00ffffcac9c90700", "Hello"],
    ["two blocks with BFINAL and an empty one", "f348cdc9c90700 f348cdc9c9070000", "HelloHello"],
    ["a stored block with BFINAL", "010500faff48656c6c6f 00", "Hello"],
    ["many empty stored blocks", `${"000000ffff".repeat(20)}f248cdc9c90700`, "Hello"],
    ["nothing but the byte 00", "00", ""],
    ["an empty block with fixed codes", "0200", ""],
  ] as const
).map(([name, payload, content]) =>
  answers({
    name: `inflates ${name}, and the message after it`,
    rows: ["7692-7-28", "7692-7-30", ...(content === "" ? ["7692-7-33"] : [])],
    side: "both",
    needs: DEFLATE,
    send: [compressed(hex(payload)), compressed(HELLO)],
    expect: [gotText(content), gotText("Hello")],
  }),
);

const windows: WireScript[] = [
  answers({
    name: "keeps the window from one message to the next",
    rows: ["7692-7-32"],
    side: "both",
    needs: DEFLATE,
    send: [compressed(HELLO), compressed(HELLO_AGAIN), compressed(HELLO_AGAIN)],
    expect: [gotText("Hello"), gotText("Hello"), gotText("Hello")],
  }),
  answers({
    name: "keeps the window behind a block with BFINAL",
    rows: ["7692-7-29", "7692-7-32"],
    side: "both",
    needs: DEFLATE,
    send: [compressed(hex("f348cdc9c9070000")), compressed(HELLO_AGAIN)],
    expect: [gotText("Hello"), gotText("Hello")],
  }),
  answers({
    name: "leaves plain messages out of the window",
    rows: ["7692-6-04", "7692-6-07"],
    side: "both",
    needs: DEFLATE,
    send: [compressed(HELLO), text("plain"), binary("plain"), compressed(HELLO_AGAIN)],
    expect: [gotText("Hello"), gotText("plain"), gotBinary("706c61696e"), gotText("Hello")],
  }),
  ...(["server", "client"] as const).map((side): WireScript => ({
    name: `forgets the window of the peer's messages when that was agreed (${side})`,
    rows: ["7692-7-31"],
    side,
    needs: {
      deflate: {
        [side === "server" ? "clientNoContextTakeover" : "serverNoContextTakeover"]: true,
      },
    },
    steps: [
      { send: [compressed(HELLO), compressed(HELLO), compressed(HELLO_AGAIN)] },
      { expect: [gotText("Hello"), gotText("Hello"), gotClose(1007)] },
      { expectEnd: "in turn" },
    ],
  })),
  fails({
    name: "refuses a distance that reaches before the first byte",
    rows: ["7692-7-31"],
    side: "both",
    needs: DEFLATE,
    send: [compressed(HELLO_AGAIN)],
    code: 1007,
  }),
];

const pieces: WireScript[] = [
  answers({
    name: "joins the fragments of a compressed message before it inflates them",
    rows: ["7692-6-05", "7692-6-07", "7692-6-01"],
    side: "both",
    needs: DEFLATE,
    send: [
      text(HELLO.subarray(0, 3), { ...NOT_FINAL, ...COMPRESSED }),
      ping("p"),
      more(HELLO.subarray(3, 6), NOT_FINAL),
      more("", NOT_FINAL),
      more(HELLO.subarray(6)),
    ],
    expect: [gotPong("p"), gotText("Hello")],
  }),
  answers({
    name: "takes a compressed message in fragments of one byte, the first one empty",
    rows: ["7692-6-05", "7692-6-01"],
    side: "both",
    needs: DEFLATE,
    send: [
      text("", { ...NOT_FINAL, ...COMPRESSED }),
      ...Array.from(HELLO, (byte, i) => more(Uint8Array.of(byte), { fin: i + 1 === HELLO.length })),
    ],
    expect: [gotText("Hello")],
  }),
];

const reservedBits: WireScript[] = [
  fails({
    name: "refuses RSV1 on a continuation of a compressed message",
    rows: ["7692-6-03", "7692-6-02"],
    side: "both",
    needs: DEFLATE,
    send: [text(HELLO.subarray(0, 3), { ...NOT_FINAL, ...COMPRESSED }), more(HELLO, COMPRESSED)],
    code: 1002,
  }),
  fails({
    name: "refuses RSV1 on a continuation of a plain message",
    rows: ["7692-6-03"],
    side: "both",
    needs: DEFLATE,
    send: [text("a", NOT_FINAL), more("b", COMPRESSED)],
    code: 1002,
  }),
  ...[ping("p"), pong("p"), close(1000)].map((control) =>
    fails({
      name: `refuses RSV1 on opcode ${control.opcode} with deflate on`,
      rows: ["7692-6-03", "7692-6-06"],
      side: "both",
      needs: DEFLATE,
      send: [{ ...control, ...COMPRESSED }],
      code: 1002,
    }),
  ),
  ...[1, 2, 3, 5, 6, 7].map((rsv) =>
    fails({
      name: `refuses reserved bits ${rsv} with deflate on`,
      rows: ["6455-5.2-02"],
      side: "both",
      needs: DEFLATE,
      send: [text(HELLO, { rsv })],
      code: 1002,
    }),
  ),
];

const broken: WireScript[] = (
  [
    ["a reserved block type", "ffff"],
    ["a block that stops in the middle", "f248cd"],
    ["a stored block whose two lengths disagree", "00050000ff48656c6c6f00"],
    ["a stored block that is cut short", "017f0080ff48656c6c6f"],
    ["a stored block that is cut short, not final", "007f0080ff48656c6c6f"],
    ["a stored block that is cut short by less than what follows it", "010e00f1ff48656c6c6f"],
    ["such a block that is not final", "000e00f1ff48656c6c6f"],
    ["a stored block that is cut short by six bytes", "010b00f4ff48656c6c6f"],
    ["codes with too many lengths", "fcffffffff"],
    ["a length code that does not exist", "1b0300"],
  ] as const
).map(([name, payload]) =>
  fails({
    name: `refuses ${name}`,
    rows: ["7692-7-31"],
    side: "both",
    needs: DEFLATE,
    send: [binary(hex(payload), COMPRESSED)], // text could fail for another reason
    code: 1007,
  }),
);

const contents: WireScript[] = [
  fails({
    name: "refuses compressed text that is not UTF-8",
    rows: ["7692-6-08", "6455-8-01"],
    side: "both",
    needs: DEFLATE,
    send: [compressed(hex("000300fcff eda080 00"))],
    code: 1007,
  }),
  answers({
    name: "does not look at what compressed binary messages hold",
    rows: ["7692-6-08"],
    side: "both",
    needs: DEFLATE,
    send: [binary(hex("000300fcff eda080 00"), COMPRESSED)],
    expect: [gotBinary("eda080")],
  }),
];

/** What `content` becomes, with a whole block behind it. */
function deflated(content: string): Uint8Array {
  return concat([deflateRawSync(content), Uint8Array.of(0)]);
}

const limits: WireScript[] = [
  answers({
    name: "takes a compressed message of exactly the limit",
    rows: ["7692-7-34"],
    side: "both",
    needs: { deflate: {}, maxMessageBytes: 4_000 },
    send: [compressed(deflated("x".repeat(4_000)))],
    expect: [gotText("x".repeat(4_000))],
  }),
  fails({
    name: "refuses a compressed message of one byte over the limit",
    rows: ["7692-7-34", "6455-10-07"],
    side: "both",
    needs: { deflate: {}, maxMessageBytes: 4_000 },
    send: [compressed(deflated("x".repeat(4_001)))],
    code: 1009,
  }),
  fails({
    name: "refuses a thousandfold inflation, with broken data behind it",
    rows: ["7692-7-34"],
    side: "both",
    needs: { deflate: {}, maxMessageBytes: 65_536 },
    send: [compressed(concat([deflated("x".repeat(4_000_000)).slice(0, -1), hex("ffffffff")]))],
    code: 1009,
  }),
];

export const deflate: WireScript[] = [
  ...blocks,
  ...windows,
  ...pieces,
  ...reservedBits,
  ...broken,
  ...contents,
  ...limits,
];
