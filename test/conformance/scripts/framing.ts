/** Masks, reserved bits, opcodes and lengths (RFC 6455 §5.1-§5.3). */
import { hex, SCRIPT_KEY } from "../../support/wire-frame.js";
import type { WireScript } from "../../support/wire-script.js";
import {
  answers,
  binary,
  fails,
  gotBinary,
  gotPong,
  gotText,
  NOT_FINAL,
  text,
} from "./builders.js";

const UNMASKED = { maskingKey: undefined } as const;
const MASKED = { maskingKey: SCRIPT_KEY } as const;

const OPCODES = new Map([
  ["text", 1],
  ["binary", 2],
  ["Close", 8],
  ["ping", 9],
  ["pong", 10],
]);

const masks: WireScript[] = [...OPCODES].flatMap(([name, opcode]) => {
  const frame = { opcode, fin: true, rsv: 0, payload: new Uint8Array(0) };
  return [
    fails({
      name: `refuses a ${name} frame that is not masked`,
      rows: ["6455-5.1-02", "6455-5.1-03"],
      side: "server",
      send: [{ ...frame, ...UNMASKED }],
      code: 1002,
    }),
    fails({
      name: `refuses a ${name} frame that is masked`,
      rows: ["6455-5.1-05"],
      side: "client",
      send: [{ ...frame, ...MASKED }],
      code: 1002,
    }),
  ];
});

const reservedBits: WireScript[] = [1, 2, 3, 4, 5, 6, 7].flatMap((rsv) =>
  [...OPCODES].map(([name, opcode]) =>
    fails({
      name: `refuses reserved bits ${rsv} on a ${name} frame`,
      rows: ["6455-5.2-02", "6455-5.6-03", "6455-7.1-11"],
      side: "both",
      send: [{ opcode, fin: true, rsv, payload: new Uint8Array(0) }],
      code: 1002,
    }),
  ),
);

const reservedOpcodes: WireScript[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => [
  fails({
    name: `refuses opcode ${opcode} without payload`,
    rows: ["6455-5.2-03", "6455-7.1-11"],
    side: "both",
    send: [{ opcode, fin: true, rsv: 0, payload: new Uint8Array(0) }],
    code: 1002,
  }),
  fails({
    name: `refuses opcode ${opcode} in the middle of a message`,
    rows: ["6455-5.2-03"],
    side: "both",
    send: [text("a", NOT_FINAL), { opcode, fin: true, rsv: 0, payload: hex("ffff") }],
    code: 1002,
  }),
  fails({
    name: `refuses opcode ${opcode} by its header, whatever length it declares`,
    rows: ["6455-5.2-03", "6455-5.2-10"],
    side: "both",
    send: [{ opcode, fin: true, rsv: 0, payload: hex("ff"), declaredLength: 2n ** 40n }],
    code: 1002,
  }),
]);

/** Every length at which the form changes, and what its header looks like. */
const lengths: WireScript[] = [0, 1, 125, 126, 127, 128, 255, 256, 65_535, 65_536].map((length) =>
  answers({
    name: `reads a message of ${length} bytes`,
    rows: ["6455-5.2-07", "6455-5.4-07", "6455-5.6-02"],
    side: "both",
    send: [binary(new Uint8Array(length).map((_, i) => i))],
    expect: [
      {
        type: "binary",
        bytes: Buffer.from(new Uint8Array(length).map((_, i) => i)).toString("hex"),
      },
    ],
  }),
);

const longForms: WireScript[] = (
  [
    [0, 16],
    [5, 16],
    [125, 16],
    [0, 64],
    [125, 64],
    [126, 64],
    [65_535, 64],
  ] as const
).map(([length, lengthBits]) =>
  fails({
    name: `refuses ${length} bytes with a length of ${lengthBits} bits`,
    rows: ["6455-5.2-06"],
    side: "both",
    send: [{ ...binary(new Uint8Array(length)), lengthBits }],
    code: 1002,
  }),
);

const hugeLengths: WireScript[] = (
  [
    ["2^31", 2n ** 31n, 1009],
    ["2^32", 2n ** 32n, 1009],
    ["2^53 - 1", 2n ** 53n - 1n, 1009],
    ["2^53", 2n ** 53n, 1009],
    ["2^63 - 1", 2n ** 63n - 1n, 1009],
    ["2^63", 2n ** 63n, 1002],
    ["2^64 - 1", 2n ** 64n - 1n, 1002],
  ] as const
).map(([name, declaredLength, code]) =>
  fails({
    name: `answers a header that declares ${name} bytes with ${code}, at once`,
    rows: code === 1002 ? ["6455-5.2-05"] : ["6455-5.2-10", "6455-7.4-07", "6455-10-06"],
    side: "both",
    send: [{ ...binary(), declaredLength }],
    code,
  }),
);

const maskedPayloads: WireScript[] = [
  answers({
    name: "unmasks by the place in the payload, with any key",
    rows: ["6455-5.3-03", "6455-5.2-08", "6455-6-09"],
    side: "server",
    send: Array.from({ length: 12 }, (_, length) => ({
      ...binary(new Uint8Array(length).map((_, i) => 255 - i)),
      maskingKey: Uint8Array.of(1, 0, 128, 255),
    })),
    expect: Array.from({ length: 12 }, (_, length) =>
      gotBinary(Buffer.from(new Uint8Array(length).map((_, i) => 255 - i)).toString("hex")),
    ),
  }),
  answers({
    name: "takes a masking key of zeros for what it is",
    rows: ["6455-5.3-03"],
    side: "server",
    send: [{ ...text("plain"), maskingKey: new Uint8Array(4) }],
    expect: [gotText("plain")],
  }),
  answers({
    name: "reads the masked examples of the RFC",
    rows: ["6455-5.3-03", "6455-5.2-08"],
    side: "server",
    send: [hex("81 85 37fa213d 7f9f4d5158"), hex("89 80 37fa213d")],
    expect: [gotText("Hello"), gotPong()],
  }),
  answers({
    name: "reads the unmasked examples of the RFC",
    rows: ["6455-5.2-08"],
    side: "client",
    send: [hex("81 05 48656c6c6f"), hex("01 03 48656c"), hex("80 02 6c6f")],
    expect: [gotText("Hello"), gotText("Hello")],
  }),
];

export const framing: WireScript[] = [
  ...masks,
  ...reservedBits,
  ...reservedOpcodes,
  ...lengths,
  ...longForms,
  ...hugeLengths,
  ...maskedPayloads,
];
