import { atLeast, checkOptions, type Clock, type Names } from "../input/index.js";
import type { SessionEnvelope } from "./envelope.js";
import type { ErrorBody } from "./error-reply.js";
import type { Handlers, MessageTypes } from "./message-types.js";
import type { ContractPeer } from "./peer.js";
import { platformClock } from "./pending-requests.js";
import type { Signal } from "./transport.js";

/** What goes with a message to its handler. */
export interface HandlerContext<
  Out extends MessageTypes = MessageTypes,
  In extends MessageTypes = MessageTypes,
  Connection = unknown,
> {
  readonly type: string;
  /** Aborts when the connection has ended, and when the peer no longer waits for the response. */
  readonly signal: Signal;
  /** Who sent the message, to send and ask in return. */
  readonly peer: ContractPeer<Out, In, Connection>;
  /** What the contract runs over. */
  readonly connection: Connection;
}

/** What has come of a peer's messages so far. Pass one object to many peers to count them together. */
export interface ContractCounters {
  /** Events and requests that were read, whatever became of them. */
  received: number;
  /** What the codec could not read. */
  malformed: number;
  /** No message of the contract, or the data of its type was wrong. */
  invalid: number;
  unknownType: number;
  forbidden: number;
  /** Events that nobody handles. */
  unhandled: number;
  /** A handler, a validator or `authorize` failed. */
  handlerErrors: number;
  /** Replies that no request waits for: late, double, or made up. */
  unexpectedReplies: number;
}

/** A message of the peer that was not taken. */
export interface Refusal extends ErrorBody {
  /** The type, where the contract has it. */
  readonly type: string | undefined;
}

/** What one end of a contract does with the messages that come. Times are in milliseconds. */
export interface PeerOptions<Out extends MessageTypes, In extends MessageTypes, Connection> {
  /** More can be added with `on`. */
  readonly handlers?: Handlers<In, HandlerContext<Out, In, Connection>>;
  /**
   * Asked before the data of a message is looked at. False makes `FORBIDDEN` of it; an
   * {@link ErrorReply} that it throws is sent; what else it throws counts as false, and is
   * told to `onHandlerError`. Messages behind it wait for its answer.
   */
  readonly authorize?: (
    type: keyof In & string,
    context: HandlerContext<Out, In, Connection>,
  ) => boolean | Promise<boolean>;
  /**
   * Gets what handlers, validators, `authorize` and hooks throw: at a message of which `type` (`""` at
   * none), and what it was, in words: `the handler of "say" of a ContractPeer`.
   *
   * @defaultValue prints both with `console.error`
   */
  readonly onHandlerError?: (error: unknown, type: string, source: string) => void;
  /** Told of each message that was refused. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** Gets the error replies of the peer that answer no request. Their texts are the peer's. */
  readonly onErrorReply?: (error: ErrorBody) => void;
  /** Gets acknowledgements, and what is said of sessions. @defaultValue answers that there is no session */
  readonly onSession?: (envelope: SessionEnvelope) => void;
  /** @defaultValue 30 000 */
  readonly requestTimeoutMs?: number;
  /** Requests of this end that may wait for their reply. @defaultValue 1000 */
  readonly maxPendingRequests?: number;
  /**
   * Messages that are handled at a time. With 1 they are handled in order, each when the one
   * before is done, and a handler that asks the peer something which makes the peer ask back
   * waits in vain. @defaultValue 1
   */
  readonly concurrency?: number;
  /**
   * Size of the messages that wait for their handlers; each counts 256 more than its length.
   * Then a server's connection delivers no more for a while. A WebSocket cannot wait, nor can an
   * end that waits for replies: at 16 times the size the connection is closed. @defaultValue 1 MiB
   */
  readonly maxQueuedBytes?: number;
  /** @defaultValue a new object */
  readonly counters?: ContractCounters;
  /** @defaultValue the platform's */
  readonly clock?: Clock;
}

/** A new option is a row here. */
const NAMES: Names<PeerOptions<never, never, never>> = {
  owner: "a contract's peer",
  known: {
    handlers: true,
    authorize: true,
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
  },
  advice: {
    onError: "use onHandlerError",
    on: "use handlers",
    timeoutMs: "use requestTimeoutMs",
  },
};

/** Counters at zero. */
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

/** The options that do not depend on the contract's types, with their defaults. */
export type ResolvedPeerOptions = Required<
  Omit<PeerOptions<never, never, never>, "handlers" | "authorize" | "onSession">
>;

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_PENDING = 1000;
const DEFAULT_MAX_QUEUED_BYTES = 1_048_576; // as much as a connection queues by default

/**
 * @throws {TypeError} An option does not exist.
 * @throws {RangeError} A number is none, or too small.
 */
export function resolvePeerOptions(
  options: Omit<PeerOptions<never, never, never>, "handlers" | "authorize">,
): ResolvedPeerOptions {
  checkOptions(options, NAMES);
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
  // oxlint-disable-next-line no-console -- nobody else was named to be told
  console.error(`${source} failed; set onHandlerError to be told:`, error);
}

function ignore(): void {}
