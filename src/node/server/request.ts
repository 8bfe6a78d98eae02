/** A request to a server: what its hooks see of it, what RFC 6455 says of it, and which server it is for. */
import { answerAtOnce } from "../../input/index.js";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  Fields,
  type PlainRequest,
  type Refusal,
  type RequestHead,
  type UpgradeRequest,
  judgeRequest,
} from "../../protocol/index.js";
import { type IsTrusted, clientOrigin } from "../addresses.js";

/**
 * An HTTP request to a server, as its hooks see it. Everything in it comes from the
 * client and may be made up (RFC 6455 §10.1).
 *
 * Printing it shows neither the query nor header values nor subprotocols: browsers can
 * put a token in all of them. It shows no {@link raw} and no {@link socket}, either.
 */
export class ServerRequest {
  /** `"GET"`; or `"HEAD"`, in `onRequest`. */
  readonly method: string;
  /** Starts with `/`. It is percent-encoded, as the client wrote it. */
  readonly path: string;
  /** The host and port of the Host field. `""` from an HTTP/1.0 client that sends none. */
  readonly host: string;
  /** The origin of the page, when the client is a browser (§4.1, §10.2). */
  readonly origin: string | undefined;
  readonly headers: Fields;
  /** The address behind `trustedProxies`: the client's, or that of another proxy. `undefined` when the transport has none. */
  readonly remoteAddress: string | undefined;
  /** Whether the request came through TLS, up to this process or to one of `trustedProxies`. */
  readonly isSecure: boolean;
  readonly #source: RequestSource;
  readonly #wanted: StillWanted;
  readonly #query: string;
  readonly #subprotocols: readonly string[];
  #parameters: URLSearchParams | undefined;

  constructor(request: PlainRequest, origin: RequestOrigin) {
    this.method = origin.method;
    this.path = request.path;
    this.host = request.host;
    this.origin = request.origin;
    this.#subprotocols = origin.subprotocols;
    this.headers = request.fields;
    this.remoteAddress = origin.remoteAddress;
    this.isSecure = origin.isSecure;
    this.#source = origin.source;
    this.#wanted = origin.wanted;
    this.#query = request.query;
  }

  /** Aborts when the answer is of no use any more: the client is gone, or time is up. */
  get signal(): AbortSignal {
    return this.#wanted.signal;
  }

  /**
   * The request as an http server parsed it, with everything that middleware has put on it: a session, a
   * user. `undefined` without an http server: on an own listener, and after `accept`.
   */
  get raw(): IncomingMessage | undefined {
    return this.#source.message;
  }

  /**
   * The transport of the request: a `Socket` of node:net, or a `TLSSocket` of node:tls, which knows the
   * client's certificate (`authorized`, `getPeerCertificate()`); or the stream that was handed over.
   * Look at it, and do not use it: code that writes to it, reads from it or ends it breaks the
   * connection.
   */
  get socket(): Duplex {
    return this.#source.transport;
  }

  /** The subprotocols that the client offers, best first. */
  get subprotocols(): readonly string[] {
    return this.#subprotocols;
  }

  /** The parameters behind the `?`, decoded. */
  get query(): URLSearchParams {
    this.#parameters ??= new URLSearchParams(this.#query);
    return this.#parameters;
  }
}

/** Knows whether the answer to a request is still wanted. */
export class StillWanted {
  #isOver = false;
  #controller: AbortController | undefined;

  /** Made on demand: it takes a quarter of the time that reading a head takes. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isOver) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** The answer is not wanted any more. */
  end(): void {
    this.#isOver = true;
    this.#controller?.abort();
  }
}

/** The origin of a request. */
interface RequestSource {
  readonly transport: Duplex;
  /** The request of Node, where an http server has read it. */
  readonly message?: IncomingMessage | undefined;
}

/** The parts of a {@link ServerRequest} that do not stand in the head. */
interface RequestOrigin {
  readonly source: RequestSource;
  readonly method: string;
  readonly subprotocols: readonly string[];
  readonly remoteAddress: string | undefined;
  readonly isSecure: boolean;
  readonly wanted: StillWanted;
}

