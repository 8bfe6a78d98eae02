// Sec-WebSocket-Extensions, both ways (RFC 6455 §9.1).
import { FieldScanner, type Fields, isToken } from "./fields.js";
import { HandshakeError } from "./handshake-error.js";

/** A parameter: its value is a token, without quotes; `undefined` when the name stands alone. */
export type ExtensionParameter = readonly [name: string, value: string | undefined];

/** One element of the header: an extension and its parameters, in order and with repetitions. */
export interface Extension {
  readonly name: string;
  readonly parameters: readonly ExtensionParameter[];
}

/**
 * Reads all Sec-WebSocket-Extensions lines as one list (§9.1); empty when there is none.
 * What the names mean is not looked at.
 *
 * Elements without anything in them are passed over, so a field without others is as if
 * it were not there (RFC 9110 §5.6.1.2). Strict otherwise: a quoted value must stand for a
 * token. Around `,` `;` and `=` there may be whitespace, as the grammar of RFC 2616 has it.
 *
 * @throws {HandshakeError} `EXTENSIONS_INVALID`.
 */
export function parseExtensions(fields: Fields): readonly Extension[] {
  const list = fields.listOf("Sec-WebSocket-Extensions");
  if (list === undefined) return [];

  const scanner = new FieldScanner(list);
  const extensions: Extension[] = [];
  skipEmptyElements(scanner);
  while (!scanner.isAtEnd) {
    extensions.push(takeExtension(scanner));
    if (scanner.isAtEnd) break;
    if (!scanner.takeSeparator(",")) throw invalid("there is something behind an element");
    skipEmptyElements(scanner);
  }
  return extensions;
}

function skipEmptyElements(scanner: FieldScanner): void {
  scanner.skipWhitespace();
  while (scanner.takeSeparator(","));
}

function takeExtension(scanner: FieldScanner): Extension {
  const name = scanner.takeToken();
  if (name === undefined) throw invalid("the name of an extension is missing");
  const parameters: ExtensionParameter[] = [];
  while (scanner.takeSeparator(";")) parameters.push(takeParameter(scanner));
  return { name, parameters };
}

function takeParameter(scanner: FieldScanner): ExtensionParameter {
  const name = scanner.takeToken();
  if (name === undefined) throw invalid("the name of a parameter is missing");
  if (!scanner.takeSeparator("=")) return [name, undefined];
  const value = scanner.takeTokenOrQuoted();
  if (value === undefined) throw invalid("the value of a parameter is not a token");
  return [name, value];
}

function invalid(detail: string): HandshakeError {
  return new HandshakeError("EXTENSIONS_INVALID", { detail });
}

/**
 * Writes the value of one Sec-WebSocket-Extensions line; `""` for no extension, and
 * then there must be no line.
 *
 * @throws {TypeError} When a name or a value is not a token.
 */
export function serializeExtensions(extensions: readonly Extension[]): string {
  return extensions.map(serializeExtension).join(", ");
}

function serializeExtension({ name, parameters }: Extension): string {
  const parts = parameters.map(([parameter, value]) =>
    value === undefined ? checkToken(parameter) : `${checkToken(parameter)}=${checkToken(value)}`,
  );
  return [checkToken(name), ...parts].join("; ");
}

function checkToken(text: string): string {
  if (!isToken(text)) throw new TypeError("names and values of extensions must be tokens");
  return text;
}
