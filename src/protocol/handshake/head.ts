/** Reads the head of an HTTP/1.1 request or response as its bytes arrive, within limits (RFC 9112 §2). */
import { type Names, checkOptions } from "../../input/index.js";
import { type FieldLine, Fields, isFieldValueCode } from "./fields.js";
import { HandshakeError, malformed } from "./handshake-error.js";
import {
  type RequestLine,
  type StatusLine,
  parseFieldLine,
  parseRequestLine,
  parseStatusLine,
} from "./head-lines.js";

/** A request head: well-formed, but not judged yet. Node's `IncomingMessage` gives the same parts. */
export interface RequestHead extends RequestLine {
  readonly fields: Fields;
}

/** A response head: well-formed, but not judged yet. */
export interface ResponseHead extends StatusLine {
  readonly fields: Fields;
}

/** A head, once all of it is there. */
export interface CompleteHead<Head> {
  readonly head: Head;
  /** The bytes behind the head: a view on the chunk that was pushed last. May be empty. */
  readonly rest: Uint8Array;
}

/**
 * Most interim responses in front of the final one. A server has one to say that it
 * goes on (100), one with hints (103), and a few to keep proxies patient (102).
 */
const MAX_INTERIM_RESPONSES = 16;

/** Empty lines to skip in front of a request: some clients end the body before it with one (RFC 9112 §2.2). */
const EMPTY_LINES_BEFORE_REQUEST = 1;

/**
 * Reads one request head. Of no use once a head came out or an error was thrown:
 * another `push` throws a plain `Error` then.
 */
export class RequestHeadReader {
  readonly #scanner: HeadScanner<RequestLine>;
  #ended = false;

  /** @param decode - Where the platform has something better than ECMAScript. */
  constructor(limits: HeadLimits = {}, decode?: DecodeLatin1) {
    const emptyLines = EMPTY_LINES_BEFORE_REQUEST;
    this.#scanner = new HeadScanner(parseRequestLine, emptyLines, limits, decode);
  }

  /**
   * Takes the next bytes; leaves them alone. Returns the head with the bytes behind
   * it once it is complete, `undefined` until then.
   *
   * @throws {HandshakeError} `HEAD_MALFORMED`, `HEAD_TOO_LARGE` or `HEADERS_TOO_MANY`.
   */
  push(chunk: Uint8Array): CompleteHead<RequestHead> | undefined {
    if (this.#ended) throw alreadyEnded();
    this.#ended = true; // in case the next line throws
    const scanned = this.#scanner.scan(chunk, 0);
    this.#ended = scanned !== undefined;
    if (scanned === undefined) return undefined;
    const { startLine, fields, end } = scanned;
    const { method, target, httpVersion } = startLine;
    return { head: { method, target, httpVersion, fields }, rest: chunk.subarray(end) };
  }
}

/**
 * Reads one response head. Interim responses, 1xx other than 101, are skipped
 * (RFC 9110 §15.2): at most 16, all within one allowance of bytes. Of no use once a
 * head came out or an error was thrown: another `push` throws a plain `Error` then.
 */
export class ResponseHeadReader {
  readonly #scanner: HeadScanner<StatusLine>;
  #interimResponses = 0;
  #ended = false;

  constructor(limits: HeadLimits = {}) {
    this.#scanner = new HeadScanner(parseStatusLine, 0, limits);
  }

  /**
   * Takes the next bytes; leaves them alone. Returns the head with the bytes behind
   * it once it is complete, `undefined` until then.
   *
   * @throws {HandshakeError} `HEAD_MALFORMED`, `HEAD_TOO_LARGE`, `HEADERS_TOO_MANY`
   *   or `INTERIM_TOO_MANY`.
   */
  push(chunk: Uint8Array): CompleteHead<ResponseHead> | undefined {
    if (this.#ended) throw alreadyEnded();
    this.#ended = true; // in case a line below throws
    let scanned = this.#scanner.scan(chunk, 0);
    while (scanned !== undefined) {
      const { startLine, fields, end } = scanned;
      if (!isInterim(startLine.httpStatus)) {
        return { head: { ...startLine, fields }, rest: chunk.subarray(end) };
      }
      this.#interimResponses++;
      if (this.#interimResponses > MAX_INTERIM_RESPONSES) {
        throw new HandshakeError("INTERIM_TOO_MANY");
      }
      scanned = this.#scanner.scan(chunk, end);
    }
    this.#ended = false;
    return undefined;
  }
}

function isInterim(httpStatus: number): boolean {
  return httpStatus < 200 && httpStatus !== 101;
}

function alreadyEnded(): Error {
  return new Error("the head was read already, or was refused");
}

const LF = 0x0a;
const CR = 0x0d;

const NOTHING = new Uint8Array(0);

/** How many bytes become characters in one call: engines limit the number of arguments. */
const DECODE_BYTES = 4096;

/** Makes a character of each of the bytes from `start` to `end`, without a view of them if it can. */
type DecodeLatin1 = (bytes: Uint8Array, start: number, end: number) => string;

/** How long a head may be. */
export interface HeadLimits {
  /**
   * Most bytes of a head, start line and empty line included.
   *
   * @defaultValue 16384, what Node's own parser takes
   */
  readonly maxHeaderBytes?: number | undefined;
  /**
   * Most header lines of a head.
   *
   * @defaultValue 128: browsers behind several proxies send about 40
   */
  readonly maxHeaderCount?: number | undefined;
}

const NAMES: Names<HeadLimits> = {
  owner: "a reader of heads",
  known: { maxHeaderBytes: true, maxHeaderCount: true },
};

interface ScannedHead<StartLine> {
  readonly startLine: StartLine;
  readonly fields: Fields;
  /** Where the bytes behind the head start, in the chunk that completed it. */
  readonly end: number;
}

/**
 * Takes the bytes of one head after another. Looks at each byte once, however they
 * are cut into chunks, and holds no more than the lines so far.
 *
 * Strict where leniency has been used to smuggle requests: a line ends in CR LF and
 * nothing else, and no control character but tab may stand in one.
 */
export class HeadScanner<StartLine> {
  readonly #parseStartLine: (line: string) => StartLine;
  readonly #decode: DecodeLatin1;
  readonly #maxBytes: number;
  readonly #maxCount: number;
  /** How many empty lines may still come in front of the start line. */
  #emptyLines: number;
  /** Bytes so far, of all heads: interim responses use up the same allowance. */
  #bytes = 0;
  /** What earlier chunks had of the line that has not ended yet: the first `#length` bytes. */
  #line: Uint8Array = NOTHING;
  #length = 0;
  #afterCr = false;
  #startLine: StartLine | undefined;
  #fieldLines: FieldLine[] = [];

