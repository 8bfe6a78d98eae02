/** What clients get that a server does not let in, and what the application is told of them. */
import { type Names, checkOptions } from "../../input/index.js";
import {
  type HandshakeFaultCode,
  type HeadLimits,
  type HttpResponse,
  type OriginObjection,
  type Refusal,
  type RequestHead,
  buildResponse,
  detailOfLimit,
  refusalFor,
  visibleText,
} from "../../protocol/index.js";
import type { ServerRequest } from "./request.js";

/** An opening handshake that came to nothing, for logs and metrics. Nothing in it is secret. */
export interface RefusedHandshake {
  /** 101 when the client was accepted only to be closed; see {@link closeCode}. */
  readonly httpStatus: number;
  /** What a client is told that was accepted only to be closed. */
  readonly closeCode?: number | undefined;
  /**
   * A row of the table of handshake faults, or `PATH_UNKNOWN`, `REJECTED` (by
   * `authenticate` or a guard) or `HANDLER_FAILED` (a hook of the application threw).
   */
  readonly code: HandshakeFaultCode | "PATH_UNKNOWN" | "REJECTED" | "HANDLER_FAILED";
  /** Why, and what to do about it where that is known. */
  readonly reason: string;
}

const RESPONSE: Names<HttpResponse> = {
  owner: "respond()",
  known: { httpStatus: true, headers: true, body: true },
  advice: { code: "use httpStatus", status: "use httpStatus", statusCode: "use httpStatus" },
};

/** The bytes of what an application answers to a request by `method`. @throws {TypeError | RangeError} It cannot be sent. */
export function responseOf(response: HttpResponse, method: string): Uint8Array {
  checkOptions(response, RESPONSE);
  return buildResponse(response, method);
}

/** A refusal that can be sent. */
export type SendableRefusal = RefusedHandshake & HttpResponse;

/** The refusal for a row of the table of handshake faults, with advice in its reason. */
export function faultRefusal(code: HandshakeFaultCode, detail?: string): SendableRefusal {
  return withAdvice(refusalFor(code, detail));
}

/** The refusal for a page that may not connect. */
export function originRefusal({ detail, advice }: OriginObjection): SendableRefusal {
  return withAdvice(refusalFor("ORIGIN_REFUSED", detail, advice));
}

/** The refusal for what is over a limit: it names the option, what it is set to and the number over it. */
function limitRefusal(code: HandshakeFaultCode, limit: number, value?: number): SendableRefusal {
  return faultRefusal(code, detailOfLimit(code, limit, value));
}

/** The refusal for want of a place: how many there are is for the application to know, not for the client. */
export function fullRefusal(maxConnections: number): SendableRefusal {
  const { reason } = limitRefusal("CONNECTIONS_TOO_MANY", maxConnections);
  return { ...faultRefusal("CONNECTIONS_TOO_MANY"), reason };
}

/** The refusal for one whose time is up: of a hook that did not settle, the application is told. */
export function timeoutRefusal(
  { request, isAdmitted }: { readonly request: unknown; readonly isAdmitted: boolean },
  handshakeTimeoutMs: number,
): SendableRefusal {
  const refusal = limitRefusal("TIMEOUT", handshakeTimeoutMs);
  if (request === undefined) return refusal;
  const hook = isAdmitted ? "authenticate" : "onRequest";
  return { ...refusal, reason: `${refusal.reason} ${hook} did not settle in that time.` };
}

/** What is told to the peer in the body is told to the application, too. */
export function withAdvice(refusal: Refusal): SendableRefusal {
  return { ...refusal, reason: refusal.body.trimEnd().replaceAll("\n", " ") };
}

/** RFC 6455 §4.2.2: a resource this server does not have. */
export const PATH_UNKNOWN: SendableRefusal = {
  httpStatus: 404,
  code: "PATH_UNKNOWN",
  reason: "no WebSocket server serves this path (RFC 6455 §4.2.2)",
  body: "no WebSocket server serves this path (RFC 6455 §4.2.2)\n",
};

/** What the application decided, it need not be told in detail. */
export function rejectedWith(
  httpStatus: number,
  reason = "authenticate turned the client away",
): RefusedHandshake {
  return { httpStatus, code: "REJECTED", reason };
}

/**
 * What `authenticate` returned admits nobody: perhaps that was meant, perhaps a value is missing.
 * A 401 has to name a scheme (RFC 9110 §15.5.2); browsers ask for no password for one they do not know.
 */
