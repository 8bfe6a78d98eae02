/** Checks that others than the server make before `authenticate`: how many connections there may be, from where. */
import { checkOptions, type Names } from "../../input/index.js";
import { buildResponse, type HttpResponse } from "../../protocol/index.js";
import { safely } from "../handler-error.js";
import { checkCloseStatus } from "../connection/ending.js";
import type { ResolvedServerOptions } from "./options.js";
import type { PendingTransport } from "./pending.js";
import { type ClosingAcceptance, type Refusal, REJECTED } from "./refusal.js";
import type { ServerRequest } from "./request.js";

/** What a guard wants a client to get in place of a connection. */
export interface GuardRefusal extends HttpResponse {
  /** Why, for logs and metrics. */
  readonly reason: string;
  /**
   * Accepts the client to close it with this, in place of the HTTP response, so that a
   * page in a browser can read why. Such connections count for the `maxConnections` of
   * the server until they are closed.
   */
  readonly close?: { readonly code: number; readonly reason: string } | undefined;
}

/** What a guard decides. */
export type GuardVerdict =
  | {
      readonly type: "admit";
      /**
       * Called once, when the place is free again: the connection is closed, or came to
       * nothing after all, whatever the reason.
       */
      readonly release: () => void;
    }
  | { readonly type: "refuse"; readonly refusal: GuardRefusal };

/**
 * Asked once about each request that is in order, allowed by `origins` and within the
 * `maxConnections` of the server, before `authenticate` is. What it throws is answered
 * with 500 and goes to `onHandlerError`; so is what it returns if that is no verdict.
 */
export type AdmissionGuard = (request: ServerRequest) => GuardVerdict;

const REFUSAL: Names<GuardRefusal> = {
  owner: "a guard's refusal",
  known: { httpStatus: true, headers: true, body: true, reason: true, close: true },
  advice: {
    status: "use httpStatus",
    statusCode: "use httpStatus",
    code: "use close: { code, reason }",
  },
};

/** Whether there is a place for one more connection. */
export type Admission = "admitted" | "acceptThenClose" | "full";

/** The places of one server for connections: those of `maxConnections`, and those that its guards give. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #accepted: { readonly size: number };
  #guards: readonly AdmissionGuard[] = [];
  /** What gives the places of guards back. */
  readonly #releases = new Map<PendingTransport, (() => void)[]>();
  #pendingCount = 0;

  /** @param accepted - Has as many places as connections. */
  constructor(options: PlacesOptions, accepted: { readonly size: number }) {
    this.#options = options;
    this.#accepted = accepted;
  }

  /** How many places are held by transports in their opening handshake. */
  get pendingCount(): number {
    return this.#pendingCount;
  }

  /** @returns What takes `guard` away; places it gave are released all the same. */
  addGuard(guard: AdmissionGuard): () => void {
    this.#guards = [...this.#guards, guard];
    return () => {
      this.#guards = this.#guards.filter((one) => one !== guard);
    };
  }

  /** Gives `pending` one of `maxConnections`, unless it is full. Connections that are closed at once may be as many again. */
  admit(pending: PendingTransport): Admission {
    const { maxConnections, whenFull } = this.#options;
    const taken = this.#accepted.size + this.#pendingCount;
    const isFull = taken >= maxConnections;
    if (isFull && (whenFull === "refuse" || taken >= maxConnections * 2)) return "full";
    pending.isAdmitted = true;
    this.#pendingCount++;
    return isFull ? "acceptThenClose" : "admitted";
  }

  /**
   * Asks the guards, up to the first that refuses. The places are for `pending`.
   *
   * @throws What a guard throws; and a TypeError or RangeError when its refusal cannot be sent.
   */
  askGuards(
    request: ServerRequest,
    pending: PendingTransport,
  ): Refusal | ClosingAcceptance | undefined {
    for (const guard of this.#guards) {
      const verdict = checkedVerdict(guard(request));
      if (verdict.type === "refuse") return checkedRefusal(verdict.refusal);
      const releases = this.#releases.get(pending) ?? [];
      this.#releases.set(pending, [...releases, verdict.release]);
    }
    return undefined;
  }

  /** Takes the places of guards away from `pending`. @returns What releases them; `undefined` when there are none. */
  takeReleases(pending: PendingTransport): (() => void) | undefined {
    const releases = this.#releases.get(pending);
    if (releases === undefined) return undefined;
    this.#releases.delete(pending);
    const { onReleaseError } = this.#options;
    return () => {
      for (const release of releases.splice(0)) safely(release, onReleaseError)(undefined);
    };
  }

  /** Gives back the places that `pending` still has. */
  leave(pending: PendingTransport): void {
    if (pending.isAdmitted) this.#pendingCount--;
    this.takeReleases(pending)?.();
  }
}

interface PlacesOptions extends Pick<
  ResolvedServerOptions<unknown>,
  "maxConnections" | "whenFull"
> {
  /** Gets what a release throws. */
  readonly onReleaseError: (error: unknown) => void;
}

/** A guard that says nothing, says it late or misspells it does not admit. @throws {TypeError} */
function checkedVerdict(verdict: GuardVerdict | undefined): GuardVerdict {
  if (verdict?.type === "refuse") return verdict;
  if (verdict?.type === "admit" && typeof verdict.release === "function") return verdict;
  throw new TypeError(
    'a guard must return { type: "admit", release } or { type: "refuse", refusal }, and at once',
  );
}

/** @throws {TypeError | RangeError} An option does not exist, or the refusal cannot be sent. */
function checkedRefusal(refusal: GuardRefusal): Refusal | ClosingAcceptance {
  checkOptions(refusal, REFUSAL);
  const { reason, close, ...told } = refusal;
  if (close !== undefined) checkCloseStatus(close.code, close.reason);
  const response = buildResponse(told);
  if (close !== undefined) {
    const { code: closeCode, reason: closeReason } = close;
    return { type: "close", code: "REJECTED", reason: REJECTED, closeCode, closeReason };
  }
  return { type: "refuse", httpStatus: told.httpStatus, code: "REJECTED", reason, response };
}
