// A server's answer when it does not accept the handshake (RFC 6455 §4.2.2).
import type { FieldLine } from "./fields.js";
import {
  HANDSHAKE_FAULTS,
  type HandshakeFault,
  type HandshakeFaultCode,
} from "./handshake-error.js";
import type { HttpResponse } from "./http-response.js";

/** A refusal, ready to be sent with {@link buildResponse}. */
export interface Refusal extends HttpResponse {
  /** Which row of {@link HANDSHAKE_FAULTS} it is. */
  readonly code: HandshakeFaultCode;
  /** Why, in one line, for hooks and logs. Holds nothing secret and nothing the peer wrote. */
  readonly reason: string;
  readonly headers: readonly FieldLine[];
  /** Plain text: what is wrong, and what to do where that is known. */
  readonly body: string;
}

const VERSION: FieldLine = ["Sec-WebSocket-Version", "13"];
const UPGRADE: FieldLine = ["Upgrade", "websocket"];

/** What a response must say besides its status: RFC 9110 §15.5.6 (405) and §15.5.22 (426), RFC 6455 §4.4. */
const HEADERS: ReadonlyMap<HandshakeFaultCode, readonly FieldLine[]> = new Map([
  ["METHOD_NOT_GET", [["Allow", "GET"]]],
  ["UPGRADE_MISSING", [UPGRADE, VERSION]],
  ["VERSION_UNSUPPORTED", [UPGRADE, VERSION]],
  ["VERSION_INVALID", [VERSION]],
]);

const PASSED_ON =
  "pass on the header fields Upgrade and Connection (nginx: proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade).";

/** What to do about it, for those faults where it is often not the client that is wrong. */
const ADVICE: ReadonlyMap<HandshakeFaultCode, string> = new Map([
  [
    "HTTP_VERSION_UNSUPPORTED",
    `A proxy in between must speak HTTP/1.1 to this server (nginx: proxy_http_version 1.1), and ${PASSED_ON}`,
  ],
  [
    "UPGRADE_MISSING",
    `This address speaks WebSocket: connect with a ws or wss URI. A proxy in between must ${PASSED_ON}`,
  ],
  ["CONNECTION_MISSING", `A proxy in between must ${PASSED_ON}`],
  [
    "HEAD_TOO_LARGE",
    "Send less, such as fewer cookies, or raise the server's option maxHeaderBytes.",
  ],
  ["HEADERS_TOO_MANY", "Send fewer header fields, or raise the server's option maxHeaderCount."],
  ["CONNECTIONS_TOO_MANY", "Try again later, or raise the server's option maxConnections."],
  ["SERVER_CLOSING", "Try again later."],
]);

/**
 * The refusal that a row of {@link HANDSHAKE_FAULTS} stands for. Rows without a status
 * of their own, which only a client meets, become 400.
 *
 * @param detail - More about this one case. It is sent to the peer.
 * @param advice - What to do in this one case, where that is not the same in all.
 */
export function refusalFor(
  code: HandshakeFaultCode,
  detail?: string,
  advice: string | undefined = ADVICE.get(code),
): Refusal {
  const { httpStatus, section, rule }: HandshakeFault = HANDSHAKE_FAULTS[code];
  const reason = `${detail === undefined ? rule : `${rule}: ${detail}`} (${section})`;
  return {
    code,
    httpStatus: httpStatus ?? 400,
    reason,
    headers: HEADERS.get(code) ?? [],
    body: advice === undefined ? `${reason}\n` : `${reason}\n${advice}\n`,
  };
}
