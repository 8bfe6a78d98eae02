// Every way an opening handshake can fail, as one table and one error.
import { WebSocketError } from "../errors.js";
import type { Fields } from "./fields.js";

/** A way in which a handshake can fail. */
export interface HandshakeFault {
  /** What a server answers. `undefined` where only a client can meet the fault. */
  readonly httpStatus: number | undefined;
  /** Where the rule stands, such as `"RFC 6455 §4.2.1"`. */
  readonly section: string;
  readonly rule: string;
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
  HEAD_TOO_LARGE:           { httpStatus: 431,       section: "RFC 6585 §5",        rule: "the head is over the limit of bytes" },
  HEADERS_TOO_MANY:         { httpStatus: 431,       section: "RFC 6585 §5",        rule: "the head is over the limit of header fields" },
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
  ORIGIN_REFUSED:           { httpStatus: 403,       section: "RFC 6455 §10.2",     rule: "pages of this origin may not connect" },
  TIMEOUT:                  { httpStatus: 408,       section: "RFC 6455 §4",        rule: "the opening handshake took longer than the limit" },
  CONNECTIONS_TOO_MANY:     { httpStatus: 503,       section: "RFC 6455 §10",       rule: "the server is at its limit of connections" },
  SERVER_CLOSING:           { httpStatus: 503,       section: "RFC 6455 §4.2.2",    rule: "the server is closing" },
  STATUS_UNEXPECTED:        { httpStatus: undefined, section: "RFC 6455 §4.1",      rule: "the server did not switch protocols" },
  INTERIM_TOO_MANY:         { httpStatus: undefined, section: "RFC 9110 §15.2",     rule: "the server sent too many interim responses" },
  ACCEPT_INVALID:           { httpStatus: undefined, section: "RFC 6455 §4.1",      rule: "there must be exactly one Sec-WebSocket-Accept, made from the key of this request" },
  SUBPROTOCOL_UNOFFERED:    { httpStatus: undefined, section: "RFC 6455 §4.1",      rule: "the server must pick one of the offered subprotocols, or none" },
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
  readonly httpStatus?: number | undefined;
  readonly headers?: Fields | undefined;
  readonly body?: Uint8Array | undefined;
}

/**
 * The opening handshake failed, so there is no connection (RFC 6455 §4).
 *
 * The message never holds what may be secret: no query, no header value.
 */
export class HandshakeError extends WebSocketError {
  override readonly name = "HandshakeError";
  override readonly code: HandshakeFaultCode;
  /** The rule that was broken, such as `"RFC 6455 §4.1"`. */
  readonly section: string;
  /** More about this one case, where there is more; part of the message. */
  readonly detail: string | undefined;
  /** What the server answered, when it did. */
  readonly httpStatus: number | undefined;
  /** The header fields of the server's answer. */
  readonly headers: Fields | undefined;
  /** How the body of the server's answer begins: at most 16 KiB of it. */
  readonly body: Uint8Array | undefined;

  constructor(code: HandshakeFaultCode, options: HandshakeErrorOptions = {}) {
    const { section, rule }: HandshakeFault = HANDSHAKE_FAULTS[code];
    const { detail, httpStatus, headers, body } = options;
    super(`${detail === undefined ? rule : `${rule}: ${detail}`} (${section})`, options);
    this.code = code;
    this.section = section;
    this.detail = detail;
    this.httpStatus = httpStatus;
    this.headers = headers;
    this.body = body;
  }
}
