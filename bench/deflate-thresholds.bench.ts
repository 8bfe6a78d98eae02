// From which size on is zlib cheaper, in each direction? That decides zlibMessageBytes and zlibPayloadBytes.
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { Compressor } from "../src/protocol/deflate/compressor.js";
import { Decompressor } from "../src/protocol/deflate/decompressor.js";
import { CORPORA } from "../test/support/deflate-corpora.js";
import { costs, messagesOf } from "./deflate-cost.js";

const OPTIONS = { windowBits: 12, contextTakeover: true };
const ZLIB = { windowBits: 12, finishFlush: constants.Z_SYNC_FLUSH };

console.log("\nCPU µs per message and direction, ours : one call of zlib with the history");
console.log("                       compress                payload        decompress");
for (const [name, corpus] of Object.entries(CORPORA)) {
  for (const size of [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]) {
    const messages = messagesOf(corpus, size);
    const histories = messages.map((_, i) => Buffer.concat(messages.slice(0, i)).subarray(-4096));
    const payloads = messages.map((message, i) =>
      deflateRawSync(message, i === 0 ? ZLIB : { ...ZLIB, dictionary: histories[i]! }),
    );
    const times = await costs(
      [
        () => {
          const compressor = new Compressor(OPTIONS);
          for (const message of messages) compressor.compress(message);
        },
        () => {
          for (const [i, message] of messages.entries()) {
            deflateRawSync(message, i === 0 ? ZLIB : { ...ZLIB, dictionary: histories[i]! });
          }
        },
        () => {
          const decompressor = new Decompressor(OPTIONS);
          for (const payload of payloads) decompressor.decompress(payload.subarray(0, -4), 2 ** 24);
        },
        () => {
          for (const [i, payload] of payloads.entries()) {
            inflateRawSync(payload, i === 0 ? ZLIB : { ...ZLIB, dictionary: histories[i]! });
          }
        },
      ],
      messages.length,
    );
    const ratio = (a: number, b: number): string =>
      `${a.toFixed(1)} : ${b.toFixed(1)} = ${(a / b).toFixed(2)}`.padStart(24);
    const [deflate, zlibDeflate, inflate, zlibInflate] = times;
    const payloadBytes =
      payloads.reduce((sum, payload) => sum + payload.length, 0) / payloads.length;
    console.log(
      `${name.padEnd(10)}${String(size).padStart(7)}${ratio(deflate!, zlibDeflate!)}${payloadBytes.toFixed(0).padStart(10)}${ratio(inflate!, zlibInflate!)}`,
    );
  }
}
