/** The decision about a request for an upgrade: every check, in one order for all ways in (RFC 6455 §4.2.2). */
import { answerAtOnce, isError, isPromise } from "../../input/index.js";
import {
  acceptDeflateOffer,
  acceptFor,
  buildAcceptance,
  judgeOrigin,
  refusalFor,
  type UpgradeRequest,
} from "../../protocol/index.js";
import { encodeLatin1, sha1 } from "../platform.js";
import { deflateConfigOf } from "../deflate.js";
import type { Agreement } from "./accepted.js";
import type { Places } from "./guard.js";
import type { ResolvedServerOptions, Verdict } from "./options.js";
import type { PendingTransport } from "./pending.js";
import {
  type ClosingAcceptance,
  faultRefusal,
  fullClose,
  fullRefusal,
  notAdmitted,
  type Refusal,
} from "./refusal.js";
import { refusalFrom } from "./rejection.js";
import type { ServerRequest } from "./request.js";

/** How an opening handshake ends. */
export type Decision<Data> =
  | { readonly type: "open"; readonly agreement: Agreement; readonly data: Data }
  | {
      readonly type: "close";
      readonly agreement: Agreement;
      readonly acceptance: ClosingAcceptance;
    }
  | Refusal
  /** `hook` of the application threw, or returned what cannot be used. */
  | { readonly type: "failed"; readonly error: unknown; readonly hook: string };

/** One opening handshake: a request that is in order, and the options of the server that it is for. */
export class OpeningHandshake<Data> {
  readonly #upgrade: UpgradeRequest;
  readonly #request: ServerRequest;
  readonly #options: ResolvedServerOptions<Data>;
  /** The hook of the application that is being called: an error is reported with its name. */
  #hook = "origins";

  constructor(
    upgrade: UpgradeRequest,
    request: ServerRequest,
    options: ResolvedServerOptions<Data>,
  ) {
    this.#upgrade = upgrade;
    this.#request = request;
    this.#options = options;
  }

  /**
   * Decides at once, unless `authenticate` returns a promise. Never throws and never rejects: an error
   * that a hook of the application throws is a decision, too.
   *
   * @param places - Gives a place to `pending`, before `authenticate` is called.
   */
  decide(pending: PendingTransport, places: Places): Decision<Data> | Promise<Decision<Data>> {
    const { origins, maxConnections, authenticate } = this.#options;
    try {
      const { origin, host, isSecure } = this.#request;
      const objection = judgeOrigin({ origin, host, secure: isSecure }, origins);
      if (objection !== undefined) {
        const { detail, advice } = objection;
        return faultRefusal(refusalFor("ORIGIN_REFUSED", detail, advice));
      }

      const admission = places.admit(pending);
      if (admission === "full") return fullRefusal(maxConnections);
      if (admission === "acceptThenClose") return this.#refuse(fullClose(maxConnections));
      this.#hook = "a guard";
      const refusal = places.askGuards(this.#request, pending);
      if (refusal !== undefined) return this.#refuse(refusal);

      if (authenticate === undefined) return this.#openToAll();
      this.#hook = "authenticate";
      const verdict = authenticate(this.#request);
      return isPromise(verdict) ? this.#decideLater(verdict) : this.#decideBy(verdict);
    } catch (error) {
      return this.#decideByError(error);
    }
  }

  async #decideLater(verdict: Promise<Verdict<Data>>): Promise<Decision<Data>> {
    try {
      return this.#decideBy(await verdict);
    } catch (error) {
      return this.#decideByError(error);
    }
  }

  /** @throws As {@link #agree} does. */
  #decideBy(verdict: Verdict<Data>): Decision<Data> {
    if (verdict === undefined || verdict === null || verdict === false) {
      return notAdmitted(verdict);
    }
    if (isError(verdict)) return this.#decideByError(verdict);
    return { type: "open", agreement: this.#agree(), data: verdict };
  }

  /** A rejection is an error, so that it may be thrown, and is not reported as one. */
  #decideByError(error: unknown): Decision<never> {
    try {
      const refusal = refusalFrom(error);
      if (refusal !== undefined) return this.#refuse(refusal);
      return { type: "failed", error, hook: this.#hook };
    } catch (failure) {
      return { type: "failed", error: failure, hook: this.#hook };
    }
  }

  #openToAll(): Decision<Data> {
    // Without the hook, Data is undefined, unless a type argument claims otherwise.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return { type: "open", agreement: this.#agree(), data: undefined as Data };
  }

  /**
   * A closing acceptance needs an agreement like any other: a browser that offered subprotocols fails
   * a handshake that picks none of them, and its page would not get the close code.
   *
   * @throws As {@link #agree} does, for a closing acceptance.
   */
  #refuse(refusal: Refusal | ClosingAcceptance): Decision<never> {
    if (refusal.type === "refuse") return refusal;
    return { type: "close", agreement: this.#agree(), acceptance: refusal };
  }

  /** @throws What hooks throw; and a TypeError when they return what the client did not offer. */
  #agree(): Agreement {
    const { selectSubprotocol, responseHeaders, connection } = this.#options;
    this.#hook = "selectSubprotocol";
    const chosen = selectSubprotocol(this.#upgrade.subprotocols, this.#request);
    const subprotocol = answerAtOnce(this.#hook, chosen);
    const deflate =
      connection.perMessageDeflate &&
      acceptDeflateOffer(
        this.#upgrade.extensionOffers,
        deflateConfigOf(connection.perMessageDeflate),
      );
    this.#hook = "responseHeaders";
    const headers = answerAtOnce(this.#hook, responseHeaders(this.#request));
    this.#hook = "selectSubprotocol or responseHeaders"; // both results must fit the request
    const acceptance = {
      accept: acceptFor(this.#upgrade.key, sha1),
      subprotocol,
      extensions: deflate && [deflate.response],
      headers,
    };
    const response = buildAcceptance(this.#upgrade, acceptance, encodeLatin1);
    return { response, subprotocol: subprotocol ?? "", deflate: deflate?.parameters };
  }
}
