// The second half of the client's opening handshake: judging the response (RFC 6455 §4.1).
import {
  judgeDeflateResponse,
  type DeflateParameters,
  type PerMessageDeflateConfig,
} from "../extensions/deflate-negotiation.js";
import { parseExtensions } from "./extension-header.js";
import type { Fields } from "./fields.js";
import { HandshakeError } from "./handshake-error.js";
import type { ResponseHead } from "./head.js";
import { listElements, trimWhitespace } from "./http-fields.js";
import { judgePickedSubprotocol } from "./subprotocol.js";
import { confirmsWebSocket, listsUpgrade } from "./upgrade-fields.js";
import { parseVersions } from "./version.js";

/** What a response has to agree with. */
export interface Expectations {
  /** From {@link acceptFor} and the key of the request. */
  readonly accept: string;
  /** As in the request. */
  readonly subprotocols?: readonly string[] | undefined;
  /**
   * Whether a server fails that picks none of several subprotocols (WHATWG WebSockets §2.2): the
   * RFC lets it.
   *
   * @defaultValue false
   */
  readonly mustPickSubprotocol?: boolean | undefined;
  /** As in the request. */
  readonly deflate?: readonly PerMessageDeflateConfig[] | undefined;
}

/** What the response of a server has settled. */
export interface AgreedByClient {
  /** `undefined` when the server picked none, which is no failure of the RFC's. */
  readonly subprotocol: string | undefined;
  /** `undefined` when permessage-deflate is off. */
  readonly deflate: DeflateParameters | undefined;
}

/**
 * Judges the server's response (§4.1).
 *
 * Sec-WebSocket-Extensions may come in one line only (§11.3.2): two with something in
 * them fail.
 *
 * @throws {HandshakeError} The server broke a rule, or did not switch protocols (then as
 *   {@link unexpectedStatus}). Holds the status and the header fields of the response.
 */
export function judgeResponse(head: ResponseHead, expectations: Expectations): AgreedByClient {
  const { httpVersion, httpStatus, fields } = head;
  if (httpStatus !== 101) throw unexpectedStatus(head);
  try {
    if (httpVersion !== "1.1") throw new HandshakeError("HTTP_VERSION_UNSUPPORTED");
    return judgeFields(fields, expectations);
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    throw new HandshakeError(error.code, { detail: error.detail, httpStatus, headers: fields });
  }
}

function judgeFields(fields: Fields, expectations: Expectations): AgreedByClient {
  const { accept, subprotocols = [], mustPickSubprotocol = false, deflate = [] } = expectations;
  if (!confirmsWebSocket(fields)) throw new HandshakeError("UPGRADE_MISSING");
  if (!listsUpgrade(fields)) throw new HandshakeError("CONNECTION_MISSING");
  if (trimWhitespace(fields.get("Sec-WebSocket-Accept") ?? "") !== accept) {
    throw new HandshakeError("ACCEPT_INVALID");
  }
  const lines = fields.getAll("Sec-WebSocket-Extensions");
  if (lines.filter((line) => listElements(line).length > 0).length > 1) {
    throw new HandshakeError("EXTENSIONS_INVALID", { detail: "a response may have only one line" });
  }
  const subprotocol = judgePickedSubprotocol(fields, subprotocols);
  if (subprotocol === undefined && mustPickSubprotocol && subprotocols.length > 0) {
    // They are not named: some clients send a token as one of them.
    const detail = `none of the ${subprotocols.length} offered was picked, so the server has to be told of one`;
    throw new HandshakeError("SUBPROTOCOL_NOT_PICKED", { detail });
  }
  return { subprotocol, deflate: judgeDeflateResponse(parseExtensions(fields), deflate) };
}

/**
 * The error for a response other than 101.
 *
 * @param body - How its body begins: at most 16 KiB. The error takes it over.
 * @returns An error with the code `VERSION_UNSUPPORTED` when the server lists versions
 *   of the protocol and 13 is none of them (§4.4), else `STATUS_UNEXPECTED`.
 */
export function unexpectedStatus(head: ResponseHead, body?: Uint8Array): HandshakeError {
  const { httpStatus, fields } = head;
  const versions = parseVersions(fields);
  const lacks13 = versions !== undefined && !versions.includes(13);
  return new HandshakeError(lacks13 ? "VERSION_UNSUPPORTED" : "STATUS_UNEXPECTED", {
    detail: lacks13
      ? `the server answered ${httpStatus} and speaks ${versions.join(", ")}`
      : `it answered ${httpStatus}`,
    httpStatus,
    headers: fields,
    body,
  });
}
