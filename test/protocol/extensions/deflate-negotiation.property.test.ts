import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  acceptDeflateOffer,
  deflateOffers,
  judgeDeflateResponse,
  type DeflateParameters,
  type PerMessageDeflateConfig,
} from "../../../src/protocol/extensions/deflate-negotiation.js";
import { faultOf } from "../handshake/wire.js";

const config: fc.Arbitrary<PerMessageDeflateConfig> = fc.record(
  {
    serverNoContextTakeover: fc.boolean(),
    clientNoContextTakeover: fc.boolean(),
    serverMaxWindowBits: fc.integer({ min: 9, max: 15 }),
    clientMaxWindowBits: fc.integer({ min: 9, max: 15 }),
    minWindowBits: fc.integer({ min: 8, max: 9 }),
  },
  { requiredKeys: [] },
);

describe("both ends", () => {
  it("of any configuration agree, and neither compresses with more than the other can read [7692-5-03] [7692-7-25]", () => {
    fc.assert(
      fc.property(fc.array(config, { minLength: 1, maxLength: 3 }), config, (offered, own) => {
        const accepted = acceptDeflateOffer(deflateOffers(offered), own);
        const server = accepted?.parameters;
        const client = judgeDeflateResponse(
          accepted === undefined ? [] : [accepted.response],
          offered,
        );
        if (server === undefined || client === undefined) return expect(client).toBe(server);

        expect(server.serverMaxWindowBits).toBeLessThanOrEqual(client.serverMaxWindowBits);
        expect(client.clientMaxWindowBits).toBeLessThanOrEqual(server.clientMaxWindowBits);
        expect(server.serverNoContextTakeover).toBe(client.serverNoContextTakeover);
        // who reads may keep the context of one who does not; the reverse would break
        expect(client.clientNoContextTakeover || !server.clientNoContextTakeover).toBe(true);
      }),
    );
  });

  it("answer any elements with an agreement, nothing or a HandshakeError", () => {
    const text = fc.oneof(fc.constantFrom("8", "15", "16", "08", ""), fc.string());
    const name = fc.constantFrom(
      "server_no_context_takeover",
      "client_no_context_takeover",
      "server_max_window_bits",
      "client_max_window_bits",
    );
    const parameter = fc.tuple(
      fc.oneof({ weight: 4, arbitrary: name }, fc.string()),
      fc.option(text, { nil: undefined }),
    );
    const element = fc.record({
      name: fc.oneof({ weight: 9, arbitrary: fc.constant("permessage-deflate") }, fc.string()),
      parameters: fc.array(parameter, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(element, { maxLength: 3 }), config, (elements, config) => {
        const bits = [undefined, 8, 9, 10, 11, 12, 13, 14, 15];
        expect(bits).toContain(
          acceptDeflateOffer(elements, config)?.parameters.serverMaxWindowBits,
        );
        let agreed: DeflateParameters | undefined;
        const fault = faultOf(() => (agreed = judgeDeflateResponse(elements, [config])));
        expect([undefined, "EXTENSION_UNOFFERED", "DEFLATE_RESPONSE_INVALID"]).toContain(fault);
        expect(bits).toContain(agreed?.serverMaxWindowBits);
        expect(bits).toContain(agreed?.clientMaxWindowBits);
      }),
    );
  });
});
