// Options of plainsocket/protocol that do not exist are refused, wherever options are taken [M04].
import { describe, expect, it } from "vitest";
import {
  acceptDeflateOffer,
  Budget,
  Compressor,
  createCodec,
  Decompressor,
  deflateOffers,
  PerMessageDeflate,
  portablePlatform,
  ProtocolConnection,
  RequestHeadReader,
  ResponseHeadReader,
} from "../../src/protocol/index.js";
import { ownersIn } from "../support/owners.js";

const platform = portablePlatform(() => 0);
const window = { windowBits: 12, contextTakeover: true };
const parameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 12,
  clientMaxWindowBits: 12,
};
const codec = createCodec();

type Takes = readonly [what: string, take: (more: object) => unknown, owner: string, slip: string];

// oxfmt-ignore
const TAKERS: readonly Takes[] = [
  ["ProtocolConnection", (more) => new ProtocolConnection({ role: "server", platform, ...more }), "ProtocolConnection", "onprogress"],
  ["its limits", (more) => new ProtocolConnection({ role: "server", platform, limits: more }), "the limits of a ProtocolConnection", "maxMessageByte"],
  ["Budget", (more) => new Budget(more), "the limits of a ProtocolConnection", "maxFragment"],
  ["createCodec", (more) => createCodec(more), "createCodec()", "levels"],
  ["Compressor", (more) => new Compressor({ ...window, ...more }), "Compressor", "levels"],
  ["Decompressor", (more) => new Decompressor({ ...window, ...more }), "Decompressor", "alocate"],
  ["what a codec compresses with", (more) => codec.createCompressor({ ...window, ...more }), "Compressor", "windowbits"],
  ["what a codec decompresses with", (more) => codec.createDecompressor({ ...window, ...more }), "Decompressor", "windowbits"],
  ["PerMessageDeflate", (more) => new PerMessageDeflate({ role: "server", parameters, codec, ...more }), "PerMessageDeflate", "thresholdByte"],
  ["deflateOffers", (more) => deflateOffers([more]), "the configuration of permessage-deflate", "serverMaxWindowBit"],
  ["acceptDeflateOffer", (more) => acceptDeflateOffer([], more), "the configuration of permessage-deflate", "serverMaxWindowBit"],
  ["RequestHeadReader", (more) => new RequestHeadReader(more), "a reader of heads", "maxHeaderByte"],
  ["ResponseHeadReader", (more) => new ResponseHeadReader(more), "a reader of heads", "maxHeadersCount"],
];

describe("an option that does not exist [M04]", () => {
  it("is tried with all that take options", () => {
    const elsewhere = ["prepareMessage()"]; // in test/node/unknown-names.test.ts
    const tried = TAKERS.map(([, , owner]) => owner);
    expect(tried).toEqual(expect.arrayContaining(ownersIn(["protocol"], elsewhere)));
  });

  it.each(TAKERS)("is refused by %s", (_what, take, owner, slip) => {
    expect(() => take({})).not.toThrow();
    expect(() => take({ [slip]: undefined })).not.toThrow();
    expect(() => take({ [slip]: 1 })).toThrow(TypeError);
    expect(() => take({ [slip]: 1 })).toThrow(`${owner} has no option "${slip}": did you mean "`);
  });
});
