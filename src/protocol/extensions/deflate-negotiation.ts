// Negotiates permessage-deflate (RFC 7692 §5, §7.1).
import type { Extension } from "../handshake/extension-header.js";

/** What one end wants of permessage-deflate. The names say whose compressor is meant, in either role. */
export interface PerMessageDeflateConfig {
  /** The server forgets its window after each message. @defaultValue false */
  readonly serverNoContextTakeover?: boolean | undefined;
  /** The client forgets its window after each message. @defaultValue false */
  readonly clientNoContextTakeover?: boolean | undefined;
  /** Base-2 logarithm of the server's window, 8 to 15. @defaultValue 12 on a server, no demand on a client */
  readonly serverMaxWindowBits?: number | undefined;
  /** Base-2 logarithm of the client's window, 8 to 15. @defaultValue 12 */
  readonly clientMaxWindowBits?: number | undefined;
  /** The smallest window that this end's compressor can keep to: `DeflateCodec.minWindowBits`. @defaultValue 8 */
  readonly minWindowBits?: number | undefined;
}

/** What both ends keep to. An end's own window may be smaller than what the peer knows of; never larger. */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

export interface AcceptedDeflate {
  readonly parameters: DeflateParameters;
  /** The element for the response. */
  readonly response: Extension;
}

/** Checks a configuration. @throws {RangeError} */
export function checkDeflateConfig(config: PerMessageDeflateConfig): void {
  throw new Error(`unfinished ${config.minWindowBits}`);
}

/** The offers a client sends, best first. */
export function deflateOffers(configs: readonly PerMessageDeflateConfig[]): readonly Extension[] {
  throw new Error(`unfinished ${configs.length}`);
}

/** The server's choice: the first of the offers that it can keep; `undefined` when there is none. */
export function acceptDeflateOffer(
  offers: readonly Extension[],
  config: PerMessageDeflateConfig,
): AcceptedDeflate | undefined {
  throw new Error(`unfinished ${offers.length} ${config.minWindowBits}`);
}

/**
 * The client's judgement of the response's elements. `undefined`: the server declined.
 *
 * @throws {HandshakeError} `EXTENSION_UNOFFERED` or `DEFLATE_RESPONSE_INVALID`.
 */
export function judgeDeflateResponse(
  response: readonly Extension[],
  configs: readonly PerMessageDeflateConfig[],
): DeflateParameters | undefined {
  throw new Error(`unfinished ${response.length} ${configs.length}`);
}
