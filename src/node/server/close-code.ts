/** The check of what a server closes connections with. */
import { isValidOnWire, serializeClosePayload } from "../../protocol/index.js";
import { nodePlatform } from "../platform.js";

/**
 * Checks what a server is to close connections with, before there are any.
 *
 * @throws {RangeError} The code may not be sent, or the reason is over 123 bytes as UTF-8.
 */
export function checkCloseStatus(code: number, reason: string): void {
  if (!isValidOnWire(code)) throw new RangeError(`the close code ${code} may not be sent`);
  serializeClosePayload({ code, reason }, nodePlatform);
}
