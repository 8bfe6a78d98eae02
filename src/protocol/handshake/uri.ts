// ws and wss URIs (RFC 6455 §3).

export interface WebSocketUri {
  /** Whether the connection goes through TLS (wss, https). */
  readonly secure: boolean;
  /** Where to connect: lower case; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** The value of Host: an IPv6 address in brackets, the port only when it is not the default. */
  readonly hostHeader: string;
  /** The request target: path and query, percent-encoded. */
  readonly target: string;
  /** `user:password`, percent-decoded. Secret. */
  readonly userinfo: string | undefined;
}

/** Converts a host with non-ASCII characters to punycode; `""` when it cannot. Node's `url.domainToASCII`. */
export type DomainToAscii = (host: string) => string;

/**
 * Reads a ws or wss URI; http and https stand for them (WHATWG WebSockets).
 *
 * @throws {SyntaxError} Saying what to change. Holds no part of the URI.
 */
export function parseUri(uri: string, domainToAscii?: DomainToAscii): WebSocketUri {
  throw new Error(`unfinished ${uri} ${domainToAscii?.name}`);
}
