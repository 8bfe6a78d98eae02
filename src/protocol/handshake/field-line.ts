// One header line: `name: value` (RFC 9112 §5).
import type { FieldLine } from "./fields.js";
import { malformed } from "./handshake-error.js";
import { isToken, trimmedFrom } from "./http-fields.js";

/**
 * Reads a header line without its CRLF. A line that starts with whitespace, the
 * folding that RFC 9112 §5.2 gave up, has no name and is refused; so is whitespace
 * before the colon (§5.1).
 *
 * @throws {HandshakeError} `HEAD_MALFORMED`.
 */
export function parseFieldLine(line: string): FieldLine {
  const colon = line.indexOf(":");
  if (colon < 0) throw malformed("a header line has no colon");
  const name = line.slice(0, colon);
  if (!isToken(name)) throw malformed("the name of a header field is not a token");
  return [name, trimmedFrom(line, colon + 1)];
}
