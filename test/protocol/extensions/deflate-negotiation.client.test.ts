import { describe, expect, it } from "vitest";
import {
  deflateOffers,
  judgeDeflateResponse,
  type DeflateParameters,
  type PerMessageDeflateConfig,
} from "../../../src/protocol/extensions/deflate-negotiation.js";
import {
  parseExtensions,
  serializeExtensions,
  type Extension,
} from "../../../src/protocol/handshake/extension-header.js";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import { faultOf, PROTOTYPE_NAMES } from "../handshake/wire.js";
import { BAD_PARAMETERS, BAD_VALUES, CLIENT_TABLE, GOOD_VALUES } from "./deflate-vectors.js";

const parse = (value: string): readonly Extension[] =>
  value === "" ? [] : parseExtensions(new Fields([["Sec-WebSocket-Extensions", value]]));

/** The fault of a response; `undefined` when it is good. */
const faultIn = (
  header: string,
  ...configs: readonly PerMessageDeflateConfig[]
): string | undefined => faultOf(() => judgeDeflateResponse(parse(header), configs));

const agreedBy = (
  header: string,
  ...configs: readonly PerMessageDeflateConfig[]
): DeflateParameters | undefined => judgeDeflateResponse(parse(header), configs);

/** Parameters as `[server takeover, client takeover, server bits, client bits]`. */
const short = (parameters: DeflateParameters | undefined): unknown =>
  parameters && [
    !parameters.serverNoContextTakeover,
    !parameters.clientNoContextTakeover,
    parameters.serverMaxWindowBits,
    parameters.clientMaxWindowBits,
  ];

describe("a client's offers", () => {
  // oxfmt-ignore
  it.each<[readonly PerMessageDeflateConfig[], string]>([
    [[],                                                "" ],
    [[{}],                                              "permessage-deflate; client_max_window_bits"],
    [[{ clientMaxWindowBits: 10 }],                     "permessage-deflate; client_max_window_bits=10"],
    [[{ serverMaxWindowBits: 9 }],                      "permessage-deflate; server_max_window_bits=9; client_max_window_bits"],
    [[{ serverNoContextTakeover: true }],               "permessage-deflate; server_no_context_takeover; client_max_window_bits"],
    [[{ clientNoContextTakeover: true }],               "permessage-deflate; client_no_context_takeover; client_max_window_bits"],
    [[{ serverNoContextTakeover: false, clientNoContextTakeover: false }], "permessage-deflate; client_max_window_bits"],
    [[{ serverMaxWindowBits: 8 }, {}],                  "permessage-deflate; server_max_window_bits=8; client_max_window_bits, permessage-deflate; client_max_window_bits"],
    [[{ offerWindowBits: true }],                       "permessage-deflate; client_max_window_bits"],
    [[{ offerWindowBits: false }],                      "permessage-deflate"],
    [[{ offerWindowBits: false, clientMaxWindowBits: 9, serverNoContextTakeover: true }], "permessage-deflate; server_no_context_takeover"],
  ])("of %j are %s [7692-5-01] [7692-7-09] [7692-7-14] [7692-7-17] [7692-7-21]", (configs, header) => {
    expect(serializeExtensions(deflateOffers(configs))).toBe(header);
  });
});

