import { WebSocketError } from "../protocol/index.js";

const REASONS = {
  PONG_TIMEOUT: "the peer answered no ping within pongTimeoutMs",
  CLOSE_TIMEOUT: "the peer did not finish the closing handshake within closeTimeoutMs",
  TRANSPORT_FAILED: "the transport failed",
  BUFFER_OVERFLOW: "the peer reads too slowly: more than maxBufferedBytes allows waited for it",
  TERMINATED: "terminate() was called",
} as const;

/** The connection ended for a reason outside the protocol. */
export class TransportError extends WebSocketError {
  override readonly name = "TransportError";
  override readonly code: keyof typeof REASONS;

  constructor(code: keyof typeof REASONS, options?: ErrorOptions) {
    super(REASONS[code], options);
    this.code = code;
  }
}
