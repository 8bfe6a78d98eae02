import { describe, expect, it } from "vitest";
import {
  MAX_REASON_BYTES,
  parseClosePayload,
  serializeClosePayload,
} from "../../src/protocol/close-frame.js";
import { portablePlatform } from "../../src/protocol/platform.js";
import { violation } from "../support/protocol.js";
import { closePayload, hex, utf8 } from "../support/wire-frame.js";
import { UTF8_INVALID, UTF8_VALID } from "./vectors/utf8.js";

const platform = portablePlatform(() => 0);
const parse = (payload: Uint8Array) => parseClosePayload(payload, platform);
const serialize = (code: number, reason = "") => serializeClosePayload({ code, reason }, platform);

const CODES = [...Array.from({ length: 5002 }, (_, code) => code), 65_535];
const isValid = (code: number) =>
  (code >= 1000 && code <= 1003) ||
  (code >= 1007 && code <= 1014) ||
  (code >= 3000 && code <= 4999);

describe("parseClosePayload", () => {
  it("reads nothing as 1005, a code, or a code and a reason [6455-5.5-04] [6455-7.1-06] [6455-7.1-07]", () => {
    expect(parse(hex(""))).toEqual({ code: 1005, reason: "" });
    expect(parse(hex("03e8"))).toEqual({ code: 1000, reason: "" });
    expect(parse(hex("0fa1 62 79 65"))).toEqual({ code: 4001, reason: "bye" });
  });

  it("refuses a single byte, whichever it is [6455-5.5-03]", () => {
    for (let byte = 0; byte < 256; byte++) {
      expect(() => parse(Uint8Array.of(byte))).toThrow(violation("CLOSE_TOO_SHORT"));
    }
  });

  it("takes exactly the codes that may be sent, of 0 to 5001 and 65 535 [6455-7.4-02] [6455-7.4-03] [6455-7.4-04] [6455-7.4-05] [6455-7.4-10] [6455-7.4-11] [6455-7.4-12] [6455-7.4-13] [6455-7.4-14]", () => {
    for (const code of CODES) {
      const payload = closePayload(code, "x");
      if (isValid(code)) expect(parse(payload)).toEqual({ code, reason: "x" });
      else expect(() => parse(payload), String(code)).toThrow(violation("CLOSE_CODE_INVALID"));
    }
  });

  it("takes a reason of 123 bytes", () => {
    expect(parse(closePayload(1000, "r".repeat(123))).reason).toBe("r".repeat(123));
  });

  it.each(UTF8_VALID)("takes as a reason: %s", (_name, bytes, text) => {
    expect(parse(closePayload(1000, hex(bytes).subarray(0, 123))).reason).toBe(text);
  });

  it.each(UTF8_INVALID)("refuses as a reason: %s [6455-5.5-05] [6455-8-01]", (_name, bytes) => {
    expect(() => parse(closePayload(1000, hex(bytes)))).toThrow(violation("UTF8_INVALID"));
  });

  it("keeps a byte order mark, which is a character like others", () => {
    expect(parse(closePayload(1000, hex("ef bb bf 61"))).reason).toBe("\uFEFFa");
  });
});

describe("serializeClosePayload", () => {
  it("writes exactly the codes that may be sent, of 0 to 5001 and 65 535 [6455-7.4-02] [6455-7.4-03] [6455-7.4-04] [6455-7.4-05] [6455-7.4-11] [6455-7.4-12] [6455-7.4-14]", () => {
    for (const code of CODES) {
      if (code === 1005) continue;
      if (isValid(code)) expect(serialize(code, "x")).toEqual(closePayload(code, "x"));
      else expect(() => serialize(code), String(code)).toThrow(RangeError);
    }
  });

  it("writes 1005 as no code at all [6455-7.4-02]", () => {
    expect(serialize(1005)).toEqual(hex(""));
  });

  it("refuses a reason without a code", () => {
    expect(() => serialize(1005, "why")).toThrow("a close reason needs a close code before it");
  });

  it("says which code it refuses, and which are of use", () => {
    expect(() => serialize(1006)).toThrow(
      new RangeError("close code 1006 may not be sent: use 1000, or 3000 to 4999"),
    );
    expect(() => serialize(1000.5)).toThrow(RangeError);
  });

  it("counts the reason in bytes: 123 fit, 124 do not [6455-5.5-01]", () => {
    const longest = `${"é".repeat(61)}e`;

    expect(MAX_REASON_BYTES).toBe(123);
    expect(serialize(1000, longest)).toEqual(closePayload(1000, longest));
    expect(serialize(1000, longest)).toHaveLength(125);
    expect(() => serialize(1000, "é".repeat(62))).toThrow(
      new RangeError("a close reason takes at most 123 bytes as UTF-8, this one takes 124"),
    );
  });

  it("writes a lone surrogate as U+FFFD", () => {
    expect(serialize(1000, "a\ud800b").subarray(2)).toEqual(utf8("a\ufffdb"));
  });
});
