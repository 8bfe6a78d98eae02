/** Warnings of this process about clients who cannot connect because a server is not set up for them. */
import { type HandshakeFaultCode, visibleText } from "../../protocol/index.js";
import type { ServerRequest } from "./request.js";
import type { RefusedHandshake } from "./refusal.js";

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
