/** Places for connections: how many there may be, by the server's own limit and by guards, before `authenticate` is called. */
import { answerAtOnce, callSafely, checkOptions, type Names } from "../../input/index.js";
import { buildResponse, type HttpResponse } from "../../protocol/index.js";
import { checkCloseStatus } from "../connection/ending.js";
import type { ResolvedServerOptions } from "./options.js";
import type { PendingTransport } from "./pending.js";
import { type ClosingAcceptance, type Refusal, REJECTED } from "./refusal.js";
import type { ServerRequest } from "./request.js";

/** The answer that a guard gives a client in place of a connection. */
export interface GuardRefusal extends HttpResponse {
  /** Why, for logs and metrics. */
  readonly reason: string;
  /**
   * Accepts the client and closes it with this, in place of the HTTP response, so that a page in a
   * browser can read why. Such connections count for the `maxConnections` of the server until they
   * are closed.
   */
  readonly close?: { readonly code: number; readonly reason: string } | undefined;
}

/** The decision of a guard. */
export type GuardVerdict =
  | {
      readonly type: "admit";
      /**
       * Called once, when the place is free again: the connection is closed, or the client did not
       * become one, for whatever reason.
       */
      readonly release: () => void;
    }
  | { readonly type: "refuse"; readonly refusal: GuardRefusal };

/**
 * Called once for each request that is in order, allowed by `origins` and within the `maxConnections`
 * of the server, before `authenticate`. An error that it throws is answered with 500 and goes to
 * `onHandlerError`. The same happens when it returns no verdict.
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
  /** The functions that give the places of guards back. */
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

  /** @returns A function that removes `guard`. The places that it gave are released all the same. */
  addGuard(guard: AdmissionGuard): () => void {
    this.#guards = [...this.#guards, guard];
    return () => {
      this.#guards = this.#guards.filter((one) => one !== guard);
    };
  }

  /** Gives `pending` one of the places of `maxConnections`. There are as many again for clients that are accepted to be closed. */
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
   * @throws Any error of a guard; and a TypeError or RangeError when its refusal cannot be sent.
   */
  askGuards(
    request: ServerRequest,
    pending: PendingTransport,
  ): Refusal | ClosingAcceptance | undefined {
    for (const guard of this.#guards) {
      const verdict = checkedVerdict(answerAtOnce("a guard", guard(request)));
      if (verdict.type === "refuse") return checkedRefusal(verdict.refusal);
      const releases = this.#releases.get(pending) ?? [];
      this.#releases.set(pending, [...releases, verdict.release]);
    }
    return undefined;
  }

  /** Takes the places of guards away from `pending`. @returns A function that releases them; `undefined` when there are none. */
  takeReleases(pending: PendingTransport): (() => void) | undefined {
    const releases = this.#releases.get(pending);
    if (releases === undefined) return undefined;
    this.#releases.delete(pending);
    const { onReleaseError } = this.#options;
    return () => {
      for (const release of releases.splice(0)) callSafely(release, onReleaseError);
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
  /** Gets the error of a release that throws. */
  readonly onReleaseError: (error: unknown) => void;
}

/** A guard that returns nothing, a promise or a misspelt verdict does not admit. @throws {TypeError} */
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
