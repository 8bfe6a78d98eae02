/** Asks an HTTP proxy for a tunnel (RFC 6455 §4.1 step 3, RFC 9110 §9.3.6). */
import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import {
  type CompleteHead,
  HandshakeError,
  type HeadLimits,
  type ResponseHead,
  type WebSocketUri,
} from "../../protocol/index.js";
import type { Attempt } from "./attempt.js";
import { BodyReader } from "./body.js";
import { readBody, readHead } from "./response.js";

export interface TunnelOptions {
  /** Where the tunnel is to lead. */
  readonly uri: WebSocketUri;
  readonly proxy: WebSocketUri;
  readonly headLimits: HeadLimits;
  readonly attempt: Attempt;
}

/**
 * Makes `transport`, which is connected to the proxy, a tunnel to the server.
 *
 * @throws {HandshakeError} `STATUS_UNEXPECTED` with the proxy's answer when it refuses.
 */
export async function openTunnel(transport: Duplex, options: TunnelOptions): Promise<void> {
  const { uri, proxy, headLimits, attempt } = options;
  transport.write(connectRequest(uri, proxy.userinfo));
  await readHead(transport, headLimits, async (complete) => {
    const { head, rest } = complete;
    if (head.httpStatus >= 200 && head.httpStatus < 300) {
      transport.pause(); // what comes next is for whoever uses the tunnel
      if (rest.length > 0) transport.unshift(rest);
      return;
    }
    const body = new BodyReader(head);
    attempt.timeoutError = () => refusal(complete, body.bytes);
    throw refusal(complete, await readBody(transport, complete, body));
  });
}

/** All of it has been checked for what may stand in a head: host and port by the URI's grammar. */
function connectRequest({ host, port }: WebSocketUri, userinfo: string | undefined): Buffer {
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (userinfo !== undefined) {
    const credentials = userinfo.includes(":") ? userinfo : `${userinfo}:`;
    lines.push(`Proxy-Authorization: Basic ${Buffer.from(credentials).toString("base64")}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

function refusal({ head }: CompleteHead<ResponseHead>, body: Uint8Array): HandshakeError {
  const { httpStatus, fields } = head;
  const detail = `the proxy answered ${httpStatus} to CONNECT`;
  return new HandshakeError("STATUS_UNEXPECTED", { detail, httpStatus, headers: fields, body });
}
