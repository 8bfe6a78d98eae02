/**
 * Bytes that are UTF-8 and bytes that are not, case by case (RFC 3629 §3, §4).
 * The hexadecimal digits are cut into characters, or into what stands for one.
 */

/** Name, bytes, and the text they encode. */
export const UTF8_VALID: readonly (readonly [name: string, bytes: string, text: string])[] = [
  ["nothing", "", ""],
  ["U+0000", "00", "\0"],
  ["ASCII", "48 65 6c 6c 6f", "Hello"],
  ["a Greek word", "ceba e1bdb9 cf83 cebc ceb5", "\u03ba\u1f79\u03c3\u03bc\u03b5"],
  ["U+007F, the last of one byte", "7f", "\x7f"],
  ["U+0080, the first of two bytes", "c280", "\u0080"],
  ["U+07FF, the last of two bytes", "dfbf", "\u07ff"],
  ["U+0800, the first of three bytes", "e0a080", "\u0800"],
  ["U+D7FF, the last before the surrogates", "ed9fbf", "\ud7ff"],
  ["U+E000, the first after the surrogates", "ee8080", "\ue000"],
  ["U+FEFF, the byte order mark", "efbbbf", "\ufeff"],
  ["U+FFFD", "efbfbd", "\ufffd"],
  ["U+FFFE and U+FFFF, noncharacters", "efbfbe efbfbf", "\ufffe\uffff"],
  ["U+FDD0, a noncharacter", "efb790", "\ufdd0"],
  ["U+10000, the first of four bytes", "f0908080", "\u{10000}"],
  ["U+1FFFE, a noncharacter", "f09fbfbe", "\u{1fffe}"],
  ["U+3FFFF", "f0bfbfbf", "\u{3ffff}"],
  ["U+40000", "f1808080", "\u{40000}"],
  ["U+FFFFF", "f3bfbfbf", "\u{fffff}"],
  ["U+100000", "f4808080", "\u{100000}"],
  ["U+10FFFF, the last of all", "f48fbfbf", "\u{10ffff}"],
  ["one of each length", "24 c2a3 e282ac f09d849e", "$£€𝄞"],
];

/** Name, and bytes that no bytes after them can make UTF-8; the last byte is the first impossible one. */
export const UTF8_IMPOSSIBLE: readonly (readonly [name: string, bytes: string])[] = [
  ["a lonely continuation byte, the first", "80"],
  ["a lonely continuation byte, the last", "bf"],
  ["a continuation byte behind ASCII", "61 80"],
  ["two continuation bytes behind a whole character", "c3a9 80"],
  ["c0, only good for overlong forms", "c0"],
  ["c1, only good for overlong forms", "c1"],
  ["f5, beyond U+10FFFF", "f5"],
  ["f8, the start of five bytes", "f8"],
  ["fc, the start of six bytes", "fc"],
  ["fe", "fe"],
  ["ff", "ff"],
  ["overlong U+07FF, three bytes", "e09f"],
  ["overlong U+0000, three bytes", "e080"],
  ["overlong U+FFFF, four bytes", "f08f"],
  ["overlong U+0000, four bytes", "f080"],
  ["U+D800, the first surrogate", "eda0"],
  ["U+DBFF", "edaf"],
  ["U+DC00", "edb0"],
  ["U+DFFF, the last surrogate", "edbf"],
  ["a surrogate behind a word", "ceba e1bdb9 cf83 cebc ceb5 eda0"],
  ["U+110000", "f490"],
  ["U+13FFFF", "f4bf"],
  ["a first byte of two before ASCII", "c3 41"],
  ["a first byte of three before ASCII", "e2 41"],
  ["a first byte of four before ASCII", "f0 41"],
  ["two bytes of three before ASCII", "e282 41"],
  ["two bytes of four before ASCII", "f09d 41"],
  ["three bytes of four before ASCII", "f09d84 41"],
  ["a first byte before a first byte", "c3 c3"],
  ["two bytes of three before c0", "e282 c0"],
  ["three bytes of four before a first byte", "f09d84 f0"],
];

/** Name, and bytes that are UTF-8 but for a character cut off at their end. */
export const UTF8_CUT_OFF: readonly (readonly [name: string, bytes: string])[] = [
  ["the first byte of two", "c3"],
  ["the first byte of three", "e2"],
  ["two bytes of three", "e282"],
  ["the first byte of four", "f0"],
  ["two bytes of four", "f09d"],
  ["three bytes of four", "f09d84"],
  ["the start of the last character of all", "f48fbf"],
  ["the start of U+0800", "e0a0"],
  ["the start of U+D7FF", "ed9f"],
  ["the start of U+10000", "f090"],
  ["a whole character and the start of one", "c3a9 e2"],
];

/** Name, and bytes that are not UTF-8. */
export const UTF8_INVALID: readonly (readonly [name: string, bytes: string])[] = [
  ...UTF8_IMPOSSIBLE,
  ...UTF8_CUT_OFF,
  ["an overlong /, whole", "c0af"],
  ["an overlong U+0000, whole", "c080"],
  ["a surrogate, whole", "eda080"],
  ["a pair of surrogates, whole", "eda080 edb080"],
  ["U+110000, whole", "f4908080"],
  ["five bytes for one character", "f888808080"],
  ["six bytes for one character", "fc8480808080"],
];
