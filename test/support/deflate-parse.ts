/** Chunks taken apart by hand (RFC 1951 §2). */
import { CompressionWindow } from "../../src/protocol/deflate/compression-window.js";
import { distanceSymbol, lengthSymbol } from "../../src/protocol/deflate/match-symbols.js";
import { Parse } from "../../src/protocol/deflate/parse.js";

/** A literal byte, or how many bytes again from how far back. */
export type Part = number | readonly [length: number, distance: number];

export interface ParsedChunk {
  readonly window: CompressionWindow;
  readonly parse: Parse;
  readonly chunk: Uint8Array;
}

/** The chunk that `parts` stand for behind `history`, as if they had been found in it. */
export function parsed(
  parts: readonly Part[],
  history: Uint8Array = new Uint8Array(0),
): ParsedChunk {
  const chunk = bytesOf(parts, history);
  const window = new CompressionWindow();
  window.load(history, chunk);
  const parse = new Parse();
  parse.litlens[256] = 1;
  let at = window.start;
  for (const part of parts) {
    if (typeof part === "number") {
      parse.litlens[part]!++;
      at++;
      continue;
    }
    const [length, distance] = part;
    parse.matches[2 * parse.matchCount] = at;
    parse.matches[2 * parse.matchCount + 1] = (length << 16) | distance;
    parse.matchCount++;
    parse.matchedBytes += length;
    parse.litlens[lengthSymbol(length)]!++;
    parse.distances[distanceSymbol(distance)]!++;
    at += length;
  }
  parse.matches[2 * parse.matchCount] = at;
  return { window, parse, chunk };
}

/** What was found in a chunk, in order. */
export function partsOf(window: CompressionWindow, parse: Parse): Part[] {
  const parts: Part[] = [];
  let at = window.start;
  for (let i = 0; i <= parse.matchCount; i++) {
    for (const start = parse.matches[2 * i]!; at < start; at++) parts.push(window.bytes[at]!);
    if (i === parse.matchCount) break;
    const match = parse.matches[2 * i + 1]!;
    parts.push([match >> 16, match & 0xffff]);
    at += match >> 16;
  }
  return parts;
}

/** What `parts` stand for behind `history`. */
export function bytesOf(parts: readonly Part[], history: Uint8Array): Uint8Array {
  const output = Array.from(history);
  for (const part of parts) {
    if (typeof part === "number") output.push(part);
    else for (let i = part[0]; i > 0; i--) output.push(output[output.length - part[1]]!);
  }
  return Uint8Array.from(output.slice(history.length));
}
