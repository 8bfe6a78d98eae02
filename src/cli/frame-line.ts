import { Buffer } from "node:buffer";
import {
  type ObservedFrame,
  Opcode,
  opcodeName,
  reservedBitNames,
  visibleText,
} from "../protocol/index.js";

/** Bytes of a payload that are shown. */
const SHOWN_BYTES = 64;

/**
 * One frame as one line: direction, opcode, flags, length, masking key, payload.
 *
 *     → text FIN 5 bytes key 37fa213d 48656c6c6f "Hello"
 */
export function frameLine(frame: ObservedFrame): string {
  const { direction, opcode, payload, payloadLength, masked, headerBytes } = frame;
  const shown = Buffer.from(payload.subarray(0, SHOWN_BYTES));
  const parts = [direction === "sent" ? "→" : "←", opcodeName(opcode), ...flagsOf(frame)];
  parts.push(`${payloadLength} bytes`);
  if (masked) parts.push("key", Buffer.from(headerBytes.subarray(-4)).toString("hex"));
  if (shown.length > 0)
    parts.push(shown.toString("hex") + (payloadLength > shown.length ? "…" : ""));
  if (isReadable(frame)) parts.push(`"${visibleText(shown.toString("utf8"))}"`);
  return parts.join(" ");
}

function flagsOf({ fin, rsv }: ObservedFrame): string[] {
  const reserved = reservedBitNames(rsv);
  return fin ? ["FIN", ...reserved] : reserved;
}

/** Text that is not compressed can be read as it stands. */
function isReadable({ opcode, rsv, payloadLength }: ObservedFrame): boolean {
  return payloadLength > 0 && rsv === 0 && opcode <= Opcode.TEXT;
}
