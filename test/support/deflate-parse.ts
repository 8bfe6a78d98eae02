/** Chunks taken apart by hand (RFC 1951 §2). */
import {
  DISTANCE_BASE,
  END_OF_BLOCK,
  FIRST_DISTANCE,
  FIRST_LENGTH,
  LENGTH_BASE,
} from "../../src/protocol/deflate/alphabets.js";
import { CompressionWindow, Parse } from "../../src/protocol/deflate/compression-window.js";
import {
  distanceSymbol,
  EXTRA_SHIFT,
  lengthSymbol,
  SYMBOL_MASK,
} from "../../src/protocol/deflate/encode-symbols.js";

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
  const add = (symbol: number): void => {
    parse.symbols[parse.count++] = symbol;
    parse.frequencies[symbol & SYMBOL_MASK]!++;
  };
  for (const part of parts) {
    if (typeof part === "number") {
      add(part);
    } else {
      add(lengthSymbol(part[0]));
      add(distanceSymbol(part[1]));
    }
  }
  add(END_OF_BLOCK);
  return { window, parse, chunk };
}

/** What was found in a chunk, in order. */
export function partsOf({ symbols, count }: Parse): Part[] {
  const parts: Part[] = [];
  for (let i = 0; i < count; i++) {
    const symbol = symbols[i]! & SYMBOL_MASK;
    const extra = symbols[i]! >> EXTRA_SHIFT;
    if (symbol < END_OF_BLOCK) {
      parts.push(symbol);
    } else if (symbol >= FIRST_DISTANCE) {
      const length = parts.pop();
      if (typeof length !== "number") throw new Error("a distance without a length");
      parts.push([length, DISTANCE_BASE[symbol - FIRST_DISTANCE]! + extra]);
    } else if (symbol > END_OF_BLOCK) {
      parts.push(LENGTH_BASE[symbol - FIRST_LENGTH]! + extra); // until its distance comes
    }
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
