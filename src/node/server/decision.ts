/** What becomes of a request for an upgrade: every check, in the one order for all ways in (RFC 6455 §4.2.2). */
import { isError, isPromise } from "../../input/index.js";
import {
  acceptDeflateOffer,
  acceptFor,
  buildAcceptance,
  CloseCode,
  type DeflateParameters,
  judgeOrigin,
  type UpgradeRequest,
} from "../../protocol/index.js";
import { encodeLatin1, sha1 } from "../platform.js";
import { deflateConfigOf } from "../options.js";
import type { ResolvedServerOptions, Verdict } from "./options.js";
import { answerOf } from "./rejection.js";
import type { ServerRequest } from "./request.js";
import type { CheckedRefusal } from "./guard.js";
import { fullRefusal, notAdmitted, originRefusal, type SendableRefusal } from "./refusal.js";

/** What a connection starts with. */
export interface Agreement {
  /** The 101 response. */
  readonly response: Uint8Array;
  /** `""` when none was picked. */
  readonly subprotocol: string;
  readonly deflate: DeflateParameters | undefined;
}

export type Decision<Data> =
  | { readonly type: "open"; readonly agreement: Agreement; readonly data: Data }
  | {
      readonly type: "acceptThenClose";
      readonly agreement: Agreement;
      readonly code: "REJECTED" | "CONNECTIONS_TOO_MANY";
      readonly closeCode: number;
      readonly reason: string;
    }
  | { readonly type: "refuse"; readonly refusal: SendableRefusal }
  | {
      readonly type: "reject";
      readonly httpStatus: number;
      readonly response: Uint8Array;
      /** Why, when a guard said so. */
      readonly reason?: string;
    }
  /** `hook` of the application threw, or gave what cannot be used. */
  | { readonly type: "failed"; readonly error: unknown; readonly hook: string };

/** Whether there is a place for one more connection. */
export type Admission = "admitted" | "acceptThenClose" | "full";

/** What takes places for the connection, from the server and from its guards. */
export interface Places {
  /** One of `maxConnections`, if there is one. */
  readonly admit: () => Admission;
  /** Asks the guards: what the first that refuses has said. */
  readonly askGuards: () => CheckedRefusal | undefined;
}

/** A request, whom it is for, and how far the answer is. */
interface Asked<Data> {
  readonly upgrade: UpgradeRequest;
  readonly request: ServerRequest;
  readonly options: ResolvedServerOptions<Data>;
  /** The hook of the application that is being asked, for the case that it throws. */
  hook: string;
}

/**
 * Decides, at once unless `authenticate` takes its time. Never throws and never rejects: what a
 * hook of the application throws is a decision, too.
 *
 * @param places - Takes them, before `authenticate` is asked.
 */
export function decide<Data>(
  upgrade: UpgradeRequest,
  request: ServerRequest,
  options: ResolvedServerOptions<Data>,
  places: Places,
): Decision<Data> | Promise<Decision<Data>> {
  const asked: Asked<Data> = { upgrade, request, options, hook: "origins" };
  try {
    const { origin, host, isSecure } = request;
    const objection = judgeOrigin({ origin, host, secure: isSecure }, options.origins);
    if (objection !== undefined) return refuse(originRefusal(objection));

    const admission = places.admit();
    if (admission === "full") return refuse(fullRefusal(options.maxConnections));
    if (admission === "acceptThenClose") {
      return { type: "acceptThenClose", agreement: agree(asked), ...FULL };
    }
    asked.hook = "a guard";
    const refusal = places.askGuards();
    if (refusal !== undefined) return turnAwayFor(refusal, asked);

    const { authenticate } = options;
    if (authenticate === undefined) return openToAll(asked);
    asked.hook = "authenticate";
    const outcome = authenticate(request);
    return isPromise(outcome) ? decideLater(outcome, asked) : decideFor(outcome, asked);
  } catch (error) {
    return decideAgainst(error, asked);
  }
}

async function decideLater<Data>(
  outcome: Promise<Verdict<Data>>,
  asked: Asked<Data>,
): Promise<Decision<Data>> {
  try {
    return decideFor(await outcome, asked);
  } catch (error) {
    return decideAgainst(error, asked);
  }
}

/** @throws See {@link agree}. */
function decideFor<Data>(outcome: Verdict<Data>, asked: Asked<Data>): Decision<Data> {
  if (outcome === undefined || outcome === null || outcome === false) {
    return { type: "refuse", refusal: notAdmitted(outcome) };
  }
  if (isError(outcome)) return decideAgainst(outcome, asked);
  return { type: "open", agreement: agree(asked), data: outcome };
}

/** Nobody asks who comes. */
function openToAll<Data>(asked: Asked<Data>): Decision<Data> {
  // Without the hook, Data is undefined, unless a type argument claims otherwise.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { type: "open", agreement: agree(asked), data: undefined as Data };
}

/** A rejection is an error, too, so that it may be thrown. */
function decideAgainst<Data>(error: unknown, asked: Asked<Data>): Decision<never> {
  try {
    const answer = answerOf(error);
    if (answer === undefined) return { type: "failed", error, hook: asked.hook };
    if (answer.type === "response") return { ...answer, type: "reject" };
    // A browser that offered subprotocols fails a handshake that picks none of them,
    // and would not get to see the close code.
    return { ...answer, type: "acceptThenClose", code: "REJECTED", agreement: agree(asked) };
  } catch (failure) {
    return { type: "failed", error: failure, hook: asked.hook };
  }
}

const FULL = {
  code: "CONNECTIONS_TOO_MANY",
  closeCode: CloseCode.TRY_AGAIN_LATER,
  reason: "the server is at its limit of connections",
} as const;

function refuse(refusal: SendableRefusal): Decision<never> {
  return { type: "refuse", refusal };
}

function turnAwayFor<Data>(
  { httpStatus, response, reason, close }: CheckedRefusal,
  asked: Asked<Data>,
): Decision<never> {
  if (close === undefined) return { type: "reject", httpStatus, response, reason };
  const told = { closeCode: close.code, reason: close.reason };
  return { type: "acceptThenClose", code: "REJECTED", agreement: agree(asked), ...told };
}

/** @throws What hooks throw; and for what they ask for that the client did not offer. */
function agree<Data>(asked: Asked<Data>): Agreement {
  const { upgrade, request, options } = asked;
  const { selectSubprotocol, responseHeaders, connection } = options;
  asked.hook = "selectSubprotocol";
  const subprotocol = selectSubprotocol(upgrade.subprotocols, request);
  const deflate =
    connection.perMessageDeflate &&
    acceptDeflateOffer(upgrade.extensionOffers, deflateConfigOf(connection.perMessageDeflate));
  asked.hook = "responseHeaders";
  const headers = responseHeaders(request);
  asked.hook = "selectSubprotocol or responseHeaders"; // what they gave has to fit the request
  const acceptance = {
    accept: acceptFor(upgrade.key, sha1),
    subprotocol,
    extensions: deflate && [deflate.response],
    headers,
  };
  const response = buildAcceptance(upgrade, acceptance, encodeLatin1);
  return { response, subprotocol: subprotocol ?? "", deflate: deflate?.parameters };
}
