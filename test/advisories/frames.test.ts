// Weaknesses of others that bytes behind the handshake reach, on every way in.
import { expect } from "vitest";
import { type Attack, ATTACKED, bomb } from "../support/attacked-surface.js";
import { test } from "../support/universal.js";
import {
  BINARY,
  concat,
  CONTINUATION,
  frame,
  hex,
  PING,
  PONG,
  TEXT,
  type WireFrame,
} from "../support/wire-frame.js";

const LIMIT = 1 << 20; // of a message, by default
const FRAGMENTS = 16_384;
const COMPRESSED = { rsv: 4 };

const plain = (...frames: readonly WireFrame[]): Attack[] => frames.map((one) => [one]);
/** Nothing but the header of a frame that announces so much. */
const announces = (declaredLength: bigint, opcode = BINARY): Attack[] => [
  [frame(opcode), { declaredLength, lengthBits: 64 }],
];
const open = (payload: Uint8Array | string): WireFrame => frame(BINARY, payload, { fin: false });
const more = (payload: Uint8Array | string): WireFrame =>
  frame(CONTINUATION, payload, { fin: false });
const pieces = (count: number, one: WireFrame): WireFrame[] =>
  Array.from({ length: count }, () => one);

/** A compressed message in two fragments. */
const inTwo = (payload: Uint8Array): Attack[] => [
  [frame(BINARY, payload.subarray(0, 100), { ...COMPRESSED, fin: false })],
  [frame(CONTINUATION, payload.subarray(100))],
];

/** Advisories, what is sent, and the code of the Close frame that must come. */
// oxfmt-ignore
const ROWS: readonly [ids: string, what: string, attack: () => Attack[], code: number][] = [
  ["CVE-2016-10542 CVE-2026-44545",   "one byte over the default limit is announced", () => announces(BigInt(LIMIT + 1)), 1009],
  ["CVE-2022-35922 CVE-2026-15565",   "2^31 bytes are announced",                     () => announces(2n ** 31n), 1009],
  ["CVE-2022-35922",                  "2^62 bytes are announced",                     () => announces(2n ** 62n), 1009],
  ["CVE-2026-1528",                   "2^53 - 1 bytes are announced",                 () => announces(2n ** 53n - 1n), 1009],
  ["CVE-2026-1528",                   "2^53 bytes are announced",                     () => announces(2n ** 53n), 1009],
  ["CVE-2026-1528 CVE-2020-13935 CVE-2026-50161", "2^63 bytes are announced",         () => announces(2n ** 63n), 1002],
  ["CVE-2026-1528",                   "2^64 - 1 bytes are announced",                 () => announces(2n ** 64n - 1n), 1002],
  ["CVE-2020-27813",                  "two fragments add up to more than 2^53",       () => [...plain(open("x")), [more(""), { declaredLength: 2n ** 53n - 1n, lengthBits: 64 }]], 1009],
  ["CVE-2020-27813",                  "two fragments add up to more than 2^63",       () => [...plain(open("x")), [more(""), { declaredLength: 2n ** 63n - 1n, lengthBits: 64 }]], 1009],
  ["CVE-2026-19204",                  "a reserved opcode announces 2^40 bytes",       () => announces(2n ** 40n, 3), 1002],
  ["CVE-2016-10544 CVE-2018-1000518 CVE-2026-1526 CVE-2026-39804 CVE-2026-83599 CVE-2026-107227", "a bomb comes", () => plain(frame(BINARY, bomb(64 << 20), COMPRESSED)), 1009],
  ["CVE-2016-10544",                  "a bomb comes in two fragments",                      () => inTwo(bomb(64 << 20)), 1009],
  ["CVE-2026-54490 CVE-2026-54464",   "a message is just over the limit after inflation", () => plain(frame(BINARY, bomb(LIMIT + 1), COMPRESSED)), 1009],
  ["CVE-2026-85024",                  "garbage is behind a bomb", () => plain(frame(BINARY, concat([bomb(8 << 20), hex("ff".repeat(90_000))]), COMPRESSED)), 1009],
  ["CVE-2014-0193 CVE-2026-42786 CVE-2026-9675", "fragments of 64 KiB do not end", () => plain(open(""), ...pieces(17, more(Buffer.alloc(65_536)))), 1009],
  ["CVE-2026-48779 CVE-2026-12151",   "fragments of one byte do not end",         () => plain(open("x"), ...pieces(FRAGMENTS, more("x"))), 1008],
  ["ws #2329 CVE-2026-12151",         "empty fragments do not end",               () => plain(open(""), ...pieces(FRAGMENTS, more(""))), 1008],
  ["Jetty #6050",                     "text is broken after inflation",          () => plain(frame(TEXT, hex("000300fcff eda080 00"), COMPRESSED)), 1007],
];

for (const surface of ATTACKED) {
  test.for(ROWS)(`%s: when %s, ${surface.name} ends it`, async ([, , attack, code], { world }) => {
    const attacked = await surface.open(world);
    attacked.send([frame(TEXT, "before")]);
    attacked.send(...attack());
    expect(await attacked.closeCode()).toBe(code);
    expect(attacked.messages.filter((one) => one.includes("before"))).toHaveLength(1);
    expect(attacked.messages.filter((one) => one.startsWith("binary"))).toEqual([]);
  });
}

/** What is legal, however odd: a message behind it still arrives. */
// oxfmt-ignore
const HARMLESS: readonly [ids: string, what: string, attack: () => Attack[]][] = [
  ["CVE-2016-10542",                  "a message of exactly the limit",               () => plain(frame(BINARY, Buffer.alloc(LIMIT)))],
  ["CVE-2026-48779 CVE-2026-12151",   "as many fragments as the limit allows",        () => plain(open(""), ...pieces(FRAGMENTS - 2, more("x")), frame(CONTINUATION))],
  ["CVE-2021-3690",                   "thousands of pings and pongs",                 () => plain(...pieces(5_000, frame(PING, "x")), ...pieces(5_000, frame(PONG, "x")))],
  ["CVE-2020-36048 CVE-2020-36049",   "a large text in small fragments",              () => plain(frame(TEXT, "", { fin: false }), ...pieces(10_000, more("\u20ac\u20ac")), frame(CONTINUATION))],
];

for (const surface of ATTACKED) {
  test.for(HARMLESS)(
    `%s: behind %s, messages arrive at ${surface.name}`,
    async ([, , attack], { world }) => {
      const attacked = await surface.open(world);
      attacked.send(...attack());
      attacked.send([frame(TEXT, "behind")], [frame(8, hex("03e8"))]);
      expect(await attacked.closeCode()).toBe(1000);
      expect(attacked.messages.at(-1)).toContain("behind");
    },
  );
}
