/** The payload of a Close frame: nothing, or a 2-byte code and a reason (RFC 6455 §5.5.1). */
import { CloseCode, isValidOnWire } from "./close-code.js";
import { ProtocolError } from "./errors.js";
import { MAX_CONTROL_PAYLOAD } from "./frame-header.js";
import type { Platform } from "./platform.js";

/** What a Close frame says. */
export interface CloseStatus {
  /** 1005 stands for a Close frame without a code (§7.1.5). */
  readonly code: number;
  readonly reason: string;
}

/** Bytes that a reason may take as UTF-8: a control frame's payload less the code. */
export const MAX_REASON_BYTES: number = MAX_CONTROL_PAYLOAD - 2;

/**
 * Reads the payload of a Close frame.
 *
 * @throws {ProtocolError} The peer broke §5.5.1, §7.4 or §8.1.
 */
export function parseClosePayload(payload: Uint8Array, platform: Platform): CloseStatus {
  const [high, low] = payload;
  if (high === undefined) return { code: CloseCode.NO_STATUS_RCVD, reason: "" };
  if (low === undefined) throw new ProtocolError("CLOSE_TOO_SHORT");

  const code = (high << 8) | low;
  if (!isValidOnWire(code)) throw new ProtocolError("CLOSE_CODE_INVALID", { value: code });
  const reason = platform.decodeUtf8(payload.subarray(2));
  if (reason === undefined) throw new ProtocolError("UTF8_INVALID", { what: "close reason" });
  return { code, reason };
}

/**
 * Writes the payload of a Close frame, the inverse of {@link parseClosePayload}.
 * A lone surrogate in `reason` goes out as U+FFFD.
 *
 * @throws {RangeError} `code` may not be sent, `reason` is longer than 123 bytes,
 *   or it comes without a code. These are faults of the caller.
 */
export function serializeClosePayload(
  { code, reason }: CloseStatus,
  platform: Platform,
): Uint8Array {
  if (code === CloseCode.NO_STATUS_RCVD) {
    if (reason !== "") throw new RangeError("a close reason needs a close code before it");
    return new Uint8Array(0);
  }
  if (!isValidOnWire(code)) {
    throw new RangeError(`close code ${code} may not be sent: use 1000, or 3000 to 4999`);
  }
  const length = platform.utf8Length(reason);
  if (length > MAX_REASON_BYTES) {
    throw new RangeError(
      `a close reason takes at most 123 bytes as UTF-8, this one takes ${length}`,
    );
  }
  const payload = new Uint8Array(2 + length);
  payload[0] = code >> 8;
  payload[1] = code;
  platform.writeUtf8(payload, 2, reason, length);
  return payload;
}
