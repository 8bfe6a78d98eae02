/** Reads the response to an opening handshake from its transport: its head, and how its body begins. */
import type { Duplex } from "node:stream";
import {
  type CompleteHead,
  HandshakeError,
  type HeadLimits,
  type ResponseHead,
  ResponseHeadReader,
} from "../../protocol/index.js";
import { isEncrypted } from "../addresses.js";
import { detailOf } from "../connection/transport-error.js";

/**
 * Reads one response head.
 *
 * @param use - Called in the turn in which the last byte of the head arrives, while nothing else can
 *   happen to the transport. This function resolves or rejects as it does.
 * @throws {HandshakeError} The head is not one, or the transport failed or ended before its end.
 */
export function readHead<T>(
  transport: Duplex,
  limits: HeadLimits,
  use: (complete: CompleteHead<ResponseHead>) => T | Promise<T>,
): Promise<T> {
  const reader = new ResponseHeadReader(limits);
  let hasAnswered = false;
  return new Promise((resolve, reject) => {
    const onData = (chunk: Uint8Array): void => {
      hasAnswered = true;
      try {
        const complete = reader.push(chunk);
        if (complete === undefined) return;
        stop();
        resolve(use(complete));
      } catch (error) {
        stop();
        reject(error);
      }
    };
    const stopLoss = onLoss(transport, (error) => {
      stop();
      reject(hasAnswered ? error : unanswered(error, transport));
    });
    const stop = (): void => {
      stopLoss();
      transport.off("data", onData);
    };
    transport.on("data", onData);
    transport.resume();
  });
}

/** Reads the beginning of the body of a response, at most 16 KiB. A broken body ends where it breaks. */
export function readBody(
  transport: Duplex,
  { rest }: CompleteHead<ResponseHead>,
  reader: BodyReader,
): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const onData = (chunk: Uint8Array): void => {
      if (reader.push(chunk)) finish();
    };
    const stopLoss = onLoss(transport, () => finish());
    const finish = (): void => {
      stopLoss();
      transport.off("data", onData);
      resolve(reader.bytes);
    };
    transport.on("data", onData);
    onData(rest);
  });
}

/** Waits until a transport is connected. @throws {HandshakeError} It failed or ended before. */
export function whenReady(transport: Duplex, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopLoss = onLoss(transport, (error) => {
      transport.off(event, onReady);
      stopLoss();
      reject(error);
    });
    const onReady = (): void => {
      stopLoss();
      resolve();
    };
    transport.once(event, onReady);
  });
}

/** Makes the error for a network that failed. The message has its code and advice, and nothing else of `cause`. */
export function transportFailed(cause: unknown): HandshakeError {
  return new HandshakeError("TRANSPORT_FAILED", { cause, detail: detailOf(cause) });
}

/** Advises wss: a server that speaks TLS ends plain connections without an answer. */
function unanswered(error: HandshakeError, transport: Duplex): HandshakeError {
  if (error.code !== "TRANSPORT_ENDED") return error;
  const advice = isEncrypted(transport) ? "" : ", as one does that speaks TLS here (wss)";
  return new HandshakeError(error.code, { detail: `the server sent nothing${advice}` });
}

/** Calls `lost` when a transport fails or ends, and when it has done so before. @returns A function that stops it. */
function onLoss(transport: Duplex, lost: (error: HandshakeError) => void): () => void {
  const onError = (cause: Error): void => lost(transportFailed(cause));
  const onEnd = (): void => lost(new HandshakeError("TRANSPORT_ENDED"));
  transport.on("error", onError).on("end", onEnd).on("close", onEnd);
  const { errored } = transport;
  if (errored) queueMicrotask(() => onError(errored));
  else if (transport.destroyed || transport.readableEnded) queueMicrotask(onEnd);
  return () => {
    transport.off("error", onError).off("end", onEnd).off("close", onEnd);
  };
}

/** How many bytes of a body are kept at most: people read them, to learn why they were refused. */
const MAX_BODY_BYTES = 16 * 1024;

/** Statuses of responses that have no body, whatever the header says (RFC 9112 §6.3). */
const BODILESS: ReadonlySet<number> = new Set([101, 204, 304]);

/** Takes the bytes behind a response head, and keeps the beginning of the body. */
export class BodyReader {
  readonly #isChunked: boolean;
  readonly #chunks = new ChunkScanner();
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  /** How many bytes may still be kept. */
  #wanted: number;

  constructor({ httpStatus, fields }: ResponseHead) {
    const coding = fields.listOf("Transfer-Encoding");
    this.#isChunked = coding?.toLowerCase() === "chunked";
    const length = coding === undefined ? toLength(fields.get("Content-Length")) : undefined;
    this.#wanted = BODILESS.has(httpStatus) ? 0 : Math.min(length ?? Infinity, MAX_BODY_BYTES);
  }

  /** The bytes so far, as a copy that the caller owns. */
  get bytes(): Uint8Array {
    const body = new Uint8Array(this.#keptBytes);
    let at = 0;
    for (const part of this.#kept) {
      body.set(part, at);
      at += part.length;
    }
    return body;
  }

  /** Does not change `bytes`. @returns True when no more bytes are needed. */
  push(bytes: Uint8Array): boolean {
    if (this.#isChunked) this.#chunks.push(bytes, (data) => this.#keep(data));
    else this.#keep(bytes);
    return this.#wanted === 0 || this.#chunks.isDone;
  }

  #keep(bytes: Uint8Array): void {
    const part = bytes.slice(0, this.#wanted);
    if (part.length === 0) return;
    this.#kept.push(part);
    this.#keptBytes += part.length;
    this.#wanted -= part.length;
  }
}

/** Reads a Content-Length; `undefined` when it is none: the body then lasts until the connection ends. */
function toLength(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const areDigits = Array.from(text).every((character) => character >= "0" && character <= "9");
  return areDigits ? Number(text) : undefined;
}

const CR = 0x0d;
const LF = 0x0a;

/** Reads the chunked transfer coding (RFC 9112 §7.1). Skips extensions and trailers. */
class ChunkScanner {
  /** The position: in the digits of a size, in the rest of that line, in the data, or in the line end behind it. */
  #state: "size" | "rest of line" | "data" | "line end" = "size";
  #size = 0;

  /** The last chunk has arrived, or bytes that are no chunk. */
  isDone = false;

  push(bytes: Uint8Array, onData: (data: Uint8Array) => void): void {
    let at = 0;
    while (at < bytes.length && !this.isDone) {
      if (this.#state === "data") {
        const data = bytes.subarray(at, at + this.#size);
        onData(data);
        at += data.length;
        this.#size -= data.length;
        if (this.#size === 0) this.#state = "line end";
      } else this.#take(bytes[at++]!);
    }
  }

  #take(byte: number): void {
    if (this.#state === "line end") {
      if (byte === LF) this.#startLine();
      else this.isDone = byte !== CR;
      return;
    }
    const digit = this.#state === "size" ? toHexDigit(byte) : undefined;
    if (digit !== undefined) {
      this.#size = this.#size * 16 + digit; // a number that is too large becomes Infinity: the chunk does not end
    } else if (byte === LF) this.#endLine();
    else this.#state = "rest of line";
  }

  #startLine(): void {
    this.#state = "size";
    this.#size = 0;
  }

  #endLine(): void {
    this.isDone = this.#size === 0; // also of a line without digits
    this.#state = "data";
  }
}

function toHexDigit(byte: number): number | undefined {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? undefined : digit;
}
