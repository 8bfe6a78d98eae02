/**
 * UTF-8 decoded one character at a time, straight from the table of well-formed
 * byte sequences (RFC 3629 §4). Shares nothing with the library.
 */

type Range = readonly [low: number, high: number];

const TAIL: Range = [0x80, 0xbf];

/** Each row is one shape of character: the range of each of its bytes. */
const SHAPES: readonly (readonly Range[])[] = [
  [[0x00, 0x7f]],
  [[0xc2, 0xdf], TAIL],
  [[0xe0, 0xe0], [0xa0, 0xbf], TAIL],
  [[0xe1, 0xec], TAIL, TAIL],
  [[0xed, 0xed], [0x80, 0x9f], TAIL],
  [[0xee, 0xef], TAIL, TAIL],
  [[0xf0, 0xf0], [0x90, 0xbf], TAIL, TAIL],
  [[0xf1, 0xf3], TAIL, TAIL, TAIL],
  [[0xf4, 0xf4], [0x80, 0x8f], TAIL, TAIL],
];

/** What a lead byte carries of its code point, by the length of the character. */
const LEAD_BITS = [0x7f, 0x1f, 0x0f, 0x07] as const;

/** The text that `bytes` encode, U+FEFF kept, or `undefined` when they are not UTF-8. */
export function referenceText(bytes: Uint8Array): string | undefined {
  const scan = scanText(bytes);
  return scan === undefined || scan.cutOff ? undefined : scan.text;
}

/** Tells whether more bytes could still make `bytes` UTF-8 (or they are already). */
export function couldBecomeText(bytes: Uint8Array): boolean {
  return scanText(bytes) !== undefined;
}

function scanText(bytes: Uint8Array): { text: string; cutOff: boolean } | undefined {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const shape = SHAPES.find((row) => fits(row, bytes, at));
    if (shape === undefined) return undefined;
    if (at + shape.length > bytes.length) return { text, cutOff: true };
    text += String.fromCodePoint(codePoint(bytes.subarray(at, at + shape.length)));
    at += shape.length;
  }
  return { text, cutOff: false };
}

/** Tells whether the bytes from `at` on are a character of this shape, or its beginning. */
function fits(shape: readonly Range[], bytes: Uint8Array, at: number): boolean {
  return shape.every(([low, high], i) => {
    const byte = bytes[at + i];
    return byte === undefined || (byte >= low && byte <= high);
  });
}

function codePoint(character: Uint8Array): number {
  const [lead = 0, ...tail] = character;
  const bits = LEAD_BITS[tail.length] ?? 0;
  return tail.reduce((value, byte) => value * 64 + (byte & 0x3f), lead & bits);
}
