/** The server's opening handshake: its judgement of the request, and the response that accepts (RFC 6455 §4.2). */
import { isKey } from "./accept.js";
import { parseAuthority } from "./authority.js";
import { type Extension, parseExtensions, serializeExtensions } from "./extension-header.js";
import type { FieldLine, Fields } from "./fields.js";
import { HandshakeError } from "./handshake-error.js";
import {
  type EncodeLatin1,
  HANDSHAKE_FIELDS,
  type HeaderFields,
  beginHead,
  endHead,
  toFieldLines,
} from "./head-writer.js";
import type { RequestHead } from "./head.js";
import { type Refusal, refusalFor } from "./refusal.js";
import { type RequestTarget, parseRequestTarget } from "./head-lines.js";
import { parseSubprotocolOffers } from "./subprotocol.js";
import { listsUpgrade, parseVersions, upgradeWish } from "./upgrade-fields.js";

/** A request that is good HTTP, whatever it asks for. */
export interface PlainRequest {
  /** Path and query, from the request line. */
  readonly target: string;
  /** Starts with `/`; percent-encoded, as it was written. */
  readonly path: string;
  /** Without the `?`; `""` when there is none. Secret: may hold a token. */
  readonly query: string;
  /** Host and port: the value of Host, or those of an absolute request target. `""` where HTTP/1.0 names none. */
  readonly host: string;
  /** The value of Origin; `undefined` when there is none, as from clients other than browsers (§4.2.1). */
  readonly origin: string | undefined;
  readonly fields: Fields;
}

/** A request that keeps every rule of RFC 6455 §4.2.1. */
export interface UpgradeRequest extends PlainRequest {
  readonly key: string;
  /** What the client offers, best first. */
  readonly subprotocols: readonly string[];
  /** What the client offers, best first; well-formed, but the names may be unknown. */
  readonly extensionOffers: readonly Extension[];
}

/** What a request is: one for a WebSocket, another one, or one that breaks a rule. */
export type RequestVerdict =
  | { readonly kind: "upgrade"; readonly request: UpgradeRequest }
  /** A GET or HEAD that is no opening handshake: {@link Refusal} is for servers that answer nothing else. */
  | { readonly kind: "not-an-upgrade"; readonly request: PlainRequest; readonly refusal: Refusal }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Judges a request, whoever parsed it. Never throws for what a peer sent.
 *
 * Only HTTP/1.1 can be upgraded: 505 for all other versions. Requests that are no opening
 * handshake may be HTTP/1.0, as proxies and their health checks send them. Origin is for
 * {@link judgeOrigin}, the resource and the extensions are for the caller.
 */
export function judgeRequest(head: RequestHead): RequestVerdict {
  try {
    const request = checkHttp(head);
    if (isHandshake(head)) return { kind: "upgrade", request: checkUpgrade(request) };
    return { kind: "not-an-upgrade", request, refusal: refusalFor("UPGRADE_MISSING") };
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    return { kind: "refused", refusal: refusalFor(error.code, error.detail) };
  }
}

/**
 * Tells whether a request is an opening handshake. Some are hard to recognise: a proxy has
 * made HTTP/1.0 of them, or taken Upgrade away, and only the key is left.
 *
 * @throws {HandshakeError} It is meant as one, and can be none.
 */
function isHandshake({ method, httpVersion, fields }: RequestHead): boolean {
  const wish = upgradeWish(fields);
  if (wish === "other" || (wish === "none" && fields.count("Sec-WebSocket-Key") === 0)) {
    return false;
  }
  if (httpVersion !== "1.1") {
    throw new HandshakeError("HTTP_VERSION_UNSUPPORTED", { detail: "it is 1.0" });
  }
  if (method !== "GET") throw new HandshakeError("METHOD_NOT_GET");
  if (wish === "none") throw new HandshakeError("UPGRADE_MISSING");
  return true;
}

function checkHttp({ method, target: rawTarget, httpVersion, fields }: RequestHead): PlainRequest {
  if (httpVersion !== "1.1" && httpVersion !== "1.0") {
    throw new HandshakeError("HTTP_VERSION_UNSUPPORTED");
  }
  if (method !== "GET" && method !== "HEAD") throw new HandshakeError("METHOD_NOT_GET");
  const parsed = parseRequestTarget(rawTarget);
  if (parsed === undefined) throw new HandshakeError("TARGET_INVALID");
  const mayLackHost = httpVersion === "1.0" && fields.count("Host") === 0; // RFC 9112 §3.2
  const host = mayLackHost ? (parsed.host ?? "") : checkHost(fields, parsed);
  checkNoBody(fields);
  if (fields.count("Origin") > 1) {
    // Fields.get would give undefined, and that means "not from a browser".
    throw new HandshakeError("HEAD_MALFORMED", { detail: "there is more than one Origin" });
  }
  const { target, path, query } = parsed;
  return { target, path, query, host, origin: fields.get("Origin"), fields };
}

/** RFC 9112 §3.2: exactly one Host; an absolute target overrides it, but does not replace it. */
function checkHost(fields: Fields, target: RequestTarget): string {
  const host = fields.get("Host");
  if (host === undefined || parseAuthority(host) === undefined) {
    throw new HandshakeError("HOST_INVALID");
  }
  return target.host ?? host;
}

/** Bytes behind the head are frames, so there must be no second opinion on that. */
function checkNoBody(fields: Fields): void {
  const isEmpty = fields.count("Content-Length") === 0 || fields.get("Content-Length") === "0";
  if (!isEmpty || fields.count("Transfer-Encoding") > 0)
    throw new HandshakeError("BODY_UNEXPECTED");
}

function checkUpgrade(request: PlainRequest): UpgradeRequest {
  const { target, path, query, host, origin, fields } = request;
  if (!listsUpgrade(fields)) throw new HandshakeError("CONNECTION_MISSING");
  if (fields.count("Sec-WebSocket-Version") > 1) throw new HandshakeError("VERSION_INVALID");
  if (fields.get("Sec-WebSocket-Version") !== "13") throw otherVersion(fields);
  const key = fields.get("Sec-WebSocket-Key");
  if (key === undefined || !isKey(key)) throw badKey(key);
  const subprotocols = parseSubprotocolOffers(fields);
  const extensionOffers = parseExtensions(fields);
  // By name: to spread one object into another takes as long as half of these checks.
  return { target, path, query, host, origin, fields, key, subprotocols, extensionOffers };
}

function otherVersion(fields: Fields): HandshakeError {
  const [version, ...more] = parseVersions(fields) ?? [];
  const isOne = version !== undefined && more.length === 0;
  return new HandshakeError("VERSION_UNSUPPORTED", {
    detail: isOne ? `the client asked for ${version}` : undefined,
  });
}

function badKey(key: string | undefined): HandshakeError {
  const length = key?.length ?? 0;
  // Of the right length it has a character that does not belong there.
  const detail = length === 0 || length === 24 ? undefined : `it has ${length} characters`;
  return new HandshakeError("KEY_INVALID", { detail });
}

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
 * Builds the bytes of the 101 response (RFC 6455 §4.2.2). The caller owns them.
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
