// The client's half of the opening handshake (RFC 6455 §4.1).
import type {
  DeflateParameters,
  PerMessageDeflateConfig,
} from "../extensions/deflate-negotiation.js";
import type { HandshakeError } from "./handshake-error.js";
import type { ResponseHead } from "./head.js";
import type { HeaderFields } from "./outgoing-fields.js";
import type { WebSocketUri } from "./uri.js";

export interface ClientRequest {
  readonly uri: WebSocketUri;
  /** From {@link serializeKey}: new for each attempt. */
  readonly key: string;
  /** Best first. */
  readonly subprotocols?: readonly string[] | undefined;
  /** What to offer of permessage-deflate, best first; none: not offered. */
  readonly deflate?: readonly PerMessageDeflateConfig[] | undefined;
  readonly origin?: string | undefined;
  readonly headers?: HeaderFields | undefined;
}

/** Builds the bytes of the request. @throws {TypeError | SyntaxError} */
export function buildRequest(request: ClientRequest): Uint8Array {
  throw new Error(`unfinished ${request.key}`);
}

export interface Expectations {
  /** From {@link acceptFor} and the key of the request. */
  readonly accept: string;
  readonly subprotocols?: readonly string[] | undefined;
  readonly deflate?: readonly PerMessageDeflateConfig[] | undefined;
}

export interface AgreedByClient {
  /** `undefined` when the server picked none. */
  readonly subprotocol: string | undefined;
  /** `undefined` when permessage-deflate is off. */
  readonly deflate: DeflateParameters | undefined;
}

/** Judges the server's response. @throws {HandshakeError} */
export function judgeResponse(head: ResponseHead, expectations: Expectations): AgreedByClient {
  throw new Error(`unfinished ${head.reason} ${expectations.accept}`);
}

/** The error for a response other than 101, with how its body begins. */
export function unexpectedStatus(head: ResponseHead, body?: Uint8Array): HandshakeError {
  throw new Error(`unfinished ${head.reason} ${body?.length}`);
}
