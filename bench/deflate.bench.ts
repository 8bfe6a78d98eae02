// What does a message cost both ways, and how large is it, against zlib? Window 2^12, context takeover.
import { CORPORA } from "../test/support/deflate-corpora.js";
import { costs, fflate, messagesOf, ours, zlibOneShot, zlibStream } from "./deflate-cost.js";

const WINDOW = { windowBits: 12 };
const COLUMNS = ["ours", "zlib, one call", "zlib, stream", "fflate"];

const foreign = await fflate(WINDOW);
const conversations = [ours(WINDOW), zlibOneShot(WINDOW), zlibStream(WINDOW)];
if (foreign) conversations.push(foreign);

// The first rows are not to pay for the compilation of the code.
for (const conversation of conversations) {
  for (const corpus of Object.values(CORPORA)) await conversation(messagesOf(corpus, 700));
}

console.log(`
CPU µs per message, deflate and inflate together; ratios of ours to one call of zlib with the history`);
const titles = COLUMNS.slice(0, conversations.length)
  .map((title) => title.padStart(16))
  .join("");
console.log(`${"".padEnd(18)}${titles}${"time".padStart(8)}${"size".padStart(8)}`);
for (const [name, corpus] of Object.entries(CORPORA)) {
  for (const size of [50, 100, 300, 700, 1024, 4096, 16_384, 65_536]) {
    const messages = messagesOf(corpus, size);
    const times = await costs(
      conversations.map((conversation) => () => conversation(messages)),
      messages.length,
    );
    const [own, theirs] = [await ours(WINDOW)(messages), await zlibOneShot(WINDOW)(messages)];
    const columns = times.map((time) => time.toFixed(1).padStart(16)).join("");
    const ratios = [times[0]! / times[1]!, own / theirs].map((ratio) =>
      ratio.toFixed(2).padStart(8),
    );
    console.log(`${name.padEnd(10)}${String(size).padStart(8)}${columns}${ratios.join("")}`);
  }
}
