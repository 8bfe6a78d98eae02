/**
 * Checks the base-2 logarithm of a window, 8 to 15 (RFC 7692 §7.1.2).
 *
 * @throws {RangeError} for any other number.
 */
export function checkWindowBits(windowBits: number): void {
  if (!Number.isInteger(windowBits) || windowBits < 8 || windowBits > 15) {
    throw new RangeError(`windowBits is a whole number from 8 to 15: ${windowBits}`);
  }
}
