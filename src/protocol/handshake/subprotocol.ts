// Sec-WebSocket-Protocol, both ways (RFC 6455 §4.1, §4.2, §11.3.4).
import { type Fields, isToken, listElements } from "./fields.js";
import { HandshakeError } from "./handshake-error.js";

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
 * Reads what a client offers, best first: all lines as one list, without the elements that
 * have nothing in them (RFC 9110 §5.6.1.2). Empty when no other is there. Strict
 * otherwise: none may come twice.
 *
 * @throws {HandshakeError} `SUBPROTOCOLS_INVALID`.
 */
export function parseSubprotocolOffers(fields: Fields): readonly string[] {
  const list = fields.listOf(NAME);
  if (list === undefined) return [];
  const offers = listElements(list);
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
 * not a failure (RFC 6455 §4.1). A field with nothing in it picks none (RFC 9110 §5.6.1.2).
 *
 * @throws {HandshakeError} `SUBPROTOCOL_UNOFFERED`: another one, or several.
 */
export function judgePickedSubprotocol(
  fields: Fields,
  offered: readonly string[],
): string | undefined {
  const list = fields.listOf(NAME);
  if (list === undefined) return undefined;
  const [picked, ...others] = listElements(list);
  if (picked !== undefined && (others.length > 0 || !offered.includes(picked))) {
    throw new HandshakeError("SUBPROTOCOL_UNOFFERED");
  }
  return picked;
}
