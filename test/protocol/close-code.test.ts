import { describe, expect, it } from "vitest";
import { CloseCode, isValidOnWire } from "../../src/protocol/close-code.js";

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

// RFC 6455 §7.4.1 and the IANA registry, then the two open ranges of §7.4.2.
const VALID = new Set([
  ...range(1000, 1003),
  ...range(1007, 1014),
  ...range(3000, 3999),
  ...range(4000, 4999),
]);

describe("isValidOnWire", () => {
  it("judges each code from 0 to 5001, and 65 535 [6455-7.4-01] [6455-7.4-10] [6455-7.4-11] [6455-7.4-12] [6455-7.4-13] [6455-7.4-14]", () => {
    for (const code of [...range(0, 5001), 65_535]) {
      expect(isValidOnWire(code), String(code)).toBe(VALID.has(code));
    }
  });

  it("has none of the codes that only report locally, nor 1004 [6455-7.4-02] [6455-7.4-03] [6455-7.4-04] [6455-7.4-05]", () => {
    const { NO_STATUS_RCVD, ABNORMAL_CLOSURE, TLS_HANDSHAKE } = CloseCode;
    const local = [NO_STATUS_RCVD, ABNORMAL_CLOSURE, TLS_HANDSHAKE];

    expect(local).toEqual([1005, 1006, 1015]);
    for (const code of [1004, ...local]) expect(isValidOnWire(code)).toBe(false);
  });

  it("has nothing that is not a whole number", () => {
    for (const code of [1000.5, 3000.5, NaN, Infinity, -Infinity, -1000]) {
      expect(isValidOnWire(code), String(code)).toBe(false);
    }
  });

  it("has every other code that has a name", () => {
    const named = Object.values(CloseCode).filter((code) => isValidOnWire(code));

    expect(named).toEqual([...range(1000, 1003), ...range(1007, 1014)]);
  });
});
