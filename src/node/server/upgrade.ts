/** The one way into a server: turns transports into connections, or refuses them. */
import { attempt } from "../connection/transport-user.js";
import type { Duplex } from "node:stream";
import {
  buildResponse,
  Chain,
  type HttpResponse,
  refusalFor,
  type UpgradeRequest,
} from "../../protocol/index.js";
import type { WebSocketConnection } from "../connection/connection.js";
import { tellAccepted, tellRefused } from "../diagnostics.js";
import type { ResolvedServerOptions } from "./options.js";
import type { Arrival, Claim, ServerRequest } from "./request.js";
import { remoteAddressOf } from "../addresses.js";
import { Accepted, type AcceptedTransport, type Agreement } from "./accepted.js";
import { type Decision, OpeningHandshake } from "./decision.js";
import { Places } from "./guard.js";
import {
  excessOf,
  faultRefusal,
  fullRefusal,
  HANDLER_FAILED,
  PATH_UNKNOWN,
  type Refusal,
  type RefusedHandshake,
  responseOf,
  timeoutRefusal,
} from "./refusal.js";
import type { SocketUse } from "./socket.js";
import { type PendingEvents, type PendingLimits, PendingTransport } from "./pending.js";

interface UpgraderEvents<Data> {
  readonly onConnection: (connection: WebSocketConnection<Data>, request: ServerRequest) => void;
  /** @param request - `undefined` when none had arrived, or when it could not be read. */
  readonly onRefused: (refusal: RefusedHandshake, request: ServerRequest | undefined) => void;
  /** The hook of the application that is named `hook` threw `error`. */
  readonly onHookError: (error: unknown, hook: string) => void;
}

/** An {@link Upgrader} as the ways in use it, whatever data its connections have. */
export type AnyUpgrader = Pick<Upgrader<unknown>, "open" | "answer" | "refuse"> & {
  readonly options: Pick<
    ResolvedServerOptions<unknown>,
    "connection" | "limits" | "handshakeTimeoutMs" | "path" | "route" | "isTrusted"
  >;
};

/** Makes a microtask without an object of Node's, which `queueMicrotask` makes for the asynchronous context. */
const SETTLED = Promise.resolve();

/** This many transports may be without a place even when fewer connections are allowed: a port scan is no overload. */
const MIN_PENDING = 100;

/**
 * Turns transports into connections, or refuses them, whether they come from an own listener, an http
 * server or a call of `handleUpgrade`. It counts the transports that it holds, so that none is left.
 */
