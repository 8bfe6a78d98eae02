/** A client reads and judges a response. */
import { judgeResponse, ResponseHeadReader } from "../../../src/protocol/index.js";
import { acceptFor, SAMPLE_KEY } from "../../support/wire-handshake.js";
import { bytesOf, type FuzzTarget } from "../target.js";
import { codeOf, readHead } from "./heads.js";

const EXPECTED = {
  accept: acceptFor(SAMPLE_KEY),
  subprotocols: ["chat", "superchat"],
  deflate: [{ clientMaxWindowBits: 12 }, { serverMaxWindowBits: 10 }],
};

const ACCEPTANCE = [
  "\x03HTTP/1.1 101 Switching Protocols",
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Accept: ${EXPECTED.accept}`,
];

export const responseHead: FuzzTarget = {
  name: "response-head",
  sources: ["/src/protocol/handshake/", "/src/protocol/extensions/deflate"],
  seeds: [
    seed([]),
    seed(["Sec-WebSocket-Protocol: chat"]),
    seed(["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=11"]),
    bytesOf("\x02HTTP/1.1 401 \r\nWWW-Authenticate: Basic\r\n\r\nbody"),
    bytesOf("\x09HTTP/1.1 100\r\n\r\nHTTP/1.1 426 Upgrade\r\nSec-WebSocket-Version: 8, 7\r\n\r\n"),
  ],
  // oxfmt-ignore
  words: [
    "\r\n", "\r\n\r\n", ": ", ", ", "; ", '"', "=", "HTTP/1.1 101\r\n", "HTTP/1.1 100 \r\n\r\n",
    "HTTP/1.0 200 OK\r\n", "Upgrade: websocket\r\n", "Connection: Upgrade\r\n", "Location: /\r\n",
    "Sec-WebSocket-Accept: ", EXPECTED.accept, "Sec-WebSocket-Protocol: ", "chat", "superchat",
    "Sec-WebSocket-Extensions: ", "permessage-deflate", "client_max_window_bits=", "12", "8",
    "server_max_window_bits=10", "server_no_context_takeover", "client_no_context_takeover",
    "Sec-WebSocket-Version: 13, 8\r\n", "__proto__", "constructor",
  ],
  run: (input) => {
    const { head, error } = readHead(() => new ResponseHeadReader(), input);
    if (head === undefined) return error;
    try {
      const { subprotocol, deflate } = judgeResponse(head, EXPECTED);
      return `agreed ${subprotocol} ${deflate !== undefined}`;
    } catch (wrong) {
      return codeOf(wrong);
    }
  },
};

function seed(lines: readonly string[]): Uint8Array {
  return bytesOf([...ACCEPTANCE, ...lines, "", ""].join("\r\n"));
}
