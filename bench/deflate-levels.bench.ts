// What does a level or a window cost and gain, against zlib at level 6 with the same window?
import { Compressor } from "../src/protocol/deflate/compressor.js";
import { CORPORA } from "../test/support/deflate-corpora.js";
import { costs, messagesOf, ours, zlibOneShot } from "./deflate-cost.js";

const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const SIZES = [100, 700, 4096];

for (const name of ["json", "chat"] as const) {
  for (const size of SIZES) {
    const messages = messagesOf(CORPORA[name], size);
    const zlib = await zlibOneShot({ windowBits: 12 })(messages);
    const times = await costs(
      LEVELS.map((level) => () => {
        const compressor = new Compressor({ windowBits: 12, contextTakeover: true, level });
        for (const message of messages) compressor.compress(message);
      }),
      messages.length,
    );
    console.log(
      `\n${name}, ${size} bytes, window 2^12: level, CPU µs to compress, size against zlib`,
    );
    for (const [i, level] of LEVELS.entries()) {
      const size = (await ours({ windowBits: 12, level })(messages)) / zlib;
      console.log(`  ${level}${times[i]!.toFixed(1).padStart(10)}${size.toFixed(3).padStart(10)}`);
    }
  }
}

for (const name of ["json", "chat"] as const) {
  for (const size of SIZES) {
    const messages = messagesOf(CORPORA[name], size);
    console.log(
      `\n${name}, ${size} bytes: window, CPU µs both ways, bytes of a message, state in bytes (compress + decompress)`,
    );
    for (const windowBits of [8, 9, 10, 11, 12, 13, 14, 15]) {
      const [time = 0] = await costs([() => ours({ windowBits })(messages)], messages.length);
      const bytes = (await ours({ windowBits })(messages)) / messages.length;
      const state = `${4 << windowBits} + ${1 << windowBits}`;
      console.log(
        `  2^${String(windowBits).padEnd(4)}${time.toFixed(1).padStart(8)}${bytes.toFixed(0).padStart(8)}${state.padStart(18)}`,
      );
    }
  }
}
