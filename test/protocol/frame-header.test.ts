import { describe, expect, it } from "vitest";
import {
  type FrameHeader,
  MAX_CONTROL_PAYLOAD,
  MAX_HEADER_LENGTH,
  Opcode,
  type PeerRules,
  RSV1,
  checkControlPayload,
  headerLength,
  parseFrameHeader,
  peerRules,
  reservedBitNames,
  writeFrameHeader,
} from "../../src/protocol/frame-header.js";
import { bytewise, violation } from "../support/protocol.js";
import { concat, hex } from "../support/wire-frame.js";

const FROM_SERVER: PeerRules = { masked: false, rsv: 0 };
const FROM_CLIENT: PeerRules = { masked: true, rsv: 0 };

const parse = (bytes: Uint8Array, rules = FROM_SERVER) =>
  parseFrameHeader(bytes, 0, bytes.length, rules);

/** What the parser makes of `bytes`: the code of the broken rule, `"ok"`, or `"short"`. */
function judge(bytes: Uint8Array, rules: PeerRules): string {
  try {
    return parse(bytes, rules) === undefined ? "short" : "ok";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "?";
  }
}

/** Length, its form on the wire, and what the form says. */
const FORMS: readonly (readonly [payloadLength: number, bytes: string])[] = [
  [0, "82 00"],
  [1, "82 01"],
  [124, "82 7c"],
  [125, "82 7d"],
  [126, "82 7e 007e"],
  [127, "82 7e 007f"],
  [255, "82 7e 00ff"],
  [256, "82 7e 0100"],
  [65_534, "82 7e fffe"],
  [65_535, "82 7e ffff"],
  [65_536, "82 7f 0000000000010000"],
  [65_537, "82 7f 0000000000010001"],
  [2 ** 31 - 1, "82 7f 000000007fffffff"],
  [2 ** 31, "82 7f 0000000080000000"],
  [2 ** 32 - 1, "82 7f 00000000ffffffff"],
  [2 ** 32, "82 7f 0000000100000000"],
  [2 ** 53 - 1, "82 7f 001fffffffffffff"],
  [2 ** 53, "82 7f 0020000000000000"],
  [2 ** 62, "82 7f 4000000000000000"],
];

const binary = (payloadLength: number): FrameHeader => ({
  fin: true,
  rsv: 0,
  opcode: Opcode.BINARY,
  payloadLength,
  masked: false,
  maskingKey: 0,
});

describe("peerRules", () => {
  it.each([
    [true, 0],
    [true, RSV1],
    [false, 0],
    [false, RSV1],
  ])("are the same for all with masked %s and rsv %i", (masked, rsv) => {
    expect(peerRules(masked, rsv)).toEqual({ masked, rsv });
    expect(peerRules(masked, rsv)).toBe(peerRules(masked, rsv));
  });
});

