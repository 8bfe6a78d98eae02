// Sec-WebSocket-Version as a server lists it (RFC 6455 §4.3, §4.4).
import type { Fields } from "./fields.js";
import { listElements } from "./http-fields.js";

/**
 * Reads the versions that a server says it speaks, from one line or several.
 *
 * @returns `undefined` when it says nothing, or not in numbers of 0 to 255 without
 *   leading zeros.
 */
export function parseVersions(fields: Fields): readonly number[] | undefined {
  const list = fields.listOf("Sec-WebSocket-Version");
  if (list === undefined) return undefined;
  const versions: number[] = [];
  for (const element of listElements(list)) {
    const version = parseVersion(element);
    if (version === undefined) return undefined;
    versions.push(version);
  }
  return versions.length > 0 ? versions : undefined;
}

function parseVersion(text: string): number | undefined {
  if (text.length > 3 || (text.length > 1 && text.startsWith("0"))) return undefined;
  let version = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    version = version * 10 + digit;
  }
  return version <= 255 ? version : undefined;
}
