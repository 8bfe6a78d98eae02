import { describe, expect, it } from "vitest";
import { isValidOnWire } from "../../src/protocol/close-code.js";
import {
  CodecError,
  decompressedTooBig,
  notUtf8,
  ProtocolError,
  type ViolationCode,
  VIOLATIONS,
  WebSocketError,
} from "../../src/protocol/errors.js";
import { PerMessageDeflate } from "../../src/protocol/extensions/permessage-deflate.js";
import { ReadyState } from "../../src/protocol/connection-reports.js";
import type { Role } from "../../src/protocol/connection-options.js";
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
  ({ violates, name, reason, fromServer, fromClient, deflate: only }) =>
    [false, true]
      .filter((withDeflate) => withDeflate === (only ?? withDeflate))
      .flatMap((withDeflate) =>
        (["server", "client"] as const).flatMap((from) => {
          const wire = from === "server" ? fromServer : fromClient;
          const terms = withDeflate ? `${from}, with deflate` : from;
          const row = { violates, name, reason, terms, from, withDeflate };
          return wire === undefined ? [] : [{ ...row, wire }];
        }),
      ),
);

/** As long as what is found can be: a length is rounded above 2^53, the longest option is 13 hours. */
const FINDING = { value: 2 ** 63, limit: 2 ** 53, what: "compressed bytes or more" };

/** The rules about masking that only one end can break. */
const ONLY_FROM = new Map<ViolationCode, Role>([
  ["MASK_MISSING", "client"],
  ["MASK_UNEXPECTED", "server"],
]);

describe("a violation of the peer", () => {
  it.each(CASES)(
    "$violates: $name, from a $terms, fails the connection at once, with the rule as the reason [6455-10-10] [6455-7.1-10]",
    ({ violates, reason, from, wire, withDeflate }) => {
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
        { opcode: CLOSE, payload: closePayload(closeCode, reason) },
      ]);
      expect(end.sentClose).toEqual({ code: closeCode, reason });
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
      end.fail(violates, { value: 60_001, limit: 60_000 });

      const reason = "message unfinished after 60001 ms is over messageTimeoutMs 60000";
      expect(pull(end)).toMatchObject([{ type: "failed", error: { code: violates, reason } }]);
      expect(framesSentBy(end)).toMatchObject([
        { opcode: CLOSE, payload: closePayload(VIOLATIONS[violates].closeCode, reason) },
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
    const error = new ProtocolError(code, FINDING);

    expect(error).toBeInstanceOf(WebSocketError);
    expect(error).toMatchObject({ name: "ProtocolError", code, section, closeCode });
    expect(error.message).toBe(`${error.reason}: ${rule} (${section})`);
    expect(error.message).not.toContain("{");
    expect(section).toMatch(/^RFC (6455|7692) §\d+(\.\d+)*$/);
  });

  it.each(CODES)("%s fits in a Close frame", (code) => {
    const error = new ProtocolError(code, FINDING);

    expect(isValidOnWire(error.closeCode)).toBe(true);
    expect(utf8(error.reason).length).toBeLessThanOrEqual(123);
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

  it("names the option, the limit and the number that broke it, where the rule is a limit", () => {
    const limits = CODES.filter((code) => "option" in VIOLATIONS[code]);

    expect(limits).toEqual(["MESSAGE_TOO_BIG", "FRAGMENTS_TOO_MANY", "MESSAGE_TOO_SLOW"]);
    for (const code of limits) {
      const error = new ProtocolError(code, { value: 4321, limit: 1234 });
      expect(error).toMatchObject({ value: 4321, limit: 1234 });
      expect(error.reason).toContain("4321");
      expect(error.reason).toContain(`is over ${error.option} 1234`);
    }
    expect(new ProtocolError("MASK_MISSING")).toMatchObject({
      option: undefined,
      limit: undefined,
    });
  });

  it.each([
    ["the reserved bits where they stand in byte 0", "a2 00", 0x20],
    ["the opcode", "85 00", 5],
    ["the length", "82 7e 007d", 125],
    ["the close code", "88 02 03ed", 1005],
    ["the size of the message", "82 7e 03e9", 1001],
    ["no number where there is none", "81 01 e9", undefined],
  ])("carries as its value %s", (_what, wire, value) => {
    const [event] = eventsOf(connection("client", { limits: LIMITS }), hex(wire));

    expect(event).toMatchObject({ type: "failed", error: { value } });
  });

  it("is made with the same words wherever text is not UTF-8, or too much is decompressed", () => {
    expect(notUtf8().reason).toBe("text that is not UTF-8");
    expect(decompressedTooBig(7, 4)).toMatchObject({
      reason: "message of 7 bytes, once decompressed, is over maxMessageBytes 4",
      value: 7,
      limit: 4,
    });
  });

  it("leaves a name in the place of what was not found", () => {
    expect(new ProtocolError("OPCODE_UNKNOWN").reason).toBe("unknown opcode {value}");
  });

  it("keeps a cause", () => {
    const cause = new Error("inflate");

    expect(new ProtocolError("DEFLATE_INVALID", {}, { cause }).cause).toBe(cause);
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
      reason: error.message,
      cause,
    });
  });
});
