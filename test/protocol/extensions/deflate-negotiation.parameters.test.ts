import { describe, expect, it } from "vitest";
import {
  type ReadParameters,
  acceptDeflateOffer,
  checkDeflateConfig,
  deflateOffers,
  readParameters,
} from "../../../src/protocol/extensions/deflate-negotiation.js";
import {
  parseExtensions,
  type Extension,
} from "../../../src/protocol/handshake/extension-header.js";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import { PROTOTYPE_NAMES } from "../handshake/wire.js";
import { BAD_PARAMETERS, BAD_VALUES, GOOD_VALUES } from "./deflate-vectors.js";

const ROLES = ["server", "client"] as const;

const element = (parameters: string): Extension => {
  const value = parameters === "" ? "permessage-deflate" : `permessage-deflate; ${parameters}`;
  return (
    parseExtensions(new Fields([["Sec-WebSocket-Extensions", value]]))[0] ??
    expect.unreachable("no element")
  );
};

const NONE: ReadParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: undefined,
  clientMaxWindowBits: undefined,
};

describe("a configuration", () => {
  it.each([7, 16, 0, -9, 9.5, Number.NaN, Infinity])("has no window of %s", (bits) => {
    for (const config of [
      { serverMaxWindowBits: bits },
      { clientMaxWindowBits: bits },
      { minWindowBits: bits },
    ]) {
      expect(() => checkDeflateConfig(config, "server")).toThrow(RangeError);
      expect(() => checkDeflateConfig(config, "client")).toThrow(RangeError);
      expect(() => deflateOffers([config])).toThrow(RangeError);
      expect(() => acceptDeflateOffer([], config)).toThrow(RangeError);
    }
  });

  it("leaves windows out of the offer of a client only, and only where none is asked for", () => {
    for (const offerWindowBits of [true, false]) {
      expect(() => checkDeflateConfig({ offerWindowBits }, "client")).not.toThrow();
      expect(() => checkDeflateConfig({ offerWindowBits }, "server")).toThrow(TypeError);
    }
    const asking = { serverMaxWindowBits: 12 };
    expect(() => checkDeflateConfig({ offerWindowBits: true, ...asking }, "client")).not.toThrow();
    expect(() => checkDeflateConfig({ offerWindowBits: false, ...asking }, "client")).toThrow(
      /serverMaxWindowBits is asked for in an offer/,
    );
    const wrong: object = { offerWindowBits: 0 };
    expect(() => checkDeflateConfig(wrong, "client")).toThrow(/offerWindowBits is a boolean/);
  });

  it("has no own window that the compressor cannot keep to", () => {
    expect(() =>
      checkDeflateConfig({ serverMaxWindowBits: 8, minWindowBits: 9 }, "server"),
    ).toThrow(/serverMaxWindowBits is 8.*9/);
    expect(() =>
      checkDeflateConfig({ serverMaxWindowBits: 8, minWindowBits: 9 }, "client"),
    ).not.toThrow();
    expect(() =>
      checkDeflateConfig({ clientMaxWindowBits: 8, minWindowBits: 9 }, "client"),
    ).toThrow(/clientMaxWindowBits is 8.*9/);
    expect(() =>
      checkDeflateConfig({ clientMaxWindowBits: 8, minWindowBits: 9 }, "server"),
    ).not.toThrow();
    expect(() => checkDeflateConfig({ minWindowBits: 12 }, "server")).not.toThrow();
    expect(() => checkDeflateConfig({ minWindowBits: 13 }, "server")).toThrow(
      /serverMaxWindowBits is 12.*13/,
    );
  });

  it.each(["server", "client"] as const)(
    "may be empty, or the largest of all, for a %s",
    (role) => {
      expect(() => checkDeflateConfig({}, role)).not.toThrow();
      expect(() =>
        checkDeflateConfig(
          { serverMaxWindowBits: 15, clientMaxWindowBits: 15, minWindowBits: 15 },
          role,
        ),
      ).not.toThrow();
    },
  );
});

describe("the parameters of an element", () => {
  it.each(ROLES)("may be absent, from a %s", (role) => {
    expect(readParameters(element(""), role)).toEqual(NONE);
  });

  it.each(ROLES)("stand alone when they are about context takeover, from a %s", (role) => {
    expect(readParameters(element("server_no_context_takeover"), role)).toEqual({
      ...NONE,
      serverNoContextTakeover: true,
    });
    expect(readParameters(element("client_no_context_takeover"), role)).toEqual({
      ...NONE,
      clientNoContextTakeover: true,
    });
  });

  it.each(GOOD_VALUES)("have a window of %s [7692-7-17] [7692-7-23]", (value, bits) => {
    for (const role of ROLES) {
      expect(readParameters(element(`server_max_window_bits=${value}`), role)).toEqual({
        ...NONE,
        serverMaxWindowBits: bits,
      });
      expect(readParameters(element(`client_max_window_bits=${value}`), role)).toEqual({
        ...NONE,
        clientMaxWindowBits: bits,
      });
    }
  });

  it("have a client window without a value in an offer alone [7692-7-21] [7692-7-23]", () => {
    expect(readParameters(element("client_max_window_bits"), "client")).toEqual({
      ...NONE,
      clientMaxWindowBits: 15,
    });
    expect(readParameters(element("client_max_window_bits"), "server")).toBeUndefined();
    expect(readParameters(element("server_max_window_bits"), "client")).toBeUndefined();
    expect(readParameters(element("server_max_window_bits"), "server")).toBeUndefined();
  });

  it.each(BAD_PARAMETERS)(
    "are not %s [7692-7-01] [7692-7-02] [7692-7-03] [7692-7-05] [7692-7-07] [6455-9-02]",
    (parameters) => {
      for (const role of ROLES) expect(readParameters(element(parameters), role)).toBeUndefined();
    },
  );

  it.each(BAD_VALUES)("have no window of %s [7692-7-02] [7692-7-06]", (value) => {
    for (const role of ROLES) {
      expect(readParameters(element(`server_max_window_bits=${value}`), role)).toBeUndefined();
      expect(readParameters(element(`client_max_window_bits=${value}`), role)).toBeUndefined();
    }
  });

  it.each(["", " 9", "9 ", "\u0669"])("have no window of %j that got past the grammar", (value) => {
    for (const name of ["server_max_window_bits", "client_max_window_bits"]) {
      const passed: Extension = { name: "permessage-deflate", parameters: [[name, value]] };
      for (const role of ROLES) expect(readParameters(passed, role)).toBeUndefined();
    }
  });

  it.each(PROTOTYPE_NAMES)("have no name and no value %s", (name) => {
    for (const role of ROLES) {
      expect(readParameters(element(name), role)).toBeUndefined();
      expect(readParameters(element(`server_max_window_bits=${name}`), role)).toBeUndefined();
    }
  });
});
