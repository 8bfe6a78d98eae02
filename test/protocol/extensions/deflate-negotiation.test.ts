import { describe, expect, it } from "vitest";
import {
  acceptDeflateOffer,
  type DeflateParameters,
  type PerMessageDeflateConfig,
} from "../../../src/protocol/extensions/deflate-negotiation.js";
import {
  parseExtensions,
  serializeExtensions,
  type Extension,
} from "../../../src/protocol/handshake/extension-header.js";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import { PROTOTYPE_NAMES } from "../handshake/wire.js";
import { BAD_PARAMETERS, BAD_VALUES, GOOD_VALUES, SERVER_TABLE } from "./deflate-vectors.js";

const parse = (value: string): readonly Extension[] =>
  value === "" ? [] : parseExtensions(new Fields([["Sec-WebSocket-Extensions", value]]));

/** The server's response to a header, `""` when it declines, and what it goes by. */
function answer(
  header: string,
  config: PerMessageDeflateConfig = {},
): [string, DeflateParameters | undefined] {
  const accepted = acceptDeflateOffer(parse(header), config);
  return [
    serializeExtensions(accepted === undefined ? [] : [accepted.response]),
    accepted?.parameters,
  ];
}

const declines = (header: string, config?: PerMessageDeflateConfig): boolean =>
  answer(header, config)[0] === "";

/** Parameters as `[server takeover, client takeover, server bits, client bits]`. */
const short = (parameters: DeflateParameters | undefined): unknown =>
  parameters && [
    !parameters.serverNoContextTakeover,
    !parameters.clientNoContextTakeover,
    parameters.serverMaxWindowBits,
    parameters.clientMaxWindowBits,
  ];

describe("a server", () => {
  it.each(SERVER_TABLE)(
    "$offer with $config answers $response $rows",
    ({ offer, config, response, agreed }) => {
      const [written, parameters] = answer(offer, config);

      expect(written).toBe(response);
      expect(short(parameters)).toEqual(agreed);
    },
  );

  it("declines by saying nothing, and the handshake goes on [7692-5-04]", () => {
    for (const header of ["", "x-other", "permessage-deflate; foo", "x-webkit-deflate-frame, y"]) {
      expect(acceptDeflateOffer(parse(header), {})).toBeUndefined();
    }
  });

  it.each(BAD_PARAMETERS)(
    "declines %s [7692-7-01] [7692-7-02] [7692-7-03] [6455-9-02]",
    (parameters) => {
      expect(declines(`permessage-deflate; ${parameters}`)).toBe(true);
    },
  );

  it.each(BAD_VALUES)("declines a window of %s [7692-7-02]", (value) => {
    expect(declines(`permessage-deflate; server_max_window_bits=${value}`)).toBe(true);
    expect(declines(`permessage-deflate; client_max_window_bits=${value}`)).toBe(true);
  });

  it.each(["", "7", "16", "08", "+9", " 9", "9 ", "1e1"])(
    "declines a window of %j that got past the grammar [7692-7-02]",
    (value) => {
      for (const name of ["server_max_window_bits", "client_max_window_bits"]) {
        expect(
          acceptDeflateOffer([{ name: "permessage-deflate", parameters: [[name, value]] }], {}),
        ).toBeUndefined();
      }
    },
  );

  it("declines server_max_window_bits without a value [7692-7-02]", () => {
    expect(declines("permessage-deflate; server_max_window_bits")).toBe(true);
  });

  it.each(GOOD_VALUES)(
    "accepts a server window of %s with %i or less [7692-7-18]",
    (value, bits) => {
      for (const serverMaxWindowBits of [8, 9, 12, 15]) {
        const [written, parameters] = answer(
          `permessage-deflate; server_max_window_bits=${value}`,
          { serverMaxWindowBits },
        );
        const chosen = Math.min(bits, serverMaxWindowBits);

        expect(written).toBe(`permessage-deflate; server_max_window_bits=${chosen}`);
        expect(parameters?.serverMaxWindowBits).toBe(chosen);
      }
    },
  );

  it.each(GOOD_VALUES)(
    "never lets the client window be over its offer of %s [7692-7-23]",
    (value, bits) => {
      for (const clientMaxWindowBits of [8, 9, 12, 15]) {
        const [written, parameters] = answer(
          `permessage-deflate; client_max_window_bits=${value}`,
          { clientMaxWindowBits },
        );
        const chosen = Math.min(bits, clientMaxWindowBits);
        const parameter = chosen === 15 ? "" : `; client_max_window_bits=${chosen}`;

        expect(written).toBe(`permessage-deflate${parameter}`);
        expect(parameters?.clientMaxWindowBits).toBe(chosen);
      }
    },
  );

  it("declines a window its compressor cannot keep to, and no other [7692-7-04] [7692-7-26]", () => {
    const zlib = { minWindowBits: 9 };

    expect(declines("permessage-deflate; server_max_window_bits=8", zlib)).toBe(true);
    expect(declines("permessage-deflate; server_max_window_bits=8")).toBe(false);
    expect(declines("permessage-deflate; server_max_window_bits=9", zlib)).toBe(false);
    expect(declines("permessage-deflate; client_max_window_bits=8", zlib)).toBe(false);
  });

  it("takes the first offer that it can keep, and answers that one alone [7692-5-02] [7692-5-03]", () => {
    const header =
      "x-other, permessage-deflate; foo, permessage-deflate; server_max_window_bits=8, permessage-deflate; server_no_context_takeover, permessage-deflate";

    expect(answer(header, { minWindowBits: 9 })[0]).toBe(
      "permessage-deflate; server_no_context_takeover",
    );
    expect(answer("permessage-deflate, permessage-deflate; server_no_context_takeover")[0]).toBe(
      "permessage-deflate",
    );
  });

  it.each(PROTOTYPE_NAMES)("knows no extension or parameter %s", (name) => {
    expect(declines(name)).toBe(true);
    expect(declines(`permessage-deflate; ${name}`)).toBe(true);
    expect(declines(`permessage-deflate; server_max_window_bits=${name}`)).toBe(true);
  });

  it("tells upper from lower case", () => {
    expect(declines("Permessage-Deflate")).toBe(true);
    expect(declines("permessage-deflate; Server_No_Context_Takeover")).toBe(true);
  });
});
