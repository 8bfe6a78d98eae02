import { describe, expect, it } from "vitest";
import { isValidOnWire } from "../../src/protocol/close-code.js";
import {
  CodecError,
  ProtocolError,
  type ViolationCode,
  VIOLATIONS,
  WebSocketError,
} from "../../src/protocol/errors.js";
import { PerMessageDeflate } from "../../src/protocol/extensions/permessage-deflate.js";
import { ReadyState } from "../../src/protocol/ready-state.js";
import type { Role } from "../../src/protocol/role.js";
import { zlibCodec } from "../support/codec.js";
import { connection, eventsOf, framesSentBy, opposite, pull, ROLES } from "../support/protocol.js";
import { CLOSE, closePayload, hex, utf8 } from "../support/wire-frame.js";
import { LIMITS, ONLY_BY_CALLER, VIOLATION_VECTORS } from "./vectors/violations.js";

const CODES = Object.keys(VIOLATIONS).filter((code): code is ViolationCode => code in VIOLATIONS);

const deflate = (role: Role) => {
  const takeover = { serverNoContextTakeover: false, clientNoContextTakeover: false };
  const parameters = { ...takeover, serverMaxWindowBits: 15, clientMaxWindowBits: 15 };
  return new PerMessageDeflate({ role, parameters, codec: zlibCodec });
};

const CASES = VIOLATION_VECTORS.flatMap(
  ({ violates, name, fromServer, fromClient, deflate: only }) =>
    [false, true]
      .filter((withDeflate) => withDeflate === (only ?? withDeflate))
      .flatMap((withDeflate) =>
        (["server", "client"] as const).flatMap((from) => {
          const wire = from === "server" ? fromServer : fromClient;
          const terms = withDeflate ? `${from}, with deflate` : from;
          return wire === undefined ? [] : [{ violates, name, terms, from, wire, withDeflate }];
        }),
      ),
);

/** The rules about masking that only one end can break. */
const ONLY_FROM = new Map<ViolationCode, Role>([
  ["MASK_MISSING", "client"],
  ["MASK_UNEXPECTED", "server"],
]);

describe("a violation of the peer", () => {
  it.each(CASES)(
    "$violates: $name, from a $terms, fails the connection at once [6455-10-10] [6455-7.1-10]",
    ({ violates, from, wire, withDeflate }) => {
      const role = opposite(from);
      const extension = withDeflate ? deflate(role) : undefined;
      const end = connection(role, { limits: LIMITS, extension });
      const events = eventsOf(end, hex(wire));

      expect(events.at(-1)).toEqual({
        type: "failed",
        error: expect.objectContaining({ name: "ProtocolError", code: violates }),
      });
      expect(events.slice(0, -1).every((event) => event.type === "message")).toBe(true);
      const { closeCode } = VIOLATIONS[violates];
      expect(framesSentBy(end)).toMatchObject([
        { opcode: CLOSE, payload: closePayload(closeCode) },
      ]);
      expect(end.readyState).toBe(ReadyState.CLOSING);
    },
  );

  it.each(CASES)(
    "$violates: $name, from a $terms, is the same byte by byte [6455-5.4-09]",
    ({ violates, from, wire, withDeflate }) => {
      const role = opposite(from);
      const extension = withDeflate ? deflate(role) : undefined;
      const end = connection(role, { limits: LIMITS, extension });
      const events = eventsOf(end, ...Array.from(hex(wire), (byte) => Uint8Array.of(byte)));

      expect(events.at(-1)).toMatchObject({ type: "failed", error: { code: violates } });
    },
  );

  it.each(ONLY_BY_CALLER)("%s fails the connection when the caller says so", (violates) => {
    for (const role of ROLES) {
      const end = connection(role);
      end.fail(violates);

      expect(pull(end)).toMatchObject([{ type: "failed", error: { code: violates } }]);
      expect(framesSentBy(end)).toMatchObject([
        { opcode: CLOSE, payload: closePayload(VIOLATIONS[violates].closeCode) },
      ]);
    }
  });

  it.each(CODES)("%s has vectors from every end that can break it", (code) => {
    const known = new Set(
      CASES.filter(({ violates }) => violates === code).map(({ from }) => from),
    );
    const one = ONLY_FROM.get(code);

    if (ONLY_BY_CALLER.includes(code)) expect(known.size).toBe(0);
    else expect([...known]).toEqual(one === undefined ? ["server", "client"] : [one]);
  });
});

describe("ProtocolError", () => {
  it.each(CODES)("%s says which rule, where it stands, and what the peer is told", (code) => {
    const { rule, section, closeCode } = VIOLATIONS[code];
    const error = new ProtocolError(code);

    expect(error).toBeInstanceOf(WebSocketError);
    expect(error).toMatchObject({ name: "ProtocolError", code, section, closeCode });
    expect(error.message).toBe(`${rule} (${section})`);
    expect(section).toMatch(/^RFC (6455|7692) §\d+(\.\d+)*$/);
  });

  it.each(CODES)("%s fits in a Close frame", (code) => {
    const error = new ProtocolError(code);

    expect(isValidOnWire(error.closeCode)).toBe(true);
    expect(utf8(error.message).length).toBeLessThanOrEqual(123);
  });

  it("gives bad text 1007 and what is too large 1009 [6455-7.4-06] [6455-7.4-07]", () => {
    expect(VIOLATIONS.UTF8_INVALID.closeCode).toBe(1007);
    expect(VIOLATIONS.DEFLATE_INVALID.closeCode).toBe(1007);
    expect(VIOLATIONS.MESSAGE_TOO_BIG.closeCode).toBe(1009);
    expect(VIOLATIONS.FRAGMENTS_TOO_MANY.closeCode).toBe(1008);
    expect(VIOLATIONS.MESSAGE_TOO_SLOW.closeCode).toBe(1008);
  });

  it("gives every broken rule of framing 1002 [6455-5.1-03]", () => {
    const framing = CODES.filter((code) => VIOLATIONS[code].closeCode === 1002);

    expect(framing).toHaveLength(12);
  });

  it("keeps a cause", () => {
    const cause = new Error("inflate");

    expect(new ProtocolError("DEFLATE_INVALID", { cause }).cause).toBe(cause);
  });
});

describe("CodecError", () => {
  it("is our own fault: 1011, with what went wrong as its cause", () => {
    const cause = new Error("no memory");
    const error = new CodecError(cause);

    expect(error).toBeInstanceOf(WebSocketError);
    expect(error).toMatchObject({
      name: "CodecError",
      code: "CODEC_FAILED",
      closeCode: 1011,
      cause,
    });
  });
});
