/** The payload of a compressed message: our codec, the way by zlib, and zlib with its tail looked at. */
import { createDeflateCodec } from "../../../src/node/deflate.js";
import { type DeflateCodec, ProtocolError } from "../../../src/protocol/index.js";
import { zlibVerdict } from "../../support/deflate-oracle.js";
import { bytesOf, type FuzzTarget, mustEqual } from "../target.js";

const OURS = createDeflateCodec({ zlibPayloadBytes: Infinity });
const ZLIBS = createDeflateCodec({ zlibPayloadBytes: 0, offThreadBytes: Infinity });
const HISTORY = bytesOf('{"type":"message","text":"Hello, Hello, Hello!"}');
const LARGEST = 1 << 20;

export const inflate: FuzzTarget = {
  name: "inflate",
  sources: ["/src/protocol/deflate/de", "/src/protocol/deflate/block-codes", "/src/node/deflate"],
  seeds: [
    bytesOf("\x00\xf2\x48\xcd\xc9\xc9\x07\x00"),
    bytesOf("\x05\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"),
    bytesOf("\x00\xf3\x48\xcd\xc9\xc9\x07\x00\x00"),
    bytesOf("\x03\x00\x05\x00\xfa\xffHello\x00"),
    Uint8Array.from([
      0,
      ...Buffer.from(
        "dccc498e2449920440d428dc07081490d04185ea5801053fc44fec037353604ef389c26a73b53bdc813e295cb9d20171bb280c90d0cf380e218d4243b1cf210e0630a097790881eed7af5fde4f",
        "hex",
      ),
    ]),
  ],
  words: [
    "\x00\x00\xff\xff",
    "\x01\x00\x00\xff\xff",
    "\x00",
    "\x05\x00\xfa\xff",
    "\xf2\x48",
    "\x40\x01\xbf\xfe",
  ],
  run: (input) => {
    const [limit = 0] = input;
    const payload = input.subarray(1);
    const ours = verdict(OURS, payload, LARGEST);
    mustEqual(verdict(ZLIBS, payload, LARGEST), ours, "by way of zlib");
    const maxBytes = ours === "MESSAGE_TOO_BIG" ? LARGEST >> 1 : limit * 4;
    mustEqual(verdict(ZLIBS, payload, maxBytes), verdict(OURS, payload, maxBytes), "with a limit");
    if (ours === "MESSAGE_TOO_BIG") return ours;
    const message = zlibVerdict(payload, HISTORY);
    mustEqual(ours, message ? Buffer.from(message).toString("hex") : "DEFLATE_INVALID", "zlib");
    return ours === "DEFLATE_INVALID" ? ours : `a message ${Math.ceil(Math.log2(ours.length + 1))}`;
  },
};

/** The message in hexadecimal, or the code of the error. */
function verdict(codec: DeflateCodec, payload: Uint8Array, maxBytes: number): string {
  const decompressor = codec.createDecompressor({ windowBits: 15, contextTakeover: true });
  // What the payload may refer to, in a stored block.
  const length = Uint8Array.of(HISTORY.length, 0, ~HISTORY.length & 0xff, 0xff);
  decompressor.decompress(
    Buffer.concat([bytesOf("\x00"), length, HISTORY, bytesOf("\x00")]),
    100,
    late,
  );
  try {
    const message = decompressor.decompress(payload, maxBytes, late);
    return Buffer.from(message ?? []).toString("hex");
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code !== "DEFLATE_INVALID" && error.code !== "MESSAGE_TOO_BIG") throw error;
    return error.code;
  }
}

function late(): never {
  throw new Error("nothing was to be done in another thread");
}
