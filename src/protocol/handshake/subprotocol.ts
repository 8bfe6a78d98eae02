// Sec-WebSocket-Protocol, both ways (RFC 6455 §4.1, §4.2, §11.3.4).
import type { Fields } from "./fields.js";
import { HandshakeError } from "./handshake-error.js";
import { isToken, trimWhitespace } from "./http-fields.js";

const NAME = "Sec-WebSocket-Protocol";

/**
 * Checks what the application offers: each a token, none twice (§4.1). Upper and
 * lower case are different subprotocols.
 *
 * @throws {SyntaxError} As the `WebSocket` of browsers does.
 */
export function checkSubprotocols(subprotocols: readonly string[]): void {
  if (!subprotocols.every(isToken)) {
    throw new SyntaxError(
      "a subprotocol must be a token: letters, digits and !#$%&'*+-.^_`|~, at least one of them",
    );
  }
  if (new Set(subprotocols).size < subprotocols.length) {
    throw new SyntaxError("a subprotocol may be listed only once");
  }
}

/**
 * Reads what a client offers, best first: all lines as one list; empty when there is
 * none. Strict: no element may be empty, none may come twice.
 *
 * @throws {HandshakeError} `SUBPROTOCOLS_INVALID`.
 */
export function parseSubprotocolOffers(fields: Fields): readonly string[] {
  const list = fields.listOf(NAME);
  if (list === undefined) return [];
  const offers = list.split(",").map(trimWhitespace);
  if (!offers.every(isToken)) {
    throw new HandshakeError("SUBPROTOCOLS_INVALID", { detail: "an element is not a token" });
  }
  if (new Set(offers).size < offers.length) {
    throw new HandshakeError("SUBPROTOCOLS_INVALID", { detail: "an element is listed twice" });
  }
  return offers;
}

/**
 * Reads which of `offered` a server picked; `undefined` when it picked none, which is
 * not a failure (§4.1).
 *
 * @throws {HandshakeError} `SUBPROTOCOL_UNOFFERED`: another, an empty one, or several.
 */
export function judgePickedSubprotocol(
  fields: Fields,
  offered: readonly string[],
): string | undefined {
  if (fields.count(NAME) === 0) return undefined;
  const picked = fields.get(NAME);
  if (picked === undefined || !offered.includes(picked)) {
    throw new HandshakeError("SUBPROTOCOL_UNOFFERED");
  }
  return picked;
}
