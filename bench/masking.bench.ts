// From which length on does masking four or eight bytes at a time pay, and does it matter where in memory a payload starts?
import { applyMask } from "../src/protocol/masking.js";
import { compare } from "./compare.js";

function byteByByte(bytes: Uint8Array, key: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i]! ^= key[i & 3]!;
}

function wordByWord(words: Int32Array, key: number): void {
  for (let i = 0; i < words.length; i += 4) {
    words[i]! ^= key;
    words[i + 1]! ^= key;
    words[i + 2]! ^= key;
    words[i + 3]! ^= key;
  }
}

const key = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const KEY = 0x37fa213d;

for (const length of [8, 32, 64, 125, 1024, 65_536]) {
  const bytes = new Uint8Array(length + 8);
  const aligned = bytes.subarray(0, length);
  const words = new Int32Array(bytes.buffer, 0, length >>> 2);
  await compare(`From which length on do words pay, aligned or not? ${length} bytes`, {
    "byte by byte": () => byteByByte(aligned, key),
    "word by word": () => wordByWord(words, KEY),
    "applyMask, aligned": () => applyMask(bytes, 0, length, KEY),
    "applyMask, one byte off": () => applyMask(bytes, 1, length + 1, KEY),
    "applyMask, two bytes off": () => applyMask(bytes, 2, length + 2, KEY),
    "applyMask, three bytes off": () => applyMask(bytes, 3, length + 3, KEY),
  });
}
