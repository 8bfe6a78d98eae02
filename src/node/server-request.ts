import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  Fields,
  judgeRequest,
  type PlainRequest,
  type Refusal,
  type RequestHead,
  type UpgradeRequest,
} from "../protocol/index.js";
import { clientOrigin, type IsTrusted } from "./trusted-proxies.js";

/**
 * An HTTP request to a server, as its hooks see it. Everything in it comes from the
 * client and may be made up (RFC 6455 §10.1).
 *
 * Printing it shows neither the query nor header values nor subprotocols: browsers can
 * put a token in all of them.
 */
export class ServerRequest {
  /** `"GET"`; or `"HEAD"`, in `onRequest`. */
  readonly method: string;
  /** Starts with `/`; percent-encoded, as it was written. */
  readonly path: string;
  /** Host and port the client believes it talks to. `""` from an HTTP/1.0 client that does not say. */
  readonly host: string;
  /** The origin of the page, when the client is a browser (§4.1, §10.2). */
  readonly origin: string | undefined;
  readonly headers: Fields;
  /** The client's address, past `trustedProxies`: that of any other proxy. `undefined` when the transport has none. */
  readonly remoteAddress: string | undefined;
  /** Whether the request came through TLS, up to this process or to one of `trustedProxies`. */
  readonly isSecure: boolean;
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
    this.#wanted = origin.wanted;
    this.#query = request.query;
  }

  /** Aborted when nobody waits for the answer any more: the client is gone, or time is up. */
  get signal(): AbortSignal {
    return this.#wanted.signal;
  }

  /** What the client offers, best first. */
  get subprotocols(): readonly string[] {
    return this.#subprotocols;
  }

  /** The parameters behind the `?`, decoded. */
  get query(): URLSearchParams {
    this.#parameters ??= new URLSearchParams(this.#query);
    return this.#parameters;
  }
}

/** Whether somebody waits for the answer to a request. */
export class StillWanted {
  #isOver = false;
  #controller: AbortController | undefined;

  /** Made when it is first asked for: it takes a quarter of the time that reading a head takes. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isOver) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** Nobody does any more. */
  end(): void {
    this.#isOver = true;
    this.#controller?.abort();
  }
}

/** What a {@link ServerRequest} holds besides what stands in the head. */
export interface RequestOrigin {
  readonly method: string;
  readonly subprotocols: readonly string[];
  readonly remoteAddress: string | undefined;
  readonly isSecure: boolean;
  readonly wanted: StillWanted;
}

/** A request head that has arrived, by whichever way, and what RFC 6455 §4.2.1 says of it. */
export type Arrival = {
  readonly head: RequestHead;
  /** Decides about {@link ServerRequest.signal}. */
  readonly wanted: StillWanted;
} & (
  | { readonly kind: "upgrade"; readonly request: ServerRequest; readonly upgrade: UpgradeRequest }
  | { readonly kind: "not-an-upgrade"; readonly request: ServerRequest; readonly refusal: Refusal }
  | { readonly kind: "refused"; readonly request: undefined; readonly refusal: Refusal }
);

/**
 * Judges a head that came over `transport`. Never throws for what a peer sent.
 *
 * @param isTrusted - Whether to believe what the one at an address says of where it got the request.
 */
export function judgeArrival(head: RequestHead, transport: Duplex, isTrusted: IsTrusted): Arrival {
  const verdict = judgeRequest(head);
  const wanted = new StillWanted();
  if (verdict.kind === "refused") return { ...verdict, head, wanted, request: undefined };

  const isUpgrade = verdict.kind === "upgrade";
  const { remoteAddress, isSecure } = clientOrigin(transport, head.fields, isTrusted);
  const subprotocols = isUpgrade ? verdict.request.subprotocols : [];
  const origin = { method: head.method, subprotocols, remoteAddress, isSecure, wanted };
  const request = new ServerRequest(verdict.request, origin);
  return isUpgrade
    ? { kind: "upgrade", head, wanted, request, upgrade: verdict.request }
    : { kind: "not-an-upgrade", head, wanted, request, refusal: verdict.refusal };
}

/** The request as Node's http server parsed it. */
export function headOf(message: IncomingMessage): RequestHead {
  return {
    method: message.method ?? "",
    target: message.url ?? "",
    httpVersion: message.httpVersion,
    fields: Fields.fromRawHeaders(message.rawHeaders),
  };
}

/** The path of a request, also of one that is no good otherwise. */
export function pathOf({ target }: RequestHead): string {
  const question = target.indexOf("?");
  return question < 0 ? target : target.slice(0, question);
}
