// What does a header cost to parse and to write, by its length?
import { Opcode, parseFrameHeader, writeFrameHeader } from "../src/protocol/frame-header.js";
import { compare } from "./compare.js";

const rules = { masked: true, rsv: 0 };
const target = new Uint8Array(14);
const parse: Record<string, () => unknown> = {};
const write: Record<string, () => unknown> = {};
for (const payloadLength of [125, 65_535, 65_536]) {
  const header = {
    fin: true,
    rsv: 0,
    opcode: Opcode.BINARY,
    payloadLength,
    masked: true,
    maskingKey: 1,
  };
  const bytes = new Uint8Array(14);
  const length = writeFrameHeader(bytes, 0, header);
  parse[`${length} bytes`] = () => parseFrameHeader(bytes, 0, length, rules);
  write[`${length} bytes`] = () => writeFrameHeader(target, 0, header);
}
await compare("What does a longer header cost to parse?", parse);
await compare("What does a longer header cost to write?", write);
