/** Error replies of one end to the other, and the errors of requests. */
import { brand } from "../input/index.js";

/** The errors that this library replies with, and their texts. Applications add codes of their own. */
export const ERROR_TEXTS = {
  /** The codec could not read the message. Its name replaces the star. */
  MALFORMED: "Invalid * format",
  /** The message does not match the contract: its envelope, or its data. */
  INVALID_MESSAGE: "Invalid message format",
  UNKNOWN_TYPE: "Unknown message type",
  UNSUPPORTED_VERSION: "Unsupported version",
  /** `authorize` did not allow it. */
  FORBIDDEN: "Permission denied",
  /** A limit outside of this layer was met. */
  RATE_LIMITED: "Rate limit exceeded",
  /** A handler failed. The peer does not see the error. */
  INTERNAL: "Internal error",
} as const;

/** A code that this library replies with. */
export type ErrorCode = keyof typeof ERROR_TEXTS;

/** An error in a message to or from the peer. */
export interface ErrorBody {
  /** One of {@link ErrorCode}, or the application's own. */
  readonly code: string;
  readonly message: string;
  /** The type of the message that it answers, if it is known. */
  readonly type?: string | undefined;
  /** More about the error. For `INVALID_MESSAGE`: a list of {@link Issue}. */
  readonly details?: unknown;
}

/**
 * An error for the peer. When a handler or `authorize` throws it, the peer gets it as an error reply.
 * Any other error that a handler throws goes to `onHandlerError`, and the peer gets only `INTERNAL`.
 */
export class ErrorReply extends Error {
  readonly code: string;
  readonly details: unknown;

  /** @param message - The default is the text of `code`. */
  constructor(code: ErrorCode | (string & {}), message?: string, details?: unknown) {
    super(message ?? textOf(code));
    this.name = "ErrorReply";
    this.code = code;
    this.details = details;
  }
}

/** Whether a value is an {@link ErrorReply}, of any copy of the package. */
export const isErrorReply: (value: unknown) => value is ErrorReply = brand(
  ErrorReply,
  "ErrorReply",
);

/** The reasons why a request has no response: see {@link RequestError.code}. */
export type RequestErrorCode =
  /** No reply within `timeoutMs`. */
  | "TIMEOUT"
  /** The connection has ended. */
  | "CLOSED"
  /** The peer replied with an error: see `reply`. */
  | "REFUSED"
  /** The peer's reply does not match the contract. */
  | "INVALID_REPLY"
  /** The `bufferPolicy` of the connection dropped the request. */
  | "DROPPED"
  /** `maxPendingRequests` requests wait for their reply. Nothing was sent. */
  | "TOO_MANY_PENDING";

/** A request has no response. `code` says why. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  /** The peer's error reply, when `code` is `REFUSED`. The peer chooses its texts. */
  readonly reply: ErrorBody | undefined;

  constructor(code: RequestErrorCode, message: string, reply?: ErrorBody) {
    super(message);
    this.name = "RequestError";
    this.code = code;
    this.reply = reply;
  }
}

brand(RequestError, "RequestError");

/** Makes the reason of requests and signals when the connection has ended. */
export function closedError(): RequestError {
  return new RequestError("CLOSED", "the connection is closed");
}

/** The text of a code of this library; otherwise the code itself. */
export function textOf(code: string): string {
  return TEXTS.get(code) ?? code;
}

const TEXTS: ReadonlyMap<string, string> = new Map(Object.entries(ERROR_TEXTS));
