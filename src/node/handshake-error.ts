/** The error of a failed opening handshake, as Node has it: its body is a Buffer. */
import { Buffer } from "node:buffer";
import { brand } from "../input/index.js";
import {
  HandshakeError as AnyHandshakeError,
  type HandshakeErrorOptions,
  type HandshakeFaultCode,
  type WebSocketUri,
} from "../protocol/index.js";

/** The opening handshake failed, so there is no connection: what {@link connect} rejects with. */
export class HandshakeError extends AnyHandshakeError {
  /** How the body of the server's answer begins: at most 16 KiB of it. */
  declare readonly body: Buffer | undefined;

  constructor(code: HandshakeFaultCode, options: HandshakeErrorOptions = {}) {
    const { body } = options;
    super(code, {
      ...options,
      body: body && Buffer.from(body.buffer, body.byteOffset, body.length),
    });
  }
}

brand(HandshakeError, "HandshakeError");

/** The error with the address that it is about; `socketPath` is that of the Unix socket that led there. */
export function failureAt(
  error: AnyHandshakeError,
  uri: WebSocketUri,
  socketPath?: string,
): HandshakeError {
  const { code, detail, limit, value, httpStatus, headers, body } = error;
  const found = { detail, limit, value, httpStatus, headers, body };
  const cause = "cause" in error ? { cause: error.cause } : {};
  return new HandshakeError(code, { ...found, url: urlOf(uri, socketPath), ...cause });
}

/** Without user information and query: tokens may be there. */
function urlOf({ secure, hostHeader, target }: WebSocketUri, socketPath?: string): string {
  const [path = ""] = target.split("?", 1);
  if (socketPath !== undefined) return `ws+unix:${socketPath}:${path}`;
  return `${secure ? "wss" : "ws"}://${hostHeader}${path}`;
}