/** A request head that has arrived, on any way in, and the judgement of RFC 6455 §4.2.1 about it. */
export type Arrival = {
  readonly head: RequestHead;
  /** Aborts {@link ServerRequest.signal}. */
  readonly wanted: StillWanted;
} & (
  | { readonly kind: "upgrade"; readonly request: ServerRequest; readonly upgrade: UpgradeRequest }
  | { readonly kind: "not-an-upgrade"; readonly request: ServerRequest; readonly refusal: Refusal }
  | { readonly kind: "refused"; readonly request: undefined; readonly refusal: Refusal }
);

/**
 * Judges a head that came from `source`. Never throws, whatever the peer sent.
 *
 * @param isTrusted - Tells whether the proxy at an address is trusted.
 */
export function judgeArrival(
  head: RequestHead,
  source: RequestSource,
  isTrusted: IsTrusted,
): Arrival {
  const verdict = judgeRequest(head);
  const wanted = new StillWanted();
  if (verdict.kind === "refused") return { ...verdict, head, wanted, request: undefined };

  const isUpgrade = verdict.kind === "upgrade";
  const { remoteAddress, isSecure } = clientOrigin(source.transport, head.fields, isTrusted);
  const subprotocols = isUpgrade ? verdict.request.subprotocols : [];
  const { method } = head;
  const origin = { source, method, subprotocols, remoteAddress, isSecure, wanted };
  const request = new ServerRequest(verdict.request, origin);
  return isUpgrade
    ? { kind: "upgrade", head, wanted, request, upgrade: verdict.request }
    : { kind: "not-an-upgrade", head, wanted, request, refusal: verdict.refusal };
}

/** The parts of a request of Node's http server that are read. A request that an application made up may lack some. */
type MadeUpMessage = Partial<
  Pick<IncomingMessage, "method" | "url" | "httpVersion" | "headers" | "rawHeaders">
>;

/** Reads a request as Node's http server parsed it, or one that an application made up, with `headers` alone. */
export function headOf({
  method = "",
  url = "",
  httpVersion = "1.1",
  headers = {},
  rawHeaders = [],
}: MadeUpMessage): RequestHead {
  const fields = rawHeaders.length > 0 ? Fields.fromRawHeaders(rawHeaders) : fieldsOf(headers);
  return { method, target: url, httpVersion, fields };
}

function fieldsOf(headers: IncomingHttpHeaders): Fields {
  return new Fields(
    Object.entries(headers).flatMap(([name, value = []]) =>
      [value].flat().map((one) => [name, one] as const),
    ),
  );
}

/** The path of a request, also of one that breaks a rule. */
export function pathOf({ target }: RequestHead): string {
  const question = target.indexOf("?");
  return question < 0 ? target : target.slice(0, question);
}

/** Whether a request is for a server; or the error of the hook that decides it. */
export type Claim = "ours" | "foreign" | { readonly error: unknown };

/** The options of a server that say which requests are for it. */
interface Place {
  readonly path: string | undefined;
  readonly route: ((request: ServerRequest) => boolean) | undefined;
}

/** Tells whether a request is for the server at this place. */
export function claimOf({ head, request }: Arrival, { path, route }: Place): Claim {
  if (path !== undefined) return (request?.path ?? pathOf(head)) === path ? "ours" : "foreign";
  if (route === undefined) return "ours";
  if (request === undefined) return "foreign"; // the hook needs a request
  try {
    return claimBy(answerAtOnce("route", route(request)));
  } catch (error) {
    return { error };
  }
}

/** Checks the answer of `route`, which may be anything in JavaScript. A promise is an error. */
function claimBy(answer: unknown): Claim {
  if (answer === true) return "ours";
  if (answer === false || answer === undefined) return "foreign";
  return { error: new TypeError("route must return true or false, and at once") };
}

/** Tells whether a server takes only some requests. */
export function isChoosy({ path, route }: Place): boolean {
  return path !== undefined || route !== undefined;
}

/** Tells whether two servers would take the same requests. Routes cannot be compared. */
export function wantsSame(one: Place, other: Place): boolean {
  return one.route === undefined && other.route === undefined && one.path === other.path;
}
