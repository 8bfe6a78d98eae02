// The first half of the client's opening handshake: the request (RFC 6455 §4.1).
import { deflateOffers, type PerMessageDeflateConfig } from "../extensions/deflate-negotiation.js";
import { encodeBase64 } from "./base64.js";
import { serializeExtensions } from "./extension-header.js";
import type { FieldLine } from "./fields.js";
import { serializeHead } from "./head-writer.js";
import { lowerCaseAscii } from "./http-fields.js";
import { HANDSHAKE_FIELDS, toFieldLines, type HeaderFields } from "./outgoing-fields.js";
import { checkSubprotocols } from "./subprotocol.js";
import type { WebSocketUri } from "./uri.js";

/** What a client asks for. */
export interface ClientRequest {
  readonly uri: WebSocketUri;
  /** From {@link serializeKey}: new for each attempt. */
  readonly key: string;
  /** Best first. @defaultValue none */
  readonly subprotocols?: readonly string[] | undefined;
  /** What to offer of permessage-deflate, best first. @defaultValue none: not offered */
  readonly deflate?: readonly PerMessageDeflateConfig[] | undefined;
  /** The value of Origin, which only browsers must send (§4.1). @defaultValue none */
  readonly origin?: string | undefined;
  /**
   * More header fields. A Host here replaces that of the URI, to reach a server by its
   * address; an Authorization here replaces the user information of the URI.
   */
  readonly headers?: HeaderFields | undefined;
}

/**
 * Builds the bytes of the request (§4.1). The caller owns them.
 *
 * @throws {SyntaxError} A subprotocol is not a token, or is listed twice.
 * @throws {RangeError} A permessage-deflate setting is out of range.
 * @throws {TypeError} A header field is the handshake's own (see {@link HANDSHAKE_FIELDS}),
 *   Host or Origin is there twice, or some text has a character that may not be sent.
 */
export function buildRequest(request: ClientRequest): Uint8Array {
  const { uri, key, subprotocols = [], deflate = [], origin } = request;
  checkSubprotocols(subprotocols);
  const offers = deflateOffers(deflate);
  const added = toFieldLines(request.headers, HANDSHAKE_FIELDS);
  const hosts = linesNamed(added, "host");
  checkNoRepetition(hosts, linesNamed(added, "origin"), origin);

  const lines: FieldLine[] = [
    hosts[0] ?? ["Host", uri.hostHeader], // first of all, RFC 9110 §7.2
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", "13"],
  ];
  if (subprotocols.length > 0) lines.push(["Sec-WebSocket-Protocol", subprotocols.join(", ")]);
  if (offers.length > 0) lines.push(["Sec-WebSocket-Extensions", serializeExtensions(offers)]);
  if (origin !== undefined) lines.push(["Origin", origin]);
  if (uri.userinfo !== undefined && linesNamed(added, "authorization").length === 0) {
    lines.push(["Authorization", basicAuthorization(uri.userinfo)]);
  }
  lines.push(...added.filter((line) => !hosts.includes(line)));
  return serializeHead(`GET ${uri.target} HTTP/1.1`, lines);
}

function linesNamed(lines: readonly FieldLine[], name: string): readonly FieldLine[] {
  return lines.filter((line) => lowerCaseAscii(line[0]) === name);
}

function checkNoRepetition(
  hosts: readonly FieldLine[],
  origins: readonly FieldLine[],
  origin: string | undefined,
): void {
  if (hosts.length > 1) throw new TypeError("there may be only one Host");
  if (origins.length + (origin === undefined ? 0 : 1) > 1) {
    throw new TypeError("there may be only one Origin: an option or a header field");
  }
}

/** RFC 7617 §2. */
function basicAuthorization(userinfo: string): string {
  const credentials = userinfo.includes(":") ? userinfo : `${userinfo}:`;
  return `Basic ${encodeBase64(new TextEncoder().encode(credentials))}`;
}