export function notAdmitted(outcome: unknown): SendableRefusal {
  return {
    httpStatus: 401,
    code: "REJECTED",
    reason: `authenticate returned ${String(outcome)}: return a value to admit, reject(…) to choose the answer`,
    headers: { "WWW-Authenticate": "Unspecified" },
    body: "the server does not know who you are\n",
  };
}

/** The client was accepted only to be closed: a page in a browser can read a close code, and no status. */
export function acceptedToClose(
  code: "REJECTED" | "CONNECTIONS_TOO_MANY",
  closeCode: number,
  { maxConnections }: { readonly maxConnections: number },
): RefusedHandshake {
  const { reason } = code === "REJECTED" ? rejectedWith(101) : fullRefusal(maxConnections);
  return { httpStatus: 101, closeCode, code, reason };
}

/** What went wrong is for the application to know, not for the client. */
export const HANDLER_FAILED: SendableRefusal = {
  httpStatus: 500,
  code: "HANDLER_FAILED",
  reason: "a hook of the application failed; onHandlerError has the error",
  body: "the server failed\n",
};

/**
 * The refusal for a head over the limits. An own listener stops reading there; Node's
 * http server has limits of its own, so what it parsed is measured afterwards.
 */
export function excessOf(
  { target, fields }: RequestHead,
  { maxHeaderBytes, maxHeaderCount }: Required<{ readonly [Name in keyof HeadLimits]: number }>,
): SendableRefusal | undefined {
  if (fields.size > maxHeaderCount) {
    return limitRefusal("HEADERS_TOO_MANY", maxHeaderCount, fields.size);
  }
  let bytes = target.length;
  for (const [name, value] of fields) bytes += name.length + value.length + ": \r\n".length;
  if (bytes <= maxHeaderBytes) return undefined;
  return limitRefusal("HEAD_TOO_LARGE", maxHeaderBytes, bytes);
}

/** Refusals that are more often a matter of options, or of the proxy in front, than of the client. */
const KINDS: ReadonlyMap<RefusedHandshake["code"], string> = new Map<HandshakeFaultCode, string>([
  ["ORIGIN_REFUSED", "origin"],
  ["HTTP_VERSION_UNSUPPORTED", "proxy"],
  ["UPGRADE_MISSING", "proxy"],
  ["CONNECTION_MISSING", "proxy"],
  ["HEAD_TOO_LARGE", "head"],
  ["HEADERS_TOO_MANY", "head"],
  ["CONNECTIONS_TOO_MANY", "connections"],
]);

/** Most characters of what a client wrote that go into a warning. */
const MAX_CHARACTERS = 100;

/**
 * The warnings of one server: each kind is told once, so that no client can fill a log. Nothing
 * secret is in them: of what a client wrote only its origin and the host it asked for.
 */
export class RefusalWarnings {
  readonly #told = new Set<string>();

  /** A client was refused, and nobody listens to `refused`. */
  refused({ code, reason }: RefusedHandshake, request: ServerRequest | undefined): void {
    const kind = KINDS.get(code);
    // A request that is no opening handshake, such as of somebody who typed the address.
    const isPlain = code === "UPGRADE_MISSING" && request !== undefined;
    if (kind === undefined || isPlain) return;
    const who =
      code === "ORIGIN_REFUSED" && request !== undefined
        ? `a page of ${shown(request.origin ?? "no origin")}, which asked for the host ${shown(request.host)}`
        : "a client";
    this.#tell(kind, code, `A WebSocketServer refused ${who}: ${reason}`, TOLD_EACH);
  }

  /** A client has offered subprotocols, and none was picked, by options that name none of them. */
  nonePicked(): void {
    const advice =
      "browsers end such a connection at once. Name yours in the option subprotocols, or pick one, or none, by selectSubprotocol.";
    const what = "A WebSocketServer picked none of the subprotocols that a client offered";
    this.#tell("subprotocol", "SUBPROTOCOL_NONE_PICKED", `${what}: ${advice}`);
  }

  #tell(kind: string, code: string, text: string, more = ""): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    process.emitWarning(text, {
      type: "PlainsocketWarning",
      code,
      detail: `Told once by this server.${more}`,
    });
  }
}

const TOLD_EACH = ' A listener of "refused" is told of each refusal.';

function shown(text: string): string {
  const start = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  return `"${visibleText(start)}"`;
}