  /**
   * @param emptyLines - How many empty lines to skip in front of the first start line.
   * @param decode - Where the platform has something better than ECMAScript.
   * @throws {TypeError} A limit does not exist.
   */
  constructor(
    parseStartLine: (line: string) => StartLine,
    emptyLines: number,
    limits: HeadLimits,
    decode: DecodeLatin1 = decodeLatin1,
  ) {
    checkOptions(limits, NAMES);
    this.#decode = decode;
    this.#parseStartLine = parseStartLine;
    this.#emptyLines = emptyLines;
    this.#maxBytes = limits.maxHeaderBytes ?? 16_384;
    this.#maxCount = limits.maxHeaderCount ?? 128;
  }

  /**
   * Reads on from `offset` to the end of the head. Leaves `chunk` alone and keeps
   * no view of it. The next head may follow: the scanner then starts afresh.
   *
   * @returns The head; `undefined` when it goes on behind this chunk.
   * @throws {HandshakeError} `HEAD_MALFORMED`, `HEAD_TOO_LARGE` or `HEADERS_TOO_MANY`,
   *   as soon as the rule is broken. The scanner is of no use then.
   */
  scan(chunk: Uint8Array, offset: number): ScannedHead<StartLine> | undefined {
    const limit = Math.min(chunk.length, offset + this.#maxBytes - this.#bytes);
    let start = offset; // of what this chunk has of the line
    let end = offset;
    let at = offset;
    while (at < limit) {
      if (!this.#afterCr) at = end = endOfText(chunk, at, limit);
      if (at === limit) break;
      const byte = chunk[at++]!;
      if (byte === LF && this.#afterCr) {
        this.#afterCr = false;
        const startLine = this.#endLine(this.#takeText(chunk, start, end));
        start = end = at;
        if (startLine !== undefined) {
          this.#bytes += at - offset;
          return { startLine, fields: this.#takeFields(), end: at };
        }
      } else if (byte === LF || this.#afterCr) {
        throw malformed("a line must end in CR LF");
      } else if (byte === CR) {
        this.#afterCr = true;
      } else if (this.#bytes + at - offset === 1 && isTls(byte)) throw malformed(TLS);
      else throw malformed("there is a control character in it");
    }
    if (at < chunk.length) {
      const value = this.#bytes + chunk.length - offset;
      throw new HandshakeError("HEAD_TOO_LARGE", { value, limit: this.#maxBytes });
    }
    this.#keep(chunk, start, end);
    this.#bytes += at - offset;
    return undefined;
  }

  /** The whole line that ends in this chunk: most begin there, too. */
  #takeText(chunk: Uint8Array, start: number, end: number): string {
    if (this.#length === 0) return start === end ? "" : this.#decode(chunk, start, end);
    this.#keep(chunk, start, end);
    const line = this.#decode(this.#line, 0, this.#length);
    this.#length = 0;
    return line;
  }

  /** Copies the beginning of a line that goes on in the next chunk. */
  #keep(chunk: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#line.length) {
      const longer = new Uint8Array(Math.max(this.#line.length * 2, length));
      longer.set(this.#line);
      this.#line = longer;
    }
    this.#line.set(chunk.subarray(start, end), this.#length);
    this.#length = length;
  }

  /** Returns the start line once this line, an empty one, ends the head. */
  #endLine(line: string): StartLine | undefined {
    if (this.#startLine === undefined) {
      if (line === "" && this.#emptyLines > 0) this.#emptyLines--;
      else this.#startLine = this.#parseStartLine(line);
      return undefined;
    }
    if (line === "") return this.#startLine;
    if (this.#fieldLines.length >= this.#maxCount) {
      const value = this.#fieldLines.length + 1;
      throw new HandshakeError("HEADERS_TOO_MANY", { value, limit: this.#maxCount });
    }
    this.#fieldLines.push(parseFieldLine(line));
    return undefined;
  }

  #takeFields(): Fields {
    const fields = new Fields(this.#fieldLines);
    this.#fieldLines = [];
    this.#startLine = undefined;
    return fields;
  }
}

/** Where the characters end that may stand in a line: at `limit`, or at a byte to look at. */
function endOfText(chunk: Uint8Array, start: number, limit: number): number {
  let end = start;
  while (end < limit && isFieldValueCode(chunk[end]!)) end++;
  return end;
}

function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += DECODE_BYTES) {
    const part = bytes.subarray(at, Math.min(at + DECODE_BYTES, end));
    text += Reflect.apply(String.fromCharCode, undefined, part);
  }
  return text;
}

/** A handshake or an alert of TLS begins with this byte (RFC 8446 §5.1). */
function isTls(byte: number): boolean {
  return byte === 0x16 || byte === 0x15;
}

const TLS = "it is TLS, which one end speaks here (wss) and the other does not (ws)";
