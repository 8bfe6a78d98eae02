/** Refusals: the answers to clients that a server does not admit, and what the application is told about them. */
import { type Names, checkOptions } from "../../input/index.js";
import {
  CloseCode,
  type HandshakeFaultCode,
  type HeadLimits,
  type HttpResponse,
  type Refusal as HandshakeRefusal,
  type RequestHead,
  buildResponse,
  detailOfLimit,
  refusalFor,
  visibleText,
} from "../../protocol/index.js";
import type { ServerRequest } from "./request.js";

/** An opening handshake that was refused, for logs and metrics. Nothing in it is secret. */
export interface RefusedHandshake {
  /** 101 when the client was accepted only to be closed; see {@link closeCode}. */
  readonly httpStatus: number;
  /** The close code for a client that was accepted only to be closed. */
  readonly closeCode?: number | undefined;
  /**
   * A row of the table of handshake faults, or `PATH_UNKNOWN`, `REJECTED` (by
   * `authenticate` or a guard) or `HANDLER_FAILED` (a hook of the application threw).
   */
  readonly code: HandshakeFaultCode | "PATH_UNKNOWN" | "REJECTED" | "HANDLER_FAILED";
  /** The reason, and what to do about it where that is known. */
  readonly reason: string;
}

const RESPONSE: Names<HttpResponse> = {
  owner: "respond()",
  known: { httpStatus: true, headers: true, body: true },
  advice: { code: "use httpStatus", status: "use httpStatus", statusCode: "use httpStatus" },
};

/** Writes the response of an application to a request by `method`. @throws {TypeError | RangeError} It cannot be sent. */
export function responseOf(response: HttpResponse, method: string): Uint8Array {
  checkOptions(response, RESPONSE);
  return buildResponse(response, method);
}

/** A server's "no" in place of the 101: an HTTP response. */
export interface Refusal extends Omit<RefusedHandshake, "closeCode"> {
  readonly type: "refuse";
  /** Bytes where `reject` or a guard has made the response: then the request is no HEAD. */
  readonly response: HttpResponse | Uint8Array;
}

/** A server's "no" behind the 101: a Close frame, because a page in a browser can read a close code and no HTTP status. */
export interface ClosingAcceptance {
  readonly type: "close";
  readonly code: "REJECTED" | "CONNECTIONS_TOO_MANY";
  /** Why, for the application. */
  readonly reason: string;
  readonly closeCode: number;
  /** Why, for the client. */
  readonly closeReason: string;
}

/** The refusal for a row of the table of handshake faults. The application is told what the client is told in the body. */
export function faultRefusal(fault: HandshakeRefusal): Refusal {
  const { httpStatus, code, body } = fault;
  const reason = body.trimEnd().replaceAll("\n", " ");
  return { type: "refuse", httpStatus, code, reason, response: fault };
}

/** The refusal for what is over a limit: it names the option, its value and the number over it. */
function limitRefusal(code: HandshakeFaultCode, limit: number, value?: number): Refusal {
  return faultRefusal(refusalFor(code, detailOfLimit(code, limit, value)));
}

/** The refusal when all places are taken. The application is told how many there are, and the client is not. */
export function fullRefusal(maxConnections: number): Refusal {
  const { reason } = limitRefusal("CONNECTIONS_TOO_MANY", maxConnections);
  return { ...faultRefusal(refusalFor("CONNECTIONS_TOO_MANY")), reason };
}

/** The close when all places are taken, for {@link ServerOptions.whenFull}. */
export function fullClose(maxConnections: number): ClosingAcceptance {
  return {
    type: "close",
    code: "CONNECTIONS_TOO_MANY",
    reason: fullRefusal(maxConnections).reason,
    closeCode: CloseCode.TRY_AGAIN_LATER,
    closeReason: "the server is at its limit of connections",
  };
}

/** The refusal when time is up. The application is told which of its hooks did not settle. */
export function timeoutRefusal(
  { request, isAdmitted }: { readonly request: unknown; readonly isAdmitted: boolean },
  handshakeTimeoutMs: number,
): Refusal {
  const refusal = limitRefusal("TIMEOUT", handshakeTimeoutMs);
  if (request === undefined) return refusal;
  const hook = isAdmitted ? "authenticate" : "onRequest";
  return { ...refusal, reason: `${refusal.reason} ${hook} did not settle in that time.` };
}

const NO_SUCH_PATH = "no WebSocket server serves this path (RFC 6455 §4.2.2)";

