// Reads the head of an HTTP/1.1 request or response as its bytes arrive.
import type { Fields } from "./fields.js";

export interface RequestHead {
  readonly method: string;
  /** The request target as it stood in the request line. */
  readonly target: string;
  /** `"1.1"`; what Node calls `httpVersion`. */
  readonly httpVersion: string;
  readonly fields: Fields;
}

export interface ResponseHead {
  readonly httpVersion: string;
  readonly httpStatus: number;
  /** The reason phrase; may be empty. */
  readonly reason: string;
  readonly fields: Fields;
}

export interface HeadLimits {
  /** @defaultValue 16384: bytes of the whole head, start line and final CRLF included. */
  readonly maxHeaderBytes?: number | undefined;
  /** @defaultValue 128: lines of header fields. */
  readonly maxHeaderCount?: number | undefined;
}

export interface CompleteHead<Head> {
  readonly head: Head;
  /** The bytes behind the head: a view on the chunk that was pushed last. */
  readonly rest: Uint8Array;
}

/** Reads a request head (the server's reader). */
export class RequestHeadReader {
  constructor(limits: HeadLimits = {}) {
    void limits;
  }

  /**
   * Takes the next bytes. Returns the head once it is complete, `undefined` until then.
   *
   * @throws {HandshakeError} `HEAD_MALFORMED`, `HEAD_TOO_LARGE` or `HEADERS_TOO_MANY`.
   */
  push(chunk: Uint8Array): CompleteHead<RequestHead> | undefined {
    throw new Error(`unfinished ${chunk.length}`);
  }
}

/** Reads a response head (the client's reader). Interim responses (1xx other than 101) are skipped. */
export class ResponseHeadReader {
  constructor(limits: HeadLimits = {}) {
    void limits;
  }

  /**
   * Takes the next bytes. Returns the head once it is complete, `undefined` until then.
   *
   * @throws {HandshakeError} As {@link RequestHeadReader.push}, and `INTERIM_TOO_MANY`.
   */
  push(chunk: Uint8Array): CompleteHead<ResponseHead> | undefined {
    throw new Error(`unfinished ${chunk.length}`);
  }
}
