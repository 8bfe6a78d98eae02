/** The errors of a connection outside the protocol. */
import { brand, isError } from "../../input/index.js";
import { type Finding, WebSocketError, withFinding } from "../../protocol/index.js";

/** A way in which a connection can end outside the protocol. */
export interface TransportFault {
  /** What happened. Names in braces stand for a {@link Finding}. */
  readonly rule: string;
  /** The option of this end that is the limit, where there is one. */
  readonly option?: string;
}

/** Every way in which a connection can end outside the protocol: one row is an error's `code` and message, and its entry in docs/errors.md. */
// oxfmt-ignore
export const TRANSPORT_FAULTS = {
  PONG_TIMEOUT:     { rule: "the peer gave no sign of life within pongTimeoutMs {limit} after a ping", option: "pongTimeoutMs" },
  CLOSE_TIMEOUT:    { rule: "the peer did not finish the closing handshake within closeTimeoutMs {limit}", option: "closeTimeoutMs" },
  BUFFER_OVERFLOW:  { rule: "the peer reads too slowly: {value} bytes wait for it, over {what} {limit}", option: "maxBufferedBytes" },
  TRANSPORT_FAILED: { rule: "the transport failed: {what}" },
  PING_UNANSWERED:  { rule: "no pong came: {what}" },
  NOT_WRITTEN:      { rule: "this was not sent: {what}" },
  TERMINATED:       { rule: "terminate() was called" },
} as const;

/** The names of {@link TRANSPORT_FAULTS}: the `code` of a {@link TransportError}. */
export type TransportFaultCode = keyof typeof TRANSPORT_FAULTS;

/** The connection ended for a reason outside the protocol. */
export class TransportError extends WebSocketError {
  override readonly name = "TransportError";
  override readonly code: TransportFaultCode;
  /** The number that is over {@link limit}; `undefined` where that is a time. */
  readonly value: number | undefined;
  /** The option of this end that is the limit, such as `"pongTimeoutMs"`, where there is one. */
  readonly option: string | undefined;
  /** The value of {@link option}. */
  readonly limit: number | undefined;

  constructor(code: TransportFaultCode, finding: Finding = {}, options?: ErrorOptions) {
    const { rule, option }: TransportFault = TRANSPORT_FAULTS[code];
    super(withFinding(rule, finding), options);
    this.code = code;
    this.value = finding.value;
    this.option = option;
    this.limit = finding.limit;
  }
}

brand(TransportError, "TransportError");

/** The error for a transport that failed with `cause`. */
export function transportError(cause: Error): TransportError {
  return new TransportError(
    "TRANSPORT_FAILED",
    { what: codeOf(cause) ?? cause.message },
    { cause },
  );
}

const UNTRUSTED =
  "the option tls.ca names whom to trust beside those that Node trusts, such as the certificate itself";
const NO_TLS = "the server does not speak TLS here, so ws in place of wss may be right";

/** Advice for errors of TLS, by their code. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ["DEPTH_ZERO_SELF_SIGNED_CERT", UNTRUSTED],
  ["SELF_SIGNED_CERT_IN_CHAIN", UNTRUSTED],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", UNTRUSTED],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", UNTRUSTED],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "the certificate is another host's: the option tls.servername says whose to expect",
  ],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", NO_TLS],
  ["ERR_SSL_WRONG_VERSION_NUMBER", NO_TLS],
]);

/** Describes an error of the network or of TLS: its code, and advice where there is some. */
export function detailOf(cause: unknown): string | undefined {
  const code = codeOf(cause);
  const advice = code && ADVICE.get(code);
  return advice ? `${code} (${advice})` : code;
}

/** The `code` of an error of the network or of TLS, such as `"ECONNRESET"`: it says all, and holds nothing secret. */
export function codeOf(cause: unknown): string | undefined {
  const code = isError(cause) && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : undefined;
}