/** RFC 6455 §4.2.2: a resource this server does not have. */
export const PATH_UNKNOWN: Refusal = {
  type: "refuse",
  httpStatus: 404,
  code: "PATH_UNKNOWN",
  reason: NO_SUCH_PATH,
  response: { httpStatus: 404, body: `${NO_SUCH_PATH}\n` },
};

/** The reason for the application when it has refused the client itself. It needs no details. */
export const REJECTED = "authenticate turned the client away";

/** The application is told what went wrong, and the client is not. */
export const HANDLER_FAILED: Refusal = {
  type: "refuse",
  httpStatus: 500,
  code: "HANDLER_FAILED",
  reason: "a hook of the application failed; onHandlerError has the error",
  response: { httpStatus: 500, body: "the server failed\n" },
};

/**
 * The refusal for a verdict of `authenticate` that does not admit the client: perhaps on purpose, perhaps a
 * value is missing. A 401 must name a scheme (RFC 9110 §15.5.2); browsers ask for no password when
 * they do not know the scheme.
 */
export function notAdmitted(verdict: unknown): Refusal {
  const headers = { "WWW-Authenticate": "Unspecified" };
  return {
    type: "refuse",
    httpStatus: 401,
    code: "REJECTED",
    reason: `authenticate returned ${String(verdict)}: return a value to admit, reject(…) to choose the answer`,
    response: { httpStatus: 401, headers, body: "the server does not know who you are\n" },
  };
}

/**
 * The refusal for a head over the limits; `undefined` for others. An own listener stops reading at the
 * limits. Node's http server has other limits, so the head that it parsed is measured here.
 */
export function excessOf(
  { target, fields }: RequestHead,
  { maxHeaderBytes, maxHeaderCount }: Required<{ readonly [Name in keyof HeadLimits]: number }>,
): Refusal | undefined {
  if (fields.size > maxHeaderCount) {
    return limitRefusal("HEADERS_TOO_MANY", maxHeaderCount, fields.size);
  }
  let bytes = target.length;
  for (const [name, value] of fields) bytes += name.length + value.length + ": \r\n".length;
  if (bytes <= maxHeaderBytes) return undefined;
  return limitRefusal("HEAD_TOO_LARGE", maxHeaderBytes, bytes);
}

/** Kinds of refusals that are more often caused by options, or by the proxy in front, than by the client. */
const KINDS: ReadonlyMap<RefusedHandshake["code"], string> = new Map<HandshakeFaultCode, string>([
  ["ORIGIN_REFUSED", "origin"],
  ["HOST_REFUSED", "host"],
  ["HTTP_VERSION_UNSUPPORTED", "proxy"],
  ["UPGRADE_MISSING", "proxy"],
  ["CONNECTION_MISSING", "proxy"],
  ["HEAD_TOO_LARGE", "head"],
  ["HEADERS_TOO_MANY", "head"],
  ["CONNECTIONS_TOO_MANY", "connections"],
]);

/** Most characters of a client's text in a warning. */
const MAX_CHARACTERS = 100;

/**
 * The warnings of the process about clients that cannot connect because a server is not set up for them.
 * Each kind is given once for each server, so that no client can fill a log. A warning has nothing
 * secret: of a client's text only its origin and the host that it asked for.
 */
export class RefusalWarnings {
  readonly #told = new Set<string>();

  /** Warns of a refusal that no listener of `refused` gets. */
  refused({ code, reason }: RefusedHandshake, request: ServerRequest | undefined): void {
    const kind = KINDS.get(code);
    // A request that is no opening handshake, such as that of a person who typed the address.
    const isPlain = code === "UPGRADE_MISSING" && request !== undefined;
    if (kind === undefined || isPlain) return;
    const who = whoIs(code, request);
    this.#tell(kind, code, `A WebSocketServer refused ${who}: ${reason}`, TOLD_EACH);
  }

  /** Warns that a client offered subprotocols and the options name none of them. */
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

function whoIs(code: RefusedHandshake["code"], request: ServerRequest | undefined): string {
  const isPage = code === "ORIGIN_REFUSED";
  if (request === undefined || !(isPage || code === "HOST_REFUSED")) return "a client";
  const who = isPage ? `a page of ${shown(request.origin ?? "no origin")}` : "a client";
  return `${who}, which asked for the host ${shown(request.host)}`;
}

function shown(text: string): string {
  const start = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  return `"${visibleText(start)}"`;
}
