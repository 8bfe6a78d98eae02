/**
 * Names of nodes, connections and channels. The first two are made here and never taken from
 * a client; those of channels have the characters and the length that every broker takes.
 */

/** Makes the name of one manager: 12 hexadecimal digits that no other is likely to have. */
export function createNodeId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Makes the id of a connection: that of its manager, `-`, and 128 random bits in base64url. */
export function createConnectionId(nodeId: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const base64 = btoa(String.fromCharCode(...bytes));
  return `${nodeId}-${base64.replaceAll("+", "-").replaceAll("/", "_").slice(0, 22)}`;
}

/** The manager a connection belongs to, as its id says. */
export function nodeIdOf(connectionId: string): string {
  const end = connectionId.indexOf("-");
  return end < 0 ? "" : connectionId.slice(0, end);
}

/** Whether it can be the name of a node, and so a part of a channel's name. */
export function isNodeId(value: unknown): value is string {
  if (typeof value !== "string" || value.length === 0 || value.length > 64) return false;
  return Array.from({ length: value.length }, (_, index) => value.charCodeAt(index)).every(isPlain);
}

/** Messages to everybody. */
export const EVERYBODY = "all";

/** What nodes tell each other about themselves, and ask each other. */
export const NODES = "nodes";

/** Whatever is for one node, or for a connection of that node. */
export function nodeChannel(nodeId: string): string {
  return `node.${nodeId}`;
}

/** Characters of a room's name, encoded, that go into the channel's. */
const MAX_LENGTH = 150;

/**
 * Messages to one room, and who comes and goes there.
 *
 * Any name will do. Very long ones may share a channel with others, which costs some
 * needless messages and nothing else: each message says which room it is for.
 */
export function roomChannel(room: string): string {
  const encoded = `room.${encode(room)}`;
  if (encoded.length <= MAX_LENGTH) return encoded;
  return `${encoded.slice(0, MAX_LENGTH)}.${hash(room, 0x811c9dc5)}${hash(room, 0x050c5d1f)}`;
}

/** Letters, digits and hyphens as they are, any other UTF-16 code unit as `_` and four hexadecimal digits. */
function encode(name: string): string {
  let encoded = "";
  for (let index = 0; index < name.length && encoded.length <= MAX_LENGTH; index++) {
    const code = name.charCodeAt(index);
    encoded += isPlain(code) ? String.fromCharCode(code) : `_${code.toString(16).padStart(4, "0")}`;
  }
  return encoded;
}

function isPlain(code: number): boolean {
  const isDigit = code >= 0x30 && code <= 0x39;
  const isUpper = code >= 0x41 && code <= 0x5a;
  const isLower = code >= 0x61 && code <= 0x7a;
  return isDigit || isUpper || isLower || code === 0x2d;
}

/** FNV-1a over code units, from a basis of choice. */
function hash(text: string, basis: number): string {
  let value = basis;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
