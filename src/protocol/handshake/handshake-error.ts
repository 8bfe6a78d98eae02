// Every way an opening handshake can fail, as one table and one error.
import { brand } from "../../input/index.js";
import { WebSocketError } from "../errors.js";
import { visibleText } from "../visible-text.js";
import { type Fields, lowerCaseAscii } from "./fields.js";

/** A way in which a handshake can fail. */
export interface HandshakeFault {
  /** What a server answers. `undefined` where only a client can meet the fault. */
  readonly httpStatus: number | undefined;
  /** Where the rule stands, such as `"RFC 6455 §4.2.1"`. */
  readonly section: string;
  readonly rule: string;
  /** The option of this end that is the limit, where the rule is one. */
  readonly option?: string;
}

/**
 * Every way the opening handshake can fail, for both roles.
 *
 * One row decides an error's `code`, its message, the HTTP status a server
 * answers, and the entry in docs/errors.md. A new check starts as a new row here.
 */
// oxfmt-ignore
export const HANDSHAKE_FAULTS = {
  HEAD_MALFORMED:           { httpStatus: 400,       section: "RFC 9112 §2",        rule: "the head must follow the grammar of HTTP/1.1" },
  HEAD_TOO_LARGE:           { httpStatus: 431,       section: "RFC 6585 §5",        rule: "the head is over the limit of bytes", option: "maxHeaderBytes" },
  HEADERS_TOO_MANY:         { httpStatus: 431,       section: "RFC 6585 §5",        rule: "the head is over the limit of header fields", option: "maxHeaderCount" },
  METHOD_NOT_GET:           { httpStatus: 405,       section: "RFC 6455 §4.2.1",    rule: "the method must be GET" },
  HTTP_VERSION_UNSUPPORTED: { httpStatus: 505,       section: "RFC 6455 §4.2.1",    rule: "the HTTP version must be 1.1" },
  TARGET_INVALID:           { httpStatus: 400,       section: "RFC 6455 §4.2.1",    rule: "the request target must be a path or an http(s) or ws(s) URI, in ASCII and without a fragment" },
  HOST_INVALID:             { httpStatus: 400,       section: "RFC 9112 §3.2",      rule: "there must be exactly one Host header field, with a host in it" },
  BODY_UNEXPECTED:          { httpStatus: 400,       section: "RFC 9112 §6",        rule: "an opening handshake carries no body" },
  UPGRADE_MISSING:          { httpStatus: 426,       section: "RFC 6455 §4",        rule: "the Upgrade header field must name websocket" },
  CONNECTION_MISSING:       { httpStatus: 400,       section: "RFC 6455 §4",        rule: "the Connection header field must list the token upgrade" },
  KEY_INVALID:              { httpStatus: 400,       section: "RFC 6455 §4.2.1",    rule: "there must be exactly one Sec-WebSocket-Key, 22 base64 characters and ==" },
  VERSION_INVALID:          { httpStatus: 400,       section: "RFC 6455 §11.3.5",   rule: "there must be exactly one Sec-WebSocket-Version" },
  VERSION_UNSUPPORTED:      { httpStatus: 426,       section: "RFC 6455 §4.4",      rule: "only version 13 of the protocol is spoken" },
  SUBPROTOCOLS_INVALID:     { httpStatus: 400,       section: "RFC 6455 §11.3.4",   rule: "Sec-WebSocket-Protocol must list tokens, each of them once" },
  EXTENSIONS_INVALID:       { httpStatus: 400,       section: "RFC 6455 §9.1",      rule: "Sec-WebSocket-Extensions must follow its grammar" },
  HOST_REFUSED:             { httpStatus: 421,       section: "RFC 9110 §7.4",      rule: "the server must serve the host that is asked for" },
  ORIGIN_REFUSED:           { httpStatus: 403,       section: "RFC 6455 §10.2",     rule: "pages of this origin may not connect" },
  TIMEOUT:                  { httpStatus: 408,       section: "RFC 6455 §4",        rule: "the opening handshake took longer than the limit", option: "handshakeTimeoutMs" },
  CONNECTIONS_TOO_MANY:     { httpStatus: 503,       section: "RFC 6455 §10",       rule: "the server is at its limit of connections", option: "maxConnections" },
  SERVER_CLOSING:           { httpStatus: 503,       section: "RFC 6455 §4.2.2",    rule: "the server is closing" },
  STATUS_UNEXPECTED:        { httpStatus: undefined, section: "RFC 6455 §4.1",      rule: "the server did not switch protocols" },
  INTERIM_TOO_MANY:         { httpStatus: undefined, section: "RFC 9110 §15.2",     rule: "the server sent too many interim responses" },
  ACCEPT_INVALID:           { httpStatus: undefined, section: "RFC 6455 §4.1",      rule: "there must be exactly one Sec-WebSocket-Accept, made from the key of this request" },
  SUBPROTOCOL_UNOFFERED:    { httpStatus: undefined, section: "RFC 6455 §4.1",      rule: "the server must pick one of the offered subprotocols, or none" },
  SUBPROTOCOL_NOT_PICKED:   { httpStatus: undefined, section: "WHATWG WebSockets §2.2", rule: "the server must pick one of the subprotocols that a WebSocket offers" },
  EXTENSION_UNOFFERED:      { httpStatus: undefined, section: "RFC 6455 §4.1",      rule: "the server may accept only what was offered" },
  DEFLATE_RESPONSE_INVALID: { httpStatus: undefined, section: "RFC 7692 §7.1",      rule: "the server's permessage-deflate parameters must be valid and fit the offer" },
  TRANSPORT_FAILED:         { httpStatus: undefined, section: "RFC 6455 §4.1",      rule: "the network connection failed" },
  TRANSPORT_ENDED:          { httpStatus: undefined, section: "RFC 6455 §4.1",      rule: "the network connection ended before the handshake was complete" },
  ABORTED:                  { httpStatus: undefined, section: "RFC 6455 §7.1.7",    rule: "the attempt was given up" },
} as const;

