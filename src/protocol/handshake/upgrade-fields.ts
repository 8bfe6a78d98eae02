/** Upgrade, Connection and Sec-WebSocket-Version: what asks for websocket and confirms it (RFC 6455 §4). */
import { type Fields, isToken, listElements, lowerCaseAscii } from "./fields.js";
import { HandshakeError } from "./handshake-error.js";

/** What a request asks for in Upgrade: nothing, other protocols only, or websocket, perhaps beside others. */
type UpgradeWish = "none" | "other" | "websocket";

/**
 * Reads Upgrade, all lines as one list, in upper or lower case.
 *
 * @throws {HandshakeError} `HEAD_MALFORMED`: an element is not a protocol, that is a token
 *   and perhaps a version behind a slash (RFC 9110 §7.8).
 */
export function upgradeWish(fields: Fields): UpgradeWish {
  const value = fields.listOf("Upgrade");
  if (value === undefined) return "none";
  if (lowerCaseAscii(value) === "websocket") return "websocket"; // as nearly all have it
  const protocols = listElements(value);
  if (!protocols.every(isProtocol)) {
    throw new HandshakeError("HEAD_MALFORMED", { detail: "Upgrade is not a list of protocols" });
  }
  if (protocols.length === 0) return "none";
  return protocols.some(isWebSocket) ? "websocket" : "other";
}

/** Tells whether Upgrade names websocket, whatever else is in it. */
export function offersWebSocket(fields: Fields): boolean {
  return listElements(fields.listOf("Upgrade") ?? "").some(isWebSocket);
}

/** Tells whether Upgrade, all lines as one list, is websocket and nothing else: what a connection has become is one protocol. */
export function confirmsWebSocket(fields: Fields): boolean {
  const [protocol = "", ...others] = listElements(fields.listOf("Upgrade") ?? "");
  return others.length === 0 && isWebSocket(protocol);
}

function isWebSocket(protocol: string): boolean {
  return lowerCaseAscii(protocol) === "websocket";
}

function isProtocol(text: string): boolean {
  const parts = text.split("/");
  return parts.length <= 2 && parts.every(isToken);
}

/** Tells whether Connection, all lines as one list, is a list of tokens with `upgrade` among them. */
export function listsUpgrade(fields: Fields): boolean {
  const value = fields.listOf("Connection") ?? "";
  if (lowerCaseAscii(value) === "upgrade") return true;
  const options = listElements(value);
  return options.every(isToken) && options.some((option) => lowerCaseAscii(option) === "upgrade");
}

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
