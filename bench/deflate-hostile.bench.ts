// What is the most that a byte of a payload can cost? Zeros without end, and blocks that are mostly headers.
import { Decompressor } from "../src/protocol/deflate/decompressor.js";
import { ProtocolError } from "../src/protocol/errors.js";
import { CORPORA, seeded } from "../test/support/deflate-corpora.js";
import {
  bitsToBytes,
  type Bits,
  dynamicBlock,
  dynamicHeader,
  fixedCode,
  run,
} from "../test/support/deflate-stream.js";
import { zlibPayload } from "../test/support/deflate-oracle.js";
import { costs } from "./deflate-cost.js";

const PAYLOAD_BYTES = 16_384;
const MAX_BYTES = 2 ** 20;
const FLUSH: Bits = "0 00";

/** `block` again and again. Its bits are a whole number of bytes after eight of them. */
function repeated(...block: readonly Bits[]): Uint8Array {
  const eight = bitsToBytes(...Array.from({ length: 8 }, () => block).flat());
  const payload = new Uint8Array(Math.floor(PAYLOAD_BYTES / eight.length) * eight.length + 1);
  for (let at = 0; at + eight.length < payload.length; at += eight.length) payload.set(eight, at);
  payload.set(bitsToBytes(FLUSH), payload.length - 1);
  return payload;
}

const zeros = [...run(18, [127, 7]), ...run(18, [107, 7])];
/** Codes of all lengths make the largest tables from the fewest bytes: 16 symbols each. */
const stairs = Array.from({ length: 15 }, (_, i) => run(i + 1)).flat();
const deepest = dynamicHeader({
  distances: 16,
  runs: [
    ...run(18, [127, 7]),
    ...run(18, [91, 7]),
    ...stairs,
    ...run(0),
    ...run(15),
    ...stairs,
    ...run(15),
  ],
});
const everyZero = dynamicBlock({ 0: 2, 256: 2, 285: 1 }, { 0: 1 });

const payloads: Record<string, Uint8Array> = {
  "JSON, as zlib compresses it": zlibPayload(CORPORA.json(seeded(1), 60_000), { level: 6 }),
  "zeros, 258 in 2 bits": Uint8Array.from({ length: PAYLOAD_BYTES }, (_, i) =>
    i < 200 ? (bitsToBytes(...everyZero, "10")[i] ?? 0) : 0,
  ),
  "literals of 1 bit": repeated(...dynamicBlock({ 65: 1, 256: 1 }, {}), "0".repeat(4096), "1"),
  "matches of 3 bytes in 2 bits": repeated(
    ...dynamicBlock({ 65: 2, 256: 2, 257: 1 }, { 0: 1 }),
    "10",
    "0".repeat(8192),
    "11",
  ),
  "fixed blocks with nothing in them": repeated("0 10", fixedCode(256)),
  "dynamic blocks with nothing in them": repeated(
    ...dynamicHeader({ runs: [...zeros, ...run(1), ...run(0)] }),
    "0",
  ),
  "dynamic blocks with the deepest codes": repeated(...deepest, "1".repeat(15)),
};

console.log(
  `\nCPU ns per byte of a payload of ${PAYLOAD_BYTES} bytes, and of the message (at most ${MAX_BYTES})`,
);
for (const [name, payload] of Object.entries(payloads)) {
  let messageBytes = MAX_BYTES;
  const decompress = (): void => {
    try {
      const decompressor = new Decompressor({ windowBits: 15, contextTakeover: true });
      messageBytes = decompressor.decompress(payload, MAX_BYTES).length;
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== "MESSAGE_TOO_BIG") throw error;
    }
  };
  const [time = 0] = await costs([decompress], 1);
  const perByte = [payload.length, messageBytes].map((bytes) => ((time * 1000) / bytes).toFixed(1));
  console.log(`  ${name.padEnd(40)}${perByte[0]!.padStart(10)}${perByte[1]!.padStart(10)}`);
}
