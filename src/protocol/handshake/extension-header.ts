// Sec-WebSocket-Extensions, both ways (RFC 6455 §9.1).
import type { Fields } from "./fields.js";

/** One element of the header: an extension and its parameters, in order and with repetitions. */
export interface Extension {
  readonly name: string;
  /** A value is a token, without quotes; `undefined` when the parameter stands alone. */
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[];
}

/**
 * Reads all Sec-WebSocket-Extensions lines as one list. Empty when there is none.
 *
 * @throws {HandshakeError} `EXTENSIONS_INVALID`.
 */
export function parseExtensions(fields: Fields): readonly Extension[] {
  throw new Error(`unfinished ${fields.size}`);
}

/** Writes the value of one Sec-WebSocket-Extensions line. */
export function serializeExtensions(extensions: readonly Extension[]): string {
  throw new Error(`unfinished ${extensions.length}`);
}
