/** What one end tells the other when something went wrong, and how that comes out of a request. */
import { brand } from "../input/index.js";

/** The errors that this library replies with, and their texts. Applications add codes of their own. */
export const ERROR_TEXTS = {
  /** Not what the codec reads. Its name takes the place of the star. */
  MALFORMED: "Invalid * format",
  /** No message of the contract: the envelope, or the data of its type. */
  INVALID_MESSAGE: "Invalid message format",
  UNKNOWN_TYPE: "Unknown message type",
  UNSUPPORTED_VERSION: "Unsupported version",
  /** `authorize` said no. */
  FORBIDDEN: "Permission denied",
  /** For limits outside of this layer. */
  RATE_LIMITED: "Rate limit exceeded",
  /** A handler failed. What failed stays on this end. */
  INTERNAL: "Internal error",
} as const;

/** A code that this library replies with. */
export type ErrorCode = keyof typeof ERROR_TEXTS;

/** An error on its way to the peer, or from there. */
export interface ErrorBody {
  /** One of {@link ErrorCode}, or the application's own. */
  readonly code: string;
  readonly message: string;
  /** The type of the message that it answers, where that is known. */
  readonly type?: string | undefined;
  /** Of `INVALID_MESSAGE`: a list of what is wrong. */
  readonly details?: unknown;
}

/**
 * Thrown by a handler (or by `authorize`), it is what the peer gets. Any other error
 * a handler throws goes to `onHandlerError`, and the peer learns no more than `INTERNAL`.
 */
export class ErrorReply extends Error {
  readonly code: string;
  readonly details: unknown;

  /** @param message - By default the text that belongs to `code`. */
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

/** Why a request has no response; which of them is in {@link RequestError.code}. */
export type RequestErrorCode =
  /** No reply within `timeoutMs`. */
  | "TIMEOUT"
  /** The connection ended, or had ended. */
  | "CLOSED"
  /** The peer replied with an error: see `reply`. */
  | "REFUSED"
  /** The peer's reply is not what the contract says. */
  | "INVALID_REPLY"
  /** The connection's `bufferPolicy` dropped it. */
  | "DROPPED"
  /** `maxPendingRequests` wait for their reply. Nothing was sent. */
  | "TOO_MANY_PENDING";

/** Why a request has no response. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  /** The peer's error reply, when `code` is `REFUSED`. Its texts are the peer's. */
  readonly reply: ErrorBody | undefined;

  constructor(code: RequestErrorCode, message: string, reply?: ErrorBody) {
    super(message);
    this.name = "RequestError";
    this.code = code;
    this.reply = reply;
  }
}

brand(RequestError, "RequestError");

/** The end of a connection, as requests and signals give it for a reason. */
export function closedError(): RequestError {
  return new RequestError("CLOSED", "the connection is closed");
}

/** The text of one of our codes; the code itself when it is the application's. */
export function textOf(code: string): string {
  return TEXTS.get(code) ?? code;
}

const TEXTS: ReadonlyMap<string, string> = new Map(Object.entries(ERROR_TEXTS));
