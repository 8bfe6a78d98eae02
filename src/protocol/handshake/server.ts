// The server's half of the opening handshake (RFC 6455 §4.2).
import type { Extension } from "./extension-header.js";
import type { Fields } from "./fields.js";
import type { RequestHead } from "./head.js";
import type { HeaderFields } from "./outgoing-fields.js";
import type { Refusal } from "./refusal.js";

/** A request that keeps every rule of RFC 6455 §4.2.1. */
export interface UpgradeRequest {
  /** Path and query, as in the request line or resolved from an absolute URI. */
  readonly target: string;
  readonly path: string;
  /** Without the `?`; `""` when there is none. Secret: may hold a token. */
  readonly query: string;
  /** The value of Host. */
  readonly host: string;
  /** The value of Origin; `undefined`: not from a browser. */
  readonly origin: string | undefined;
  readonly key: string;
  /** What the client offers, best first. */
  readonly subprotocols: readonly string[];
  readonly extensionOffers: readonly Extension[];
  readonly fields: Fields;
}

/** A request that is good HTTP but asks for no upgrade to websocket. */
export interface PlainRequest {
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly host: string;
  readonly fields: Fields;
}

export type RequestVerdict =
  | { readonly kind: "upgrade"; readonly request: UpgradeRequest }
  | { readonly kind: "not-an-upgrade"; readonly request: PlainRequest; readonly refusal: Refusal }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Judges a request. Never throws for what a peer sent. */
export function judgeRequest(head: RequestHead): RequestVerdict {
  throw new Error(`unfinished ${head.method}`);
}

export interface Acceptance {
  /** From {@link acceptFor} and the key of the request. */
  readonly accept: string;
  /** One of those that the client offered. */
  readonly subprotocol?: string | undefined;
  /** What was agreed, such as the `response` of {@link acceptDeflateOffer}. */
  readonly extensions?: readonly Extension[] | undefined;
  readonly headers?: HeaderFields | undefined;
}

/** Builds the bytes of the 101 response. @throws {TypeError} */
export function buildAcceptance(request: UpgradeRequest, acceptance: Acceptance): Uint8Array {
  throw new Error(`unfinished ${request.key} ${acceptance.accept}`);
}