export class Upgrader<Data> {
  readonly options: ResolvedServerOptions<Data>;
  readonly places: Places;
  readonly #events: UpgraderEvents<Data>;
  /** Transports in their opening handshake, and refused ones that are not closed yet. */
  readonly #pending = new Chain<PendingTransport>();
  readonly #accepted: Accepted<Data>;
  readonly #whenEmpty: (() => void)[] = [];
  readonly #pendingLimits: PendingLimits;
  readonly #pendingEvents: PendingEvents = {
    onTimeout: (pending) => this.#timeOut(pending),
    onOver: (pending) => this.#forget(pending),
  };
  #isClosing = false;

  constructor(options: ResolvedServerOptions<Data>, events: UpgraderEvents<Data>) {
    this.options = options;
    this.#events = events;
    this.#accepted = new Accepted(options.connection, () => this.#checkEmpty());
    const onReleaseError = (error: unknown): void =>
      events.onHookError(error, "the release of a guard");
    const { maxConnections, whenFull } = options;
    this.places = new Places({ maxConnections, whenFull, onReleaseError }, this.#accepted);
    const { clock, closeTimeoutMs, maxQueuedBytes } = options.connection;
    const { handshakeTimeoutMs } = options;
    this.#pendingLimits = { clock, handshakeTimeoutMs, closeTimeoutMs, maxQueuedBytes };
  }

  /** The connections that the application has and that are not closed yet. */
  get connections(): ReadonlySet<WebSocketConnection<Data>> {
    return this.#accepted.connections;
  }

  /**
   * Takes over a transport. Refuses it when there are too many, or when the server is closing.
   *
   * @param before - How the transport had been used, where other listeners have it, too, and may answer.
   */
  open(transport: Duplex, before?: SocketUse): PendingTransport {
    const { maxConnections } = this.options;
    const pending = new PendingTransport(
      transport,
      this.#pendingLimits,
      this.#pendingEvents,
      before,
    );
    if (!pending.checkWaiting()) return pending; // the transport was closed before it got here
    this.#pending.add(pending);
    const withoutPlace = this.#pending.length - this.places.pendingCount;
    if (this.#isClosing) this.refuse(pending, faultRefusal(refusalFor("SERVER_CLOSING")));
    else if (withoutPlace > Math.max(maxConnections, MIN_PENDING)) {
      this.refuse(pending, fullRefusal(maxConnections));
    }
    return pending;
  }

  /**
   * Answers a request: with a connection, or with a refusal.
   *
   * @param authenticate - Called in place of the option, where the application knows the client already.
   */
  answer(
    pending: PendingTransport,
    arrival: Arrival,
    claim: Claim,
    authenticate?: ResolvedServerOptions<Data>["authenticate"],
  ): void {
    if (!pending.checkWaiting()) return;
    const { head, request, wanted } = arrival;
    pending.method = head.method;
    pending.request = request;
    pending.wanted = wanted;

    const excess = excessOf(head, this.options.limits);
    if (excess !== undefined) this.refuse(pending, excess);
    else if (arrival.kind === "refused") this.refuse(pending, faultRefusal(arrival.refusal));
    else if (!this.options.isOwnHost(arrival.request.host, arrival.request.isSecure)) {
      this.refuse(pending, faultRefusal(refusalFor("HOST_REFUSED")));
    } else if (arrival.kind === "not-an-upgrade") {
      void this.#answerPlain(pending, arrival.request, faultRefusal(arrival.refusal));
    } else if (claim === "foreign") this.refuse(pending, PATH_UNKNOWN);
    else if (claim === "ours")
      this.#upgrade(pending, arrival.upgrade, arrival.request, authenticate);
    else this.#fail(pending, claim.error, "route");
  }

  /** Sends a refusal and reports it. Does nothing when the peer does not wait any more. */
  refuse(pending: PendingTransport, { httpStatus, code, reason, response }: Refusal): void {
    const isMade = ArrayBuffer.isView(response);
    if (!pending.answer(isMade ? response : buildResponse(response, pending.method))) return;
    const { request } = pending;
    const refused = { httpStatus, code, reason };
    tellRefused("server", refused, request?.remoteAddress ?? remoteAddressOf(pending.transport));
    this.#events.onRefused(refused, request);
  }

  /** Refuses new transports with 503 from now on. */
  stopOpening(): void {
    this.#isClosing = true;
  }

  /** Refuses new transports with 503, and those that wait for an answer. */
  stop(): void {
    this.#isClosing = true;
    for (const pending of this.#pending)
      this.refuse(pending, faultRefusal(refusalFor("SERVER_CLOSING")));
  }

  /** Starts the closing handshake of all connections. */
  closeAll(closeCode: number, reason: string): void {
    this.#accepted.closeAll(closeCode, reason);
  }

  /** Ends all transports at once. */
  terminateAll(): void {
    this.#accepted.terminateAll();
    for (const pending of this.#pending) pending.destroy();
  }

  /** Resolves when no transport is left. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
      this.#checkEmpty();
    });
  }

  /** Reports nothing before the next microtask, so that the caller that hands over a transport can go on first. */
  #upgrade(
    pending: PendingTransport,
    upgrade: UpgradeRequest,
    request: ServerRequest,
    authenticate: ResolvedServerOptions<Data>["authenticate"],
  ): void {
    const options = authenticate === undefined ? this.options : { ...this.options, authenticate };
    const handshake = new OpeningHandshake(upgrade, request, options);
    void Promise.resolve(handshake.decide(pending, this.places)).then((decision) => {
      // A client that has gone meanwhile gets nothing, and what a hook decided about it does not matter.
      if (pending.checkWaiting()) this.#carryOut(decision, pending, request);
    });
  }

  #carryOut(decision: Decision<Data>, pending: PendingTransport, request: ServerRequest): void {
    const { transport } = pending;
    // Messages that the application sends at once share a packet with the 101 (§4.2.2). They are
    // written at the end of this turn: the microtask below runs behind those of the connection.
    attempt(transport, () => transport.cork());
    switch (decision.type) {
      case "open": {
        tellAccepted("server", request.remoteAddress);
        const accepted = this.#accept(pending, request, decision.agreement);
        this.#events.onConnection(this.#accepted.open(accepted, decision.data), request);
        break;
      }
      case "close": {
        const { code, reason, closeCode, closeReason } = decision.acceptance;
        tellAccepted("server", request.remoteAddress, closeCode);
        const accepted = this.#accept(pending, request, decision.agreement);
        this.#accepted.openToClose(accepted, closeCode, closeReason);
        this.#events.onRefused({ httpStatus: 101, closeCode, code, reason }, request);
        break;
      }
      case "refuse":
        this.refuse(pending, decision);
        break;
      case "failed":
        this.#fail(pending, decision.error, decision.hook);
        break;
    }
    void SETTLED.then(() => attempt(transport, () => transport.uncork()));
  }

  #accept(
    pending: PendingTransport,
    request: ServerRequest,
    agreement: Agreement,
  ): AcceptedTransport {
    return { pending, request, agreement, release: this.places.takeReleases(pending) };
  }

  async #answerPlain(
    pending: PendingTransport,
    request: ServerRequest,
    refusal: Refusal,
  ): Promise<void> {
    const { onRequest } = this.options;
    if (onRequest === undefined) {
      this.refuse(pending, refusal);
      return;
    }
    const respond = (response: HttpResponse): void =>
      void pending.answer(responseOf(response, request.method));
    try {
      await onRequest(request, respond);
    } catch (error) {
      if (pending.checkWaiting()) this.#fail(pending, error, "onRequest");
    }
  }

  #timeOut(pending: PendingTransport): void {
    this.refuse(pending, timeoutRefusal(pending, this.options.handshakeTimeoutMs));
  }

  /** A hook of the application failed. */
  #fail(pending: PendingTransport, error: unknown, hook: string): void {
    this.refuse(pending, HANDLER_FAILED);
    this.#events.onHookError(error, hook);
  }

  #forget(pending: PendingTransport): void {
    this.#pending.remove(pending);
    this.places.leave(pending);
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#accepted.size + this.#pending.length > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
