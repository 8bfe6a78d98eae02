/**
 * Names of nodes, connections and channels. Ids of nodes and connections are made here, and never
 * taken from a client. Names of channels have the characters and the length that every broker takes.
 */

/** Makes the id of a manager: 12 random hexadecimal digits. */
export function createNodeId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Makes the id of a connection: the id of its manager, `-`, and 128 random bits in base64url. */
export function createConnectionId(nodeId: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const base64 = btoa(String.fromCharCode(...bytes));
  return `${nodeId}-${base64.replaceAll("+", "-").replaceAll("/", "_").slice(0, 22)}`;
}

/** The manager's part of a connection's id; the empty string when there is none. */
export function nodeIdOf(connectionId: string): string {
  const end = connectionId.indexOf("-");
  return end < 0 ? "" : connectionId.slice(0, end);
}

/** Whether a value can be the id of a node, and so a part of a channel's name. */
export function isNodeId(value: unknown): value is string {
  if (typeof value !== "string" || value.length === 0 || value.length > 64) return false;
  return Array.from({ length: value.length }, (_, index) => value.charCodeAt(index)).every(isPlain);
}

/** The channel of messages to everybody. */
export const EVERYBODY = "all";

/** The channel of heartbeats, farewells and questions of nodes. */
export const NODES = "nodes";

/** The channel of messages to one node, or to a connection of that node. */
export function nodeChannel(nodeId: string): string {
  return `node.${nodeId}`;
}

/** The longest encoded name of a room that goes into a channel's name as it is. */
const MAX_LENGTH = 150;

/**
 * The channel of a room's messages and of changes in its members.
 *
 * Any name is possible. Rooms with very long names may share a channel, which costs some needless
 * messages and nothing else: each message names its room.
 */
export function roomChannel(room: string): string {
  const encoded = `room.${encode(room)}`;
  if (encoded.length <= MAX_LENGTH) return encoded;
  return `${encoded.slice(0, MAX_LENGTH)}.${hash(room, 0x811c9dc5)}${hash(room, 0x050c5d1f)}`;
}

/** Keeps letters, digits and hyphens. Any other UTF-16 unit becomes `_` and four hexadecimal digits. */
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

/** FNV-1a over UTF-16 units, from the given basis. */
function hash(text: string, basis: number): string {
  let value = basis;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
