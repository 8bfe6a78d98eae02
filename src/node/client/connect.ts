/** Connects to a WebSocket server (RFC 6455 §4.1). */
import {
  acceptFor,
  buildRequest,
  HandshakeError,
  judgeResponse,
  type ResponseHead,
  serializeKey,
  unexpectedStatus,
} from "../../protocol/index.js";
import { Attempt, dial, failWithBody } from "./dial.js";
import { readHead } from "./response.js";
import {
  type ConnectOptions,
  resolveConnectOptions,
  type ResolvedConnectOptions,
} from "./options.js";
import { agreedRedirect, isRedirect } from "./redirect.js";
import { WebSocketConnection } from "../connection/connection.js";
import { generateNonce, sha1 } from "../platform.js";
import { tellAccepted, tellRefused } from "../diagnostics.js";
import { failureAt } from "../handshake-error.js";
import { remoteAddressOf } from "../addresses.js";

/**
 * Connects to a WebSocket server.
 *
 * Resolves once the connection is open. Messages that came along with the server's
 * response wait for a listener, like all messages. When it rejects, nothing is left
 * open and nothing will open later.
 *
 * Attempts do not wait for one another. By §4.1 a client holds a second attempt to the same address
 * back while the first is pending. That protects servers from pages that flood them through
 * browsers. A program could flood a server without this library.
 *
 * @param url - ws, wss, or http and https in their place. User information in it is
 *   sent as Basic Authorization. `ws+unix:/path/to.sock:/what/to/ask?for` connects to a
 *   Unix socket; a colon in its path is written `%3A`.
 * @throws {SyntaxError} The URL or a subprotocol is not one. This and the next two are
 *   the caller's faults. They are rejections, too, and come before a socket is opened.
 * @throws {TypeError} An option is of the wrong type, or may not be sent in a header.
 * @throws {RangeError} A number is out of its range.
 * @throws {HandshakeError} The network, the proxy or the server failed, or the signal
 *   aborted (`code` is `"ABORTED"`, `cause` its reason). The message has the address; with
 *   `httpStatus`, `headers` and the beginning of the `body` when the server answered.
 */
export async function connect(
  url: string | URL,
  options: ConnectOptions = {},
): Promise<WebSocketConnection> {
  return establish(resolveConnectOptions(url, options));
}

/**
 * Does what {@link connect} says, with options that have been checked.
 *
 * @param onClosed - Called once when the transport of the open connection has closed.
 * @throws {HandshakeError}
 */
export function establish(
  options: ResolvedConnectOptions,
  onClosed?: () => void,
): Promise<WebSocketConnection> {
  const { signal, handshakeTimeoutMs: timeoutMs, connection } = options;
  const attempt = new Attempt({ clock: connection.clock, timeoutMs, signal });
  let hop = options;
  const opening = attempt.run(async () => {
    for (;;) {
      const outcome = await exchange(hop, attempt, onClosed);
      if (outcome instanceof WebSocketConnection) return outcome;
      attempt.restart();
      hop = await agreedRedirect(hop, outcome);
      attempt.goOn(); // time may have been up before the application agreed
    }
  });
  return opening.catch((error: unknown) => {
    if (!(error instanceof HandshakeError)) throw error;
    tellRefused("client", error, undefined);
    const { uri, route } = hop;
    throw failureAt(error, uri, route.type === "unix" ? route.path : undefined);
  });
}

/** Sends one request, with a new key, and reads the response. @returns The connection, or a redirect to follow. */
async function exchange(
  options: ResolvedConnectOptions,
  attempt: Attempt,
  onClosed: (() => void) | undefined,
): Promise<WebSocketConnection | ResponseHead> {
  const key = serializeKey(generateNonce());
  const request = buildRequest({ ...options, key });
  const transport = await dial(options, attempt);
  transport.write(request);
  return readHead(transport, options.headLimits, (complete) => {
    const { head, rest } = complete;
    if (options.maxRedirects > 0 && isRedirect(head)) return head;
    if (head.httpStatus !== 101) {
      return failWithBody(transport, complete, attempt, unexpectedStatus);
    }
    const accept = acceptFor(key, sha1);
    const { subprotocol = "", deflate } = judgeResponse(head, { ...options, accept });
    attempt.succeeded();
    tellAccepted("client", remoteAddressOf(transport));
    return new WebSocketConnection({
      role: "client",
      transport,
      options: options.connection,
      subprotocol,
      deflate,
      received: new Uint8Array(rest), // a copy: some transports use the memory of their chunks again
      data: undefined,
      response: { httpStatus: head.httpStatus, headers: head.fields },
      onClosed,
    });
  });
}
