/** Reads the arguments of a WebSocket, and throws the exceptions of the WHATWG standard. */
import { Buffer } from "node:buffer";
import { types } from "node:util";
import { checkOptions, type Known, type Names } from "../../input/index.js";
import { MAX_REASON_BYTES } from "../../protocol/index.js";
import {
  CONNECT_OPTIONS,
  type ConnectOptions,
  resolveConnectOptions,
  type ResolvedConnectOptions,
} from "../client/options.js";
import { WEBSOCKET_ADVICE } from "../foreign-names.js";
import { isBlob, toPayload } from "../connection/sendable.js";
import { toDomString } from "./events.js";

/** Options that a WebSocket sets by itself: messages are whole, redirects are not followed, and `close()` gives up. */
type Decided =
  | "followRedirects"
  | "messagesWhileClosing"
  | "onHandlerError"
  | "redirect"
  | "signal"
  | "subprotocols"
  | "textAs"
  | "zeroCopy";

/** The second argument of a WebSocket, where it is more than subprotocols. Node and Deno have this, browsers do not. */
export interface WebSocketInit extends Omit<ConnectOptions, Decided> {
  /** Subprotocols to offer, best first. */
  readonly protocols?: string | Iterable<string> | undefined;
}

const NAMES: Names<WebSocketInit> = {
  owner: "WebSocket",
  known: initNames(CONNECT_OPTIONS),
  advice: WEBSOCKET_ADVICE,
};

function initNames({
  followRedirects: _followRedirects,
  messagesWhileClosing: _messagesWhileClosing,
  onHandlerError: _onHandlerError,
  redirect: _redirect,
  signal: _signal,
  subprotocols: _subprotocols,
  textAs: _textAs,
  zeroCopy: _zeroCopy,
  ...others
}: Known<ConnectOptions>): Known<WebSocketInit> {
  return { protocols: true, ...others };
}

/** The schemes of a URL that is understood. Browsers do not have the last one. */
const SCHEMES: ReadonlySet<string> = new Set(["ws:", "wss:", "ws+unix:"]);

/**
 * Reads the URL; http stands for ws, and https for wss.
 *
 * @throws {DOMException} `SyntaxError`: the URL is not absolute, or has another scheme.
 */
export function toUrl(url: string | URL): URL {
  const text = String(url);
  if (!URL.canParse(text))
    throw syntaxError("the URL must be absolute, such as wss://example.com/");
  const parsed = new URL(text);
  if (parsed.protocol === "http:") parsed.protocol = "ws:";
  if (parsed.protocol === "https:") parsed.protocol = "wss:";
  if (!SCHEMES.has(parsed.protocol)) {
    throw syntaxError("the URL must start with ws://, wss://, http:// or https://");
  }
  return parsed;
}

/**
 * Checks the URL and all options.
 *
 * @throws {DOMException} `SyntaxError`, for the URL, which may have no fragment, or a subprotocol.
 * @throws {TypeError | RangeError} An option; see {@link resolveConnectOptions}.
 */
export function toConnectOptions(
  url: URL,
  argument: string | Iterable<string> | WebSocketInit,
  signal: AbortSignal,
): ResolvedConnectOptions {
  const isInit = typeof argument === "object" && !(Symbol.iterator in argument);
  if (isInit) checkOptions(argument, NAMES);
  const { protocols = [], ...options }: WebSocketInit = isInit ? argument : { protocols: argument };
  const list = typeof protocols === "string" ? [protocols] : Array.from(protocols, toDomString);
  if (new Set(list.map((protocol) => protocol.toLowerCase())).size < list.length) {
    throw syntaxError("a subprotocol may be listed only once, in upper or lower case");
  }
  const decided = {
    followRedirects: false,
    messagesWhileClosing: "drop",
    onHandlerError: undefined,
    redirect: undefined,
    subprotocols: list,
    textAs: "string",
    zeroCopy: false,
    signal,
  } as const;
  try {
    const resolved = resolveConnectOptions(url, { ...options, ...decided });
    return { ...resolved, mustPickSubprotocol: true };
  } catch (error) {
    throw error instanceof SyntaxError ? syntaxError(error.message) : error;
  }
}

/**
 * Reads the code for `close()` as WebIDL's `[Clamp] unsigned short`.
 *
 * @throws {DOMException} `InvalidAccessError`: not 1000, nor 3000 to 4999.
 */
export function toCloseCode(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const code = roundHalfToEven(Number(value));
  if (code !== 1000 && !(code >= 3000 && code <= 4999)) {
    throw new DOMException(
      "the close code must be 1000, or from 3000 to 4999",
      "InvalidAccessError",
    );
  }
  return code;
}

/** @throws {DOMException} `SyntaxError`: over 123 bytes as UTF-8. */
export function toReason(value: unknown = ""): string {
  const reason = toDomString(value);
  const bytes = Buffer.byteLength(reason);
  if (bytes <= MAX_REASON_BYTES) return reason;
  throw syntaxError(`the reason may have ${MAX_REASON_BYTES} bytes as UTF-8, not ${bytes}`);
}

/**
 * Takes the argument of `send()` in a form that the caller cannot change any more.
 *
 * @throws {TypeError} A Blob of another library that cannot be read.
 */
export function toSendable(data: unknown): string | Buffer | Blob {
  if (isBlob(data)) return data;
  // `Buffer.from` copies bytes.
  if (ArrayBuffer.isView(data) || types.isAnyArrayBuffer(data)) return Buffer.from(toPayload(data));
  return String(data);
}

/** Counts the bytes of payload of a message. */
export function payloadLength(data: string | Buffer | Blob): number {
  if (typeof data === "string") return Buffer.byteLength(data);
  return ArrayBuffer.isView(data) ? data.length : data.size;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const isHalf = value - floor === 0.5;
  return isHalf && floor % 2 === 0 ? floor : Math.round(value);
}

function syntaxError(message: string): DOMException {
  return new DOMException(message, "SyntaxError");
}
