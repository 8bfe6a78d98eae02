/** Reads the response to an opening handshake from its transport. */
import type { Duplex } from "node:stream";
import {
  type CompleteHead,
  HandshakeError,
  type HeadLimits,
  type ResponseHead,
  ResponseHeadReader,
} from "../../protocol/index.js";
import { BodyReader } from "./body.js";
import { detailOf } from "../connection/transport-error.js";
import { isEncrypted } from "../server/trusted-proxies.js";

/**
 * Reads one response head.
 *
 * @param use - Called in the same turn that the last byte of the head came in, while
 *   nothing else can happen to the transport. What it returns, or throws, is the outcome.
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

/** Reads how the body of a response begins: what comes of it, at most 16 KiB. A broken one ends where it broke. */
export function readBody(
  transport: Duplex,
  { head, rest }: CompleteHead<ResponseHead>,
  reader: BodyReader = new BodyReader(head),
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

/** The error for a network that failed. Only its code and what to do go into the message. */
export function transportFailed(cause: unknown): HandshakeError {
  return new HandshakeError("TRANSPORT_FAILED", { cause, detail: detailOf(cause) });
}

/** Servers that speak TLS end what does not begin with it, without a word. */
function unanswered(error: HandshakeError, transport: Duplex): HandshakeError {
  if (error.code !== "TRANSPORT_ENDED") return error;
  const advice = isEncrypted(transport) ? "" : ", as one does that speaks TLS here (wss)";
  return new HandshakeError(error.code, { detail: `the server sent nothing${advice}` });
}

/** Tells when a transport fails or ends, or has done so before. @returns How to stop listening. */
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
