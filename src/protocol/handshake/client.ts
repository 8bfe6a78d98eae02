/** The client's opening handshake: its request, and its judgement of the response (RFC 6455 §4.1). */
import {
  type DeflateParameters,
  type PerMessageDeflateConfig,
  deflateOffers,
  judgeDeflateResponse,
} from "../extensions/deflate-negotiation.js";
import { encodeBase64 } from "./accept.js";
import { parseExtensions, serializeExtensions } from "./extension-header.js";
import {
  type FieldLine,
  type Fields,
  listElements,
  lowerCaseAscii,
  trimWhitespace,
} from "./fields.js";
import { HandshakeError } from "./handshake-error.js";
import { HANDSHAKE_FIELDS, type HeaderFields, serializeHead, toFieldLines } from "./head-writer.js";
import type { ResponseHead } from "./head.js";
import { checkSubprotocols, judgePickedSubprotocol } from "./subprotocol.js";
import { confirmsWebSocket, listsUpgrade, parseVersions } from "./upgrade-fields.js";
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

/**
 * Writes the user information of a URI as the value of Authorization or Proxy-Authorization (RFC 7617 §2).
 *
 * @param userinfo - Decoded. Without a colon it is a name, and the password is empty.
 */
export function basicAuthorization(userinfo: string): string {
  const credentials = userinfo.includes(":") ? userinfo : `${userinfo}:`;
  return `Basic ${encodeBase64(new TextEncoder().encode(credentials))}`;
}

/** What a response has to agree with. */
export interface Expectations {
  /** From {@link acceptFor} and the key of the request. */
  readonly accept: string;
  /** As in the request. */
  readonly subprotocols?: readonly string[] | undefined;
  /**
   * Whether a server fails that picks none of several subprotocols (WHATWG WebSockets §2.2): the
   * RFC lets it.
   *
   * @defaultValue false
   */
  readonly mustPickSubprotocol?: boolean | undefined;
  /** As in the request. */
  readonly deflate?: readonly PerMessageDeflateConfig[] | undefined;
}

/** What the response of a server has settled. */
export interface AgreedByClient {
  /** `undefined` when the server picked none, which is no failure of the RFC's. */
  readonly subprotocol: string | undefined;
  /** `undefined` when permessage-deflate is off. */
  readonly deflate: DeflateParameters | undefined;
}

/**
 * Judges the server's response (RFC 6455 §4.1).
 *
 * Sec-WebSocket-Extensions may come in one line only (§11.3.2): two with something in
 * them fail.
 *
 * @throws {HandshakeError} The server broke a rule, or did not switch protocols (then as
 *   {@link unexpectedStatus}). Holds the status and the header fields of the response.
 */
export function judgeResponse(head: ResponseHead, expectations: Expectations): AgreedByClient {
  const { httpVersion, httpStatus, fields } = head;
  if (httpStatus !== 101) throw unexpectedStatus(head);
  try {
    if (httpVersion !== "1.1") throw new HandshakeError("HTTP_VERSION_UNSUPPORTED");
    return judgeFields(fields, expectations);
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    throw new HandshakeError(error.code, { detail: error.detail, httpStatus, headers: fields });
  }
}

function judgeFields(fields: Fields, expectations: Expectations): AgreedByClient {
  const { accept, subprotocols = [], mustPickSubprotocol = false, deflate = [] } = expectations;
  if (!confirmsWebSocket(fields)) throw new HandshakeError("UPGRADE_MISSING");
  if (!listsUpgrade(fields)) throw new HandshakeError("CONNECTION_MISSING");
  if (trimWhitespace(fields.get("Sec-WebSocket-Accept") ?? "") !== accept) {
    throw new HandshakeError("ACCEPT_INVALID");
  }
  const lines = fields.getAll("Sec-WebSocket-Extensions");
  if (lines.filter((line) => listElements(line).length > 0).length > 1) {
    throw new HandshakeError("EXTENSIONS_INVALID", { detail: "a response may have only one line" });
  }
  const subprotocol = judgePickedSubprotocol(fields, subprotocols);
  if (subprotocol === undefined && mustPickSubprotocol && subprotocols.length > 0) {
    // They are not named: some clients send a token as one of them.
    const detail = `none of the ${subprotocols.length} offered was picked, so the server has to be told of one`;
    throw new HandshakeError("SUBPROTOCOL_NOT_PICKED", { detail });
  }
  return { subprotocol, deflate: judgeDeflateResponse(parseExtensions(fields), deflate) };
}

/**
 * The error for a response other than 101.
 *
 * @param body - How its body begins: at most 16 KiB. The error takes it over.
 * @returns An error with the code `VERSION_UNSUPPORTED` when the server lists versions
 *   of the protocol and 13 is none of them (§4.4), else `STATUS_UNEXPECTED`.
 */
export function unexpectedStatus(head: ResponseHead, body?: Uint8Array): HandshakeError {
  const { httpStatus, fields } = head;
  const versions = parseVersions(fields);
  const lacks13 = versions !== undefined && !versions.includes(13);
  return new HandshakeError(lacks13 ? "VERSION_UNSUPPORTED" : "STATUS_UNEXPECTED", {
    detail: lacks13
      ? `the server answered ${httpStatus} and speaks ${versions.join(", ")}`
      : `it answered ${httpStatus}`,
    httpStatus,
    headers: fields,
    body,
  });
}
