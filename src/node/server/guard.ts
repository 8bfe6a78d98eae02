/** Checks that others than the server make before `authenticate`: how many connections there may be, from where. */
import { checkOptions, type Names } from "../../input/index.js";
import { buildResponse, type HttpResponse } from "../../protocol/index.js";
import { safely } from "../handler-error.js";
import { checkCloseStatus } from "./close-code.js";
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

/** The guards of one server, and the places they gave. */
export class Guards<Holder extends object> {
  #guards: readonly AdmissionGuard[] = [];
  readonly #places = new Map<Holder, (() => void)[]>();
  readonly #onError: (error: unknown) => void;

  /** @param onError - Gets what a release throws. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** @returns What takes `guard` away; places it gave are released all the same. */
  add(guard: AdmissionGuard): () => void {
    this.#guards = [...this.#guards, guard];
    return () => {
      this.#guards = this.#guards.filter((one) => one !== guard);
    };
  }

  /**
   * Asks the guards, up to the first that refuses. The places are `holder`'s.
   *
   * @throws What a guard throws; and when its refusal cannot be sent.
   */
  admit(request: ServerRequest, holder: Holder): CheckedRefusal | undefined {
    for (const guard of this.#guards) {
      const verdict = checkedVerdict(guard(request));
      if (verdict.type === "refuse") return checked(verdict.refusal);
      const places = this.#places.get(holder) ?? [];
      this.#places.set(holder, [...places, verdict.release]);
    }
    return undefined;
  }

  /** Takes the places away from `holder`. @returns What releases them; `undefined` when there are none. */
  take(holder: Holder): (() => void) | undefined {
    const places = this.#places.get(holder);
    if (places === undefined) return undefined;
    this.#places.delete(holder);
    return () => {
      for (const release of places.splice(0)) safely(release, this.#onError)(undefined);
    };
  }
}

/** A {@link GuardRefusal} that can be sent. */
export interface CheckedRefusal {
  readonly httpStatus: number;
  readonly response: Uint8Array;
  readonly reason: string;
  readonly close: GuardRefusal["close"];
}

/** A guard that says nothing, says it late or misspells it does not admit. @throws {TypeError} */
function checkedVerdict(verdict: GuardVerdict | undefined): GuardVerdict {
  if (verdict?.type === "refuse") return verdict;
  if (verdict?.type === "admit" && typeof verdict.release === "function") return verdict;
  throw new TypeError(
    'a guard must return { type: "admit", release } or { type: "refuse", refusal }, and at once',
  );
}

/** @throws {TypeError | RangeError} */
function checked(refusal: GuardRefusal): CheckedRefusal {
  checkOptions(refusal, REFUSAL);
  const { reason, close, ...response } = refusal;
  if (close !== undefined) checkCloseStatus(close.code, close.reason);
  return { httpStatus: response.httpStatus, response: buildResponse(response), reason, close };
}
