// The second half of the server's opening handshake: the response that accepts (RFC 6455 §4.2.2).
import { serializeExtensions, type Extension } from "./extension-header.js";
import type { FieldLine } from "./fields.js";
import { beginHead, type EncodeLatin1, endHead } from "./head-writer.js";
import { HANDSHAKE_FIELDS, toFieldLines, type HeaderFields } from "./outgoing-fields.js";
import type { UpgradeRequest } from "./server.js";

/** What a server has agreed to. */
export interface Acceptance {
  /** From {@link acceptFor} and the key of the request. */
  readonly accept: string;
  /** One of those that the client offered; `undefined` for none. */
  readonly subprotocol?: string | undefined;
  /** What was agreed, such as the `response` of {@link acceptDeflateOffer}. @defaultValue none */
  readonly extensions?: readonly Extension[] | undefined;
  readonly headers?: HeaderFields | undefined;
}

/**
 * Builds the bytes of the 101 response (§4.2.2). The caller owns them.
 *
 * @param encode - Where the platform has something better than ECMAScript.
 * @throws {TypeError} The subprotocol or an extension is not one that the client offered;
 *   a header field is the handshake's own (see {@link HANDSHAKE_FIELDS}) or has a
 *   character that may not be sent. Nothing must be sent then but a 500.
 */
export function buildAcceptance(
  request: UpgradeRequest,
  acceptance: Acceptance,
  encode?: EncodeLatin1,
): Uint8Array {
  const { accept, subprotocol, extensions = [], headers } = acceptance;
  const lines: FieldLine[] = [["Sec-WebSocket-Accept", accept]];
  if (subprotocol !== undefined) {
    if (!request.subprotocols.includes(subprotocol)) {
      throw new TypeError("the subprotocol must be one of those that the client offered");
    }
    lines.push(["Sec-WebSocket-Protocol", subprotocol]);
  }
  if (extensions.length > 0) {
    const offered = new Set(request.extensionOffers.map((offer) => offer.name));
    if (!extensions.every((extension) => offered.has(extension.name))) {
      throw new TypeError("each extension must be one of those that the client offered");
    }
    lines.push(["Sec-WebSocket-Extensions", serializeExtensions(extensions)]);
  }
  if (headers !== undefined) lines.push(...toFieldLines(headers, HANDSHAKE_FIELDS));
  return endHead(SWITCHING_PROTOCOLS, lines, encode);
}

const SWITCHING_PROTOCOLS = beginHead("HTTP/1.1 101 Switching Protocols", [
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade"],
]);