describe("parseFrameHeader", () => {
  it.each(FORMS)(
    "reads the length %d in its shortest form [6455-5.2-04] [6455-5.2-07]",
    (payloadLength, bytes) => {
      expect(parse(hex(bytes))).toEqual(binary(payloadLength));
      expect(headerLength(payloadLength, false)).toBe(hex(bytes).length);
    },
  );

  it("rounds a length past 2^53, which no limit allows [6455-5.2-10]", () => {
    expect(parse(hex("82 7f 0020000000000001"))?.payloadLength).toBe(2 ** 53);
    expect(parse(hex("82 7f 7fffffffffffffff"))?.payloadLength).toBe(2 ** 63);
  });

  it.each(["8000000000000000", "8000000000000005", "ffffffffffffffff"])(
    "refuses the length %s: its top bit is set [6455-5.2-05]",
    (length) => {
      expect(() => parse(hex(`82 7f ${length}`))).toThrow(violation("LENGTH_SIGN_BIT"));
      expect(() => parse(hex(`82 ff ${length}`), FROM_CLIENT)).toThrow(
        violation("LENGTH_SIGN_BIT"),
      );
    },
  );

  it.each([
    "7e 0000",
    "7e 0005",
    "7e 007d",
    "7f 0000000000000000",
    "7f 000000000000007d",
    "7f 000000000000007e",
    "7f 000000000000ffff",
  ])("refuses the length %s: a shorter form would do [6455-5.2-06]", (length) => {
    expect(() => parse(hex(`82 ${length}`))).toThrow(violation("LENGTH_NOT_MINIMAL"));
  });

  it("reads the masking key behind each form of the length [6455-5.2-08]", () => {
    const key = { masked: true, maskingKey: 0x37_fa_21_3d };

    for (const [payloadLength, bytes] of FORMS) {
      const [first = 0, second = 0, ...rest] = hex(bytes);
      const wire = concat([Uint8Array.of(first, second | 0x80, ...rest), hex("37fa213d")]);
      expect(parse(wire, FROM_CLIENT)).toEqual({ ...binary(payloadLength), ...key });
      expect(headerLength(payloadLength, true)).toBe(wire.length);
    }
  });

  it("reads a masking key with its top bit set as a negative number", () => {
    expect(parse(hex("82 80 80000001"), FROM_CLIENT)?.maskingKey).toBe(-0x7f_ff_ff_ff);
    expect(parse(hex("82 80 ffffffff"), FROM_CLIENT)?.maskingKey).toBe(-1);
  });

  it("waits for each byte of a header, and reads none behind it", () => {
    for (const [payloadLength, bytes] of FORMS) {
      const whole = hex(bytes);
      for (let length = 0; length < whole.length; length++) {
        expect(parse(whole.subarray(0, length))).toBeUndefined();
      }
      expect(parse(concat([whole, hex("ff ff ff ff")]))).toEqual(binary(payloadLength));
    }
    const masked = hex("82 fe 0100 37fa213d");
    for (let length = 0; length < masked.length; length++) {
      expect(parse(masked.subarray(0, length), FROM_CLIENT)).toBeUndefined();
    }
  });

  it("reads at `start`, and not past `end`", () => {
    const bytes = hex("ff ff 82 03 61 62 63");

    expect(parseFrameHeader(bytes, 2, bytes.length, FROM_SERVER)).toEqual(binary(3));
    expect(parseFrameHeader(bytes, 2, 4, FROM_SERVER)).toEqual(binary(3));
    expect(parseFrameHeader(bytes, 2, 3, FROM_SERVER)).toBeUndefined();
    expect(parseFrameHeader(bytes, 2, 2, FROM_SERVER)).toBeUndefined();
    expect(parseFrameHeader(hex("82 7e 01 00"), 0, 3, FROM_SERVER)).toBeUndefined();
  });

  it("takes 125 bytes in a control frame, and refuses more from the first two bytes [6455-5.5-01]", () => {
    for (const first of ["88", "89", "8a"]) {
      expect(parse(hex(`${first} 7d`))?.payloadLength).toBe(MAX_CONTROL_PAYLOAD);
      expect(() => parse(hex(`${first} 7e`))).toThrow(violation("CONTROL_TOO_LONG"));
      expect(() => parse(hex(`${first} 7f`))).toThrow(violation("CONTROL_TOO_LONG"));
    }
  });

  it("says so of a payload that an application wants to send [6455-5.5-01]", () => {
    expect(() => checkControlPayload(new Uint8Array(125))).not.toThrow();
    expect(() => checkControlPayload(new Uint8Array(126))).toThrow(
      new RangeError("a control frame carries at most 125 bytes, not 126"),
    );
  });

  it("refuses a control frame without FIN [6455-5.4-01] [6455-5.5-02]", () => {
    for (const first of ["08", "09", "0a"]) {
      expect(() => parse(hex(`${first} 00`))).toThrow(violation("CONTROL_FRAGMENTED"));
    }
  });

  it.each([
    ["no extension", 0],
    ["permessage-deflate", RSV1],
    ["an extension with RSV2 and RSV3", 0x30],
  ])("judges all 256 first bytes with %s [6455-5.2-02] [6455-5.2-03] [7692-6-03]", (_name, rsv) => {
    for (let first = 0; first < 256; first++) {
      const bits = first & 0x70;
      const opcode = first & 0x0f;
      const startsMessage = opcode === 1 || opcode === 2;
      const isRsvLegal = bits === 0 || (startsMessage && (bits & rsv) === bits);
      const isKnown = [0, 1, 2, 8, 9, 10].includes(opcode);
      const isFragmentedControl = opcode >= 8 && first < 0x80;
      let wanted = "ok";
      if (isFragmentedControl) wanted = "CONTROL_FRAGMENTED";
      if (!isKnown) wanted = "OPCODE_UNKNOWN";
      if (!isRsvLegal) wanted = "RSV_UNEXPECTED";

      const unmasked = Uint8Array.of(first, 0);
      const masked = concat([Uint8Array.of(first, 0x80), hex("00000000")]);
      expect(judge(unmasked, { masked: false, rsv }), `byte ${first}`).toBe(wanted);
      expect(judge(masked, { masked: true, rsv }), `byte ${first}`).toBe(wanted);
    }
  });

  it("gives fin, rsv and opcode as they stand in the first byte", () => {
    const rules = { masked: false, rsv: 0x70 };

    expect(parse(hex("f1 00"), rules)).toMatchObject({ fin: true, rsv: 0x70, opcode: 1 });
    expect(parse(hex("42 00"), rules)).toMatchObject({ fin: false, rsv: 0x40, opcode: 2 });
    expect(parse(hex("00 00"), rules)).toMatchObject({ fin: false, rsv: 0, opcode: 0 });
    expect(parse(hex("8a 00"), rules)).toMatchObject({ fin: true, rsv: 0, opcode: 10 });
  });

  it("refuses an unmasked frame of a client, whatever it is [6455-5.1-02]", () => {
    for (const first of ["80", "81", "82", "88", "89", "8a"]) {
      expect(() => parse(hex(`${first} 00`), FROM_CLIENT)).toThrow(violation("MASK_MISSING"));
    }
  });

  it("refuses a masked frame of a server, whatever it is [6455-5.1-05]", () => {
    for (const first of ["80", "81", "82", "88", "89", "8a"]) {
      expect(() => parse(hex(`${first} 80`), FROM_SERVER)).toThrow(violation("MASK_UNEXPECTED"));
    }
  });

  it("judges from as few bytes as it can: two, or those of the length [6455-5.2-10]", () => {
    const early = (bytes: string, rules = FROM_SERVER) =>
      bytewise(hex(bytes)).map((_, i) => judge(hex(bytes).subarray(0, i + 1), rules));

    expect(early("83 7f")).toEqual(["short", "OPCODE_UNKNOWN"]);
    expect(early("89 fe", FROM_CLIENT)).toEqual(["short", "CONTROL_TOO_LONG"]);
    expect(early("82 fe 00 05", FROM_CLIENT).at(-1)).toBe("LENGTH_NOT_MINIMAL");
    expect(early("82 ff 8000000000000000", FROM_CLIENT).at(-1)).toBe("LENGTH_SIGN_BIT");
  });
});