describe("a client", () => {
  it.each(CLIENT_TABLE)(
    "that offered $config takes $response for $agreed $rows",
    ({ config, response, agreed }) => {
      expect(short(agreedBy(response, config))).toEqual(agreed);
    },
  );

  it("goes without when the server says nothing", () => {
    expect(agreedBy("", {})).toBeUndefined();
    expect(agreedBy("")).toBeUndefined();
  });

  it.each([
    "x-other",
    "permessage-deflate, x-other",
    "x-other, permessage-deflate",
    ...PROTOTYPE_NAMES,
  ])("fails on %s, which it did not offer [6455-4.1-27] [6455-9-05]", (header) => {
    expect(faultIn(header, {})).toBe("EXTENSION_UNOFFERED");
  });

  it("fails on permessage-deflate when it did not offer it [6455-4.1-27]", () => {
    expect(faultIn("permessage-deflate")).toBe("EXTENSION_UNOFFERED");
  });

  it("fails on the extension twice, whatever it offered [6455-9-07] [7692-5-06] [7692-5-05]", () => {
    expect(faultIn("permessage-deflate, permessage-deflate", {}, {})).toBe(
      "DEFLATE_RESPONSE_INVALID",
    );
  });

  it.each(BAD_PARAMETERS)(
    "fails on %s [7692-7-05] [7692-7-06] [7692-7-07] [7692-5-05] [6455-9-02]",
    (parameters) => {
      expect(faultIn(`permessage-deflate; ${parameters}`, {})).toBe("DEFLATE_RESPONSE_INVALID");
    },
  );

  it.each(BAD_VALUES)("fails on a window of %s [7692-7-06]", (value) => {
    expect(faultIn(`permessage-deflate; server_max_window_bits=${value}`, {})).toBe(
      "DEFLATE_RESPONSE_INVALID",
    );
    expect(faultIn(`permessage-deflate; client_max_window_bits=${value}`, {})).toBe(
      "DEFLATE_RESPONSE_INVALID",
    );
  });

  it.each(["server_max_window_bits", "client_max_window_bits"])(
    "fails on %s without a value [7692-7-06] [7692-7-23]",
    (name) => {
      expect(faultIn(`permessage-deflate; ${name}`, {})).toBe("DEFLATE_RESPONSE_INVALID");
    },
  );

  it.each(GOOD_VALUES)(
    "honours a server window of %s that it did not ask for [7692-7-20]",
    (value, bits) => {
      expect(
        agreedBy(`permessage-deflate; server_max_window_bits=${value}`, {})?.serverMaxWindowBits,
      ).toBe(bits);
    },
  );

  it.each(GOOD_VALUES)(
    "keeps to a client window of %s, or to its own where that is smaller",
    (value, bits) => {
      for (const own of [8, 12, 15]) {
        const header = `permessage-deflate; client_max_window_bits=${value}`;
        if (bits > own)
          expect(faultIn(header, { clientMaxWindowBits: own })).toBe("DEFLATE_RESPONSE_INVALID");
        else expect(agreedBy(header, { clientMaxWindowBits: own })?.clientMaxWindowBits).toBe(bits);
      }
      expect(
        agreedBy(`permessage-deflate; client_max_window_bits=${value}`, {})?.clientMaxWindowBits,
      ).toBe(Math.min(bits, 12));
    },
  );

  // oxfmt-ignore
  it.each<[string, PerMessageDeflateConfig, string]>([
    ["permessage-deflate",                                   { serverNoContextTakeover: true }, "[7692-7-13]"],
    ["permessage-deflate; client_no_context_takeover",       { serverNoContextTakeover: true }, "[7692-7-13]"],
    ["permessage-deflate; server_max_window_bits=11",        { serverMaxWindowBits: 10 },       "[7692-7-08]"],
    ["permessage-deflate; server_max_window_bits=15",        { serverMaxWindowBits: 14 },       "[7692-7-08]"],
    ["permessage-deflate",                                   { serverMaxWindowBits: 10 },       "[7692-7-08]"],
    ["permessage-deflate",                                   { serverMaxWindowBits: 15 },       "[7692-7-08]"],
    ["permessage-deflate; client_max_window_bits=11",        { clientMaxWindowBits: 10 },       "[7692-7-08]"],
    ["permessage-deflate; client_max_window_bits=8",         { minWindowBits: 9 },              "[7692-7-08]"],
    ["permessage-deflate; client_max_window_bits=15",        { offerWindowBits: false },        "[7692-7-22]"],
  ])("fails on %s when it offered %j %s [7692-5-05]", (header, config) => {
    expect(faultIn(header, config)).toBe("DEFLATE_RESPONSE_INVALID");
  });

  it("keeps to its own window when its offer said nothing of windows [7692-7-25]", () => {
    const bare = { offerWindowBits: false, clientMaxWindowBits: 10 };
    expect(short(agreedBy("permessage-deflate", bare))).toEqual([true, true, 15, 10]);
    expect(short(agreedBy("permessage-deflate; server_max_window_bits=9", bare))).toEqual([
      true,
      true,
      9,
      10,
    ]);
  });

  it("takes a response that fits any of its offers, the first one first [7692-5-05]", () => {
    const configs = [
      { serverMaxWindowBits: 10, clientMaxWindowBits: 9 },
      { clientMaxWindowBits: 11 },
    ];

    expect(short(agreedBy("permessage-deflate", ...configs))).toEqual([true, true, 15, 11]);
    expect(short(agreedBy("permessage-deflate; server_max_window_bits=10", ...configs))).toEqual([
      true,
      true,
      10,
      9,
    ]);
    expect(faultIn("permessage-deflate; client_max_window_bits=12", ...configs)).toBe(
      "DEFLATE_RESPONSE_INVALID",
    );
  });
});