/** The names of {@link HANDSHAKE_FAULTS}: the `code` of a {@link HandshakeError}. */
export type HandshakeFaultCode = keyof typeof HANDSHAKE_FAULTS;

/** What is known of one failed handshake beside its fault. */
export interface HandshakeErrorOptions extends ErrorOptions {
  /** More about this one case. Goes into the message: nothing secret may be in it. */
  readonly detail?: string | undefined;
  /** What the option of the row is set to. It makes the detail, with {@link value}. */
  readonly limit?: number | undefined;
  /** What is over the limit, as far as it is known. */
  readonly value?: number | undefined;
  readonly httpStatus?: number | undefined;
  readonly headers?: Fields | undefined;
  readonly body?: Uint8Array | undefined;
  /** Where the client wanted to go, without user information and query: it goes into the message. */
  readonly url?: string | undefined;
}

/**
 * The opening handshake failed, so there is no connection (RFC 6455 §4).
 *
 * The message has the address, the rule, the status and the first line of the body, with
 * control characters as escapes. It never holds what may be secret: no user information, no
 * query, no header value.
 */
export class HandshakeError extends WebSocketError {
  override readonly name = "HandshakeError";
  override readonly code: HandshakeFaultCode;
  /** The rule that was broken, such as `"RFC 6455 §4.1"`. */
  readonly section: string;
  /** More about this one case, where there is more; part of the message. */
  readonly detail: string | undefined;
  /** The option of this end that is the limit, such as `"maxHeaderBytes"`, where the rule is one. */
  readonly option: string | undefined;
  /** What {@link option} is set to, and the number over it, where they are known. */
  readonly limit: number | undefined;
  readonly value: number | undefined;
  /** What the server answered, when it did. */
  readonly httpStatus: number | undefined;
  /** The header fields of the server's answer. */
  readonly headers: Fields | undefined;
  /** How the body of the server's answer begins: at most 16 KiB of it. */
  readonly body: Uint8Array | undefined;
  /** Where the client wanted to go, without user information and query. `undefined` on a server. */
  readonly url: string | undefined;

  constructor(code: HandshakeFaultCode, options: HandshakeErrorOptions = {}) {
    const { section, rule, option }: HandshakeFault = HANDSHAKE_FAULTS[code];
    const { httpStatus, headers, body, url, limit, value } = options;
    const detail = options.detail ?? detailOfLimit(code, limit, value);
    const said = quoted(textOf(body));
    const parts = [url && shortened(url), rule, detail, said].filter((part) => part !== undefined);
    super(`${parts.join(": ")} (${section})`, options);
    this.code = code;
    this.section = section;
    this.detail = detail;
    this.option = option;
    this.limit = limit;
    this.value = value;
    this.httpStatus = httpStatus;
    this.headers = headers;
    this.body = body;
    this.url = url;
  }

  /** {@link body} as text; `""` without one. What is not UTF-8 in it is U+FFFD. */
  get bodyText(): string {
    return textOf(this.body);
  }
}

// The layer of Node has a class of its own under this name, which is derived from this one.
brand(HandshakeError, "protocol.HandshakeError");

/** The error of a head that breaks the grammar of HTTP. */
export function malformed(detail: string): HandshakeError {
  return new HandshakeError("HEAD_MALFORMED", { detail });
}

/** What is said of a limit: the option, what it is set to, and the number over it. */
export function detailOfLimit(
  code: HandshakeFaultCode,
  limit: number | undefined,
  value?: number,
): string | undefined {
  const { option }: HandshakeFault = HANDSHAKE_FAULTS[code];
  if (option === undefined || limit === undefined) return undefined;
  const set = `${option} is ${limit}`;
  return value === undefined ? set : `at least ${value}, and ${set}`;
}

function textOf(body: Uint8Array | undefined): string {
  return body === undefined ? "" : new TextDecoder().decode(body);
}

/** Most characters of an address, and of a body's first line, that go into a message. */
const MAX_CHARACTERS = 200;

function shortened(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
}

/** The first line of a body that says something; of a page its title. */
function quoted(body: string): string | undefined {
  const line = body.split("\n").find((text) => text.trim() !== "");
  const text = line?.trimStart().startsWith("<") ? (titleOf(body) ?? line) : line;
  return text === undefined ? undefined : `"${shortened(visibleText(text.trim()))}"`;
}

function titleOf(html: string): string | undefined {
  const lower = lowerCaseAscii(html);
  const start = lower.indexOf("<title>");
  const end = lower.indexOf("</title>", start);
  return start < 0 || end < 0 ? undefined : html.slice(start + "<title>".length, end);
}
