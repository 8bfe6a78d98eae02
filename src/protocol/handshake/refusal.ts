// A server's answer when it does not accept the handshake (RFC 6455 §4.2.2).
import type { HandshakeFaultCode } from "./handshake-error.js";
import type { HeaderFields } from "./outgoing-fields.js";

export interface Refusal {
  readonly httpStatus: number;
  /** Why, in one line, for hooks and logs. Holds nothing secret. */
  readonly reason: string;
  /** Besides Content-Length, Content-Type and Connection. */
  readonly headers: HeaderFields;
  /** Plain text: what is wrong and what to set. */
  readonly body: string;
  /** The row of {@link HANDSHAKE_FAULTS}; `undefined` when the application refused. */
  readonly code: HandshakeFaultCode | undefined;
}

/** The refusal that a row of {@link HANDSHAKE_FAULTS} stands for; 400 where the row has no status. */
export function refusalFor(code: HandshakeFaultCode, detail?: string): Refusal {
  throw new Error(`unfinished ${code} ${detail}`);
}

/** Builds the bytes of the whole response: `Connection: close`, with Content-Length. @throws {TypeError | RangeError} */
export function buildRefusal(refusal: Omit<Refusal, "reason" | "code">): Uint8Array {
  throw new Error(`unfinished ${refusal.httpStatus}`);
}
