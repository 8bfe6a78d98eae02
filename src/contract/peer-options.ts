/** Options of one end of a contract that do not depend on its types, and the counters. */
import { atLeast, type Clock, type Known } from "../input/index.js";
import type { SessionEnvelope } from "./envelope.js";
import type { ErrorBody } from "./error-reply.js";
import { platformClock } from "./pending-requests.js";

/** Counts of a peer's messages so far. Pass one object to many peers to count them together. */
export interface ContractCounters {
  /** Events and requests that were read, refused ones included. */
  received: number;
  /** Messages that the codec could not read. */
  malformed: number;
  /** Messages that do not match the contract, or have wrong data. */
  invalid: number;
  unknownType: number;
  forbidden: number;
  /** Events without a handler. */
  unhandled: number;
  /** Failures of handlers, validators, `authorize` and hooks. */
  handlerErrors: number;
  /** Replies for which no request waits: late, double, or made up. */
  unexpectedReplies: number;
}

/** A message of the peer that was refused. */
export interface Refusal extends ErrorBody {
  /** The type of the message, if the contract has it. */
  readonly type: string | undefined;
}

/** The options of one end of a contract that do not depend on its types. Times are in milliseconds. */
export interface PeerSettings {
  /**
   * Gets the errors of handlers, validators, `authorize` and hooks. `type` is the type of the message,
   * or `""` without one. `source` names the function: `the handler of "say" of a ContractPeer`.
   *
   * @defaultValue prints both with `console.error`
   */
  readonly onHandlerError?: (error: unknown, type: string, source: string) => void;
  /** Called for each message that was refused. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** Gets the peer's error replies that answer no request. The peer chooses their texts. */
  readonly onErrorReply?: (error: ErrorBody) => void;
  /** Gets acknowledgements and other messages of sessions. @defaultValue answers that there is no session */
  readonly onSession?: (envelope: SessionEnvelope) => void;
  /** Time for the reply to a request. @defaultValue 30 000 */
  readonly requestTimeoutMs?: number;
  /** The largest number of requests of this end that wait for a reply. @defaultValue 1000 */
  readonly maxPendingRequests?: number;
  /**
   * The largest number of messages that are handled at the same time. With 1 each message waits until
   * the one before is done. Then a handler must not wait for a request that makes the peer ask back:
   * it would wait in vain.
   *
   * @defaultValue 1
   */
  readonly concurrency?: number;
  /**
   * The largest size of messages that wait for their handlers. Each counts its length and 256 more.
   * Beyond it a server's connection delivers no more until some are handled. A WebSocket cannot be
   * held back, and neither can an end that waits for replies: at 4 times the size the connection is
   * closed.
   *
   * @defaultValue 1 MiB
   */
  readonly maxQueuedBytes?: number;
  /** The counters to count in. @defaultValue a new object */
  readonly counters?: ContractCounters;
  /** The source of time. Meant for tests. @defaultValue the clock of the platform */
  readonly clock?: Clock;
}

/** The names of the settings: a new one is a row here. */
export const SETTINGS: Known<PeerSettings> = {
  onHandlerError: true,
  onRefused: true,
  onErrorReply: true,
  onSession: true,
  requestTimeoutMs: true,
  maxPendingRequests: true,
  concurrency: true,
  maxQueuedBytes: true,
  counters: true,
  clock: true,
};

/** Makes counters at zero. */
export function contractCounters(): ContractCounters {
  return {
    received: 0,
    malformed: 0,
    invalid: 0,
    unknownType: 0,
    forbidden: 0,
    unhandled: 0,
    handlerErrors: 0,
    unexpectedReplies: 0,
  };
}

/** {@link PeerSettings} with their defaults. */
export type ResolvedPeerOptions = Required<Omit<PeerSettings, "onSession">>;

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_PENDING = 1000;
const DEFAULT_MAX_QUEUED_BYTES = 1_048_576; // the default of a connection's own maxQueuedBytes

/** Checks the options and fills in the defaults. @throws {RangeError} An option is not a number, or too small. */
export function resolvePeerOptions(options: PeerSettings): ResolvedPeerOptions {
  return {
    onHandlerError: options.onHandlerError ?? printError,
    onRefused: options.onRefused ?? ignore,
    onErrorReply: options.onErrorReply ?? ignore,
    requestTimeoutMs: atLeast(
      0,
      "requestTimeoutMs",
      options.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    ),
    maxPendingRequests: atLeast(
      0,
      "maxPendingRequests",
      options.maxPendingRequests ?? DEFAULT_MAX_PENDING,
    ),
    concurrency: atLeast(1, "concurrency", options.concurrency ?? 1),
    maxQueuedBytes: atLeast(
      0,
      "maxQueuedBytes",
      options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES,
    ),
    counters: options.counters ?? contractCounters(),
    clock: options.clock ?? platformClock,
  };
}

function printError(error: unknown, _type: string, source: string): void {
  // oxlint-disable-next-line no-console -- there is no hook to report to
  console.error(`${source} failed; set onHandlerError to be told:`, error);
}

function ignore(): void {}