describe("reservedBitNames", () => {
  it("names the bits where they stand in the first byte", () => {
    const named = [0, RSV1, 0x20, 0x10, 0x70].map(reservedBitNames);

    expect(named).toEqual([[], ["RSV1"], ["RSV2"], ["RSV3"], ["RSV1", "RSV2", "RSV3"]]);
  });
});

describe("writeFrameHeader", () => {
  it.each(FORMS)(
    "writes the length %d in its shortest form [6455-5.2-04] [6455-5.2-07]",
    (payloadLength, bytes) => {
      const wire = hex(bytes);
      const target = new Uint8Array(MAX_HEADER_LENGTH + 4).fill(0xee);
      const end = writeFrameHeader(target, 2, binary(payloadLength));

      expect(end).toBe(2 + wire.length);
      expect(target.subarray(2, end)).toEqual(wire);
      expect(target.subarray(end).every((byte) => byte === 0xee)).toBe(true);
    },
  );

  it("writes the key of a masked frame behind the length [6455-5.2-08]", () => {
    const target = new Uint8Array(MAX_HEADER_LENGTH);
    const header = { ...binary(2 ** 32 + 5), masked: true, maskingKey: -2 };

    expect(writeFrameHeader(target, 0, header)).toBe(14);
    expect(target).toEqual(hex("82 ff 0000000100000005 fffffffe"));
  });

  it("writes fin, rsv and opcode into the first byte", () => {
    const target = new Uint8Array(2);
    writeFrameHeader(target, 0, { ...binary(0), fin: false, rsv: RSV1, opcode: Opcode.TEXT });

    expect(target).toEqual(hex("41 00"));
  });
});
