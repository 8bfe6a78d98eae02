/** Makes text of strangers safe for a terminal or a log: nothing in it moves the cursor, changes colours, begins a line or hides what follows. */

/** C0 and C1 controls, DEL, and what turns the direction of text or cannot be seen. */
const HIDDEN: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2069],
  [0xfeff, 0xfeff],
];

const SHORT = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** Writes control characters as escapes such as `\x1b`, and everything else as it is. */
export function visibleText(text: string): string {
  let visible = "";
  for (const character of text) visible += visibleCharacter(character);
  return visible;
}

function visibleCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (!HIDDEN.some(([first, last]) => code >= first && code <= last)) return character;
  const escape = code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  return SHORT.get(character) ?? escape;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
