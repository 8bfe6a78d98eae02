import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import {
  checkSubprotocols,
  judgePickedSubprotocol,
  parseSubprotocolOffers,
} from "../../../src/protocol/handshake/subprotocol.js";
import { faultOf, PROTOTYPE_NAMES, token, UNSENDABLE } from "./wire.js";

const fieldsOf = (...values: readonly string[]): Fields =>
  new Fields(values.map((value) => ["Sec-WebSocket-Protocol", value]));

afterEach(() => {
  vi.restoreAllMocks();
});

describe("what an application offers", () => {
  it.each([[[]], [["chat"]], [["chat", "Chat"]], [PROTOTYPE_NAMES]])(
    "may be %j",
    (subprotocols) => {
      expect(() => checkSubprotocols(subprotocols)).not.toThrow();
    },
  );

  // oxfmt-ignore
  it.each(["", " ", "a b", "a,b", "a;b", "a/b", '"a"', "\u00e9", " a", "a ", "a\r\nX: y", "a\u0085", ...UNSENDABLE])(
    "may not be %j [6455-4.1-19] [WHATWG-02]",
    (subprotocol) => {
      expect(() => checkSubprotocols([subprotocol])).toThrow(SyntaxError);
      expect(() => checkSubprotocols(["chat", subprotocol])).toThrow(/must be a token/);
    },
  );

  it("may not be the same twice [6455-4.1-19] [WHATWG-02]", () => {
    expect(() => checkSubprotocols(["a", "b", "a"])).toThrow(SyntaxError);
    expect(() => checkSubprotocols(["a", "b", "a"])).toThrow(/only once/);
  });
});

describe("what a client offers", () => {
  // oxfmt-ignore
  it.each([
    ["chat",            ["chat"]],
    ["b, a",            ["b", "a"]],
    ["b,a",             ["b", "a"]],
    [" b\t, \ta ",      ["b", "a"]],
    ["a, A",            ["a", "A"]],
  ])("%j is %j, in its order [6455-4.2.1-10]", (value, offers) => {
    expect(parseSubprotocolOffers(fieldsOf(value))).toEqual(offers);
  });

  it("is nothing without the header", () => {
    expect(parseSubprotocolOffers(new Fields())).toEqual([]);
  });

  it("may stand in several lines [6455-4.2.1-10]", () => {
    expect(parseSubprotocolOffers(fieldsOf("c, b", "a"))).toEqual(["c", "b", "a"]);
  });

  it.each([[[""]], [[" "]], [[","]], [[" ,\t, "]], [["", ""]], [["", " ,"]]])(
    "is nothing in %j (A19) [6455-4.2.1-10]",
    (values) => {
      expect(parseSubprotocolOffers(fieldsOf(...values))).toEqual([]);
    },
  );

  // oxfmt-ignore
  it.each([
    [["a,,b"]], [[",a,b"]], [["a,b,"]], [["a, ,b"]], [["a", "", "b"]], [["", "a,", ",b"]],
  ])("is a and b in %j: empty elements are passed over (A19) [6455-4.2.1-10]", (values) => {
    expect(parseSubprotocolOffers(fieldsOf(...values))).toEqual(["a", "b"]);
  });

  it.each(["a b", "a;b", '"a"', "\u00e9", "a,\u0085", ...UNSENDABLE])(
    "may not be %j [6455-4.2.1-10] [6455-4.2.1-01]",
    (value) => {
      expect(faultOf(() => parseSubprotocolOffers(fieldsOf(value)))).toBe("SUBPROTOCOLS_INVALID");
    },
  );

  it.each([[["a, a"]], [["a", "a"]], [["a, b", "c, b"]], [["a,", ",a"]]])(
    "may not be %j",
    (values) => {
      expect(faultOf(() => parseSubprotocolOffers(fieldsOf(...values)))).toBe(
        "SUBPROTOCOLS_INVALID",
      );
    },
  );

  it.each(PROTOTYPE_NAMES)("may be %s", (name) => {
    expect(parseSubprotocolOffers(fieldsOf(name))).toEqual([name]);
  });

  it("comes back as it was sent, in one line or several", () => {
    fc.assert(
      fc.property(fc.uniqueArray(token, { minLength: 1 }), (offers) => {
        expect(parseSubprotocolOffers(fieldsOf(offers.join(", ")))).toEqual(offers);
        expect(parseSubprotocolOffers(fieldsOf(...offers))).toEqual(offers);
        expect(() => checkSubprotocols(offers)).not.toThrow();
      }),
    );
  });

  it.each([
    `b${" ".repeat(32_768)}x`,
    `b${" ,".repeat(16_384)}x`,
    `${" ".repeat(32_768)}b`,
    `b${" ".repeat(32_768)}`,
  ])("is read with a fixed number of looks at each character, however long", (value) => {
    const fields = fieldsOf(value);
    const looks = vi.spyOn(String.prototype, "charCodeAt");
    faultOf(() => parseSubprotocolOffers(fields));
    const count = looks.mock.calls.length;
    looks.mockRestore();

    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(3 * value.length);
  });
});

describe("what a server picked", () => {
  it("is one of those offered [6455-4.1-28]", () => {
    expect(judgePickedSubprotocol(fieldsOf("b"), ["a", "b"])).toBe("b");
  });

  it("may be nothing, offered or not [WHATWG-05]", () => {
    expect(judgePickedSubprotocol(new Fields(), ["a"])).toBeUndefined();
    expect(judgePickedSubprotocol(new Fields(), [])).toBeUndefined();
  });

  it.each([[[""]], [[","]], [["", ""]]])("is nothing in %j [6455-4.1-28]", (values) => {
    expect(judgePickedSubprotocol(fieldsOf(...values), ["a"])).toBeUndefined();
    expect(judgePickedSubprotocol(fieldsOf(...values), [])).toBeUndefined();
  });

  it.each([[[",a"]], [["a, "]], [["", "a"]]])("is a in %j [6455-4.1-28]", (values) => {
    expect(judgePickedSubprotocol(fieldsOf(...values), ["a", "b"])).toBe("a");
  });

  // oxfmt-ignore
  it.each([
    ["another",                         ["c"],      ["a", "b"]],
    ["one without an offer",            ["a"],      []],
    ["one in other case",               ["A"],      ["a"]],
    ["a prototype's",                   ["constructor"], ["a"]],
  ])("may not be %s [6455-4.1-28] [WHATWG-05]", (_name, picked, offered) => {
    expect(faultOf(() => judgePickedSubprotocol(fieldsOf(...picked), offered))).toBe("SUBPROTOCOL_UNOFFERED");
  });

  it.each([[["a, b"]], [["a", "b"]], [["a", "a"]], [["a,,a"]]])(
    "may not be the several of %j [6455-11-05]",
    (picked) => {
      expect(faultOf(() => judgePickedSubprotocol(fieldsOf(...picked), ["a", "b"]))).toBe(
        "SUBPROTOCOL_UNOFFERED",
      );
    },
  );
});
