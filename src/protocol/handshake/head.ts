// Reads the head of an HTTP/1.1 request or response as its bytes arrive.
import type { Fields } from "./fields.js";
import { HandshakeError } from "./handshake-error.js";
import { type DecodeLatin1, HeadScanner, type HeadLimits } from "./head-scanner.js";
import {
  parseRequestLine,
  parseStatusLine,
  type RequestLine,
  type StatusLine,
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
