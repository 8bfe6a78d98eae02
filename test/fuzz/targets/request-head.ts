/** A server reads and judges a request, and accepts what can be accepted. */
import {
  acceptDeflateOffer,
  buildAcceptance,
  isKey,
  judgeOrigin,
  judgeRequest,
  judgeResponse,
  RequestHeadReader,
  ResponseHeadReader,
  type UpgradeRequest,
} from "../../../src/protocol/index.js";
import { upgradeRequest } from "../../support/raw-client.js";
import { acceptFor } from "../../support/wire-handshake.js";
import { bytesOf, type FuzzTarget, textOf } from "../target.js";
import { readHead } from "./heads.js";

export const requestHead: FuzzTarget = {
  name: "request-head",
  sources: ["/src/protocol/handshake/", "/src/protocol/extensions/deflate"],
  seeds: [
    seed(),
    seed({
      origin: "https://a.example",
      "sec-websocket-protocol": "chat, superchat",
      "sec-websocket-extensions":
        'permessage-deflate; client_max_window_bits; server_max_window_bits="10", x; y=1',
    }),
    bytesOf("\x05\r\nGET http://a.example:80/b?c=d HTTP/1.1\r\nHost: b\r\n\r\nbehind"),
    bytesOf("\x01HEAD / HTTP/1.0\r\n\r\n"),
    bytesOf("\x09GET / HTTP/1.1\r\nHost: [::1]:8080\r\nUpgrade: h2c, websocket/13\r\n\r\n"),
  ],
  // oxfmt-ignore
  words: [
    "\r\n", "\r\n\r\n", ": ", ", ", "; ", '"', "\\", "=", " HTTP/1.1\r\n", "GET ", "POST ", "http://",
    "Host: ", "Upgrade: websocket\r\n", "Connection: keep-alive, Upgrade\r\n", "Content-Length: 1\r\n",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "Sec-WebSocket-Version: 13\r\n",
    "Sec-WebSocket-Protocol: ", "Sec-WebSocket-Extensions: ", "permessage-deflate", "Origin: null\r\n",
    "client_max_window_bits", "server_max_window_bits=", "server_no_context_takeover",
    "__proto__", "constructor", "Transfer-Encoding: chunked\r\n", "HTTP/1.0", "[::1]", "%00", "#",
  ],
  run: (input) => {
    const { head, error } = readHead(() => new RequestHeadReader(), input);
    if (head === undefined) return error;
    if (textOf(input.subarray(1)).startsWith("\r\n\r\n")) throw new Error("two empty lines");
    const verdict = judgeRequest(head);
    if (verdict.kind === "upgrade") return accept(verdict.request);
    const { httpStatus } = verdict.refusal;
    if (!(httpStatus >= 400 && httpStatus < 600)) throw new Error(`status ${httpStatus}`);
    return `${verdict.kind} ${httpStatus}`;
  },
};

function seed(fields: Record<string, string> = {}): Uint8Array {
  return bytesOf(`\x07${textOf(upgradeRequest("/chat?a=b", fields))}`);
}

/** What is accepted must be a response that a client takes which asked for the same. */
function accept(request: UpgradeRequest): string {
  if (!isKey(request.key)) throw new Error(`key ${request.key}`);
  judgeOrigin({ ...request, secure: true });
  const deflate = acceptDeflateOffer(request.extensionOffers, {});
  const accept = acceptFor(request.key);
  const [subprotocol] = request.subprotocols;
  const extensions = deflate && [deflate.response];
  const response = buildAcceptance(request, { accept, subprotocol, extensions });
  const head = new ResponseHeadReader().push(response)?.head;
  if (head === undefined) throw new Error("half a response");
  const subprotocols = request.subprotocols;
  if (deflate !== undefined) return "upgrade with permessage-deflate";
  const agreed = judgeResponse(head, { accept, subprotocols });
  return `upgrade${agreed.subprotocol === undefined ? "" : " with a subprotocol"}`;
}
