// Upgrade and Connection, which ask for websocket and confirm it (RFC 6455 §4.1, §4.2).
import type { Fields } from "./fields.js";
import { HandshakeError } from "./handshake-error.js";
import { isToken, listElements, lowerCaseAscii } from "./http-fields.js";

/**
 * Tells whether Upgrade, all lines as one list, names websocket in upper or lower case.
 * Other protocols may stand beside it.
 *
 * @throws {HandshakeError} `HEAD_MALFORMED`: an element is not a protocol, that is a token
 *   and perhaps a version behind a slash (RFC 9110 §7.8).
 */
export function namesWebSocket(fields: Fields): boolean {
  const value = fields.listOf("Upgrade") ?? "";
  if (lowerCaseAscii(value) === "websocket") return true; // as nearly all have it
  const protocols = listElements(value);
  if (!protocols.every(isProtocol)) {
    throw new HandshakeError("HEAD_MALFORMED", { detail: "Upgrade is not a list of protocols" });
  }
  return protocols.some((protocol) => lowerCaseAscii(protocol) === "websocket");
}

/** Tells whether Upgrade, all lines as one list, is websocket and nothing else: what a connection has become is one protocol. */
export function confirmsWebSocket(fields: Fields): boolean {
  const value = fields.listOf("Upgrade") ?? "";
  if (lowerCaseAscii(value) === "websocket") return true;
  const [protocol = "", ...others] = listElements(value);
  return others.length === 0 && lowerCaseAscii(protocol) === "websocket";
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
