// Which way to validate UTF-8 is fastest, by length and by alphabet?
import { isUtf8 } from "node:buffer";
import { Utf8Validator } from "../src/protocol/utf8.js";
import { compare } from "./compare.js";

const decoder = new TextDecoder("utf-8", { fatal: true });

for (const [name, text] of [
  ["ASCII", "plain text, "],
  ["two-byte characters", "äöüßéèñç "],
  ["emoji", "😀🎉🚀"],
] as const) {
  for (const length of [32, 125, 1_024, 65_536]) {
    const bytes = Buffer.from(text.repeat(Math.ceil(length / text.length))).subarray(0, length);
    const whole = bytes.subarray(0, length - (length % Buffer.byteLength(text)));
    await compare(`Which way to validate is fastest? ${name}, ${whole.length} bytes`, {
      "isUtf8 of node:buffer": () => isUtf8(whole),
      "Utf8Validator with isUtf8 in bulk": () => new Utf8Validator(isUtf8).push(whole),
      "Utf8Validator alone, in pieces of 60": () => {
        const validator = new Utf8Validator(isUtf8);
        for (let i = 0; i < whole.length; i += 60) validator.push(whole.subarray(i, i + 60));
      },
      "TextDecoder, fatal": () => decoder.decode(whole),
    });
  }
}
