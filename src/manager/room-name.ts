/**
 * Checks what is to be the name of a room. Names are compared character by character, as
 * they are: neither case nor Unicode variants are the same, and nothing is a wildcard.
 *
 * @throws {TypeError} It is no string; or it has half a surrogate pair, and so cannot be
 *   told from other names once it is UTF-8.
 * @throws {RangeError} It is longer than `maxLength` UTF-16 units.
 */
export function checkRoomName(name: unknown, maxLength: number): asserts name is string {
  if (typeof name !== "string") {
    throw new TypeError(
      `the name of a room is a string, not ${name === null ? "null" : typeof name}`,
    );
  }
  if (name.length > maxLength) {
    throw new RangeError(
      `the name of a room has at most ${maxLength} characters (maxRoomNameLength), not ${name.length}`,
    );
  }
  if (!isWellFormed(name))
    throw new TypeError("the name of a room has half a surrogate pair in it");
}

function isWellFormed(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if ((unit & 0xf800) !== 0xd800) continue;
    const next = text.charCodeAt(index + 1);
    if (unit >= 0xdc00 || (next & 0xfc00) !== 0xdc00) return false;
    index++;
  }
  return true;
}
