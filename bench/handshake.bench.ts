// What does the opening handshake cost: the accept hash, and a request's head by its number of lines?
import { sha1 } from "../src/node/platform.js";
import { acceptFor, judgeRequest, RequestHeadReader } from "../src/protocol/index.js";
import { compare } from "./compare.js";

const head = (more: number): Uint8Array =>
  Buffer.from(
    [
      "GET /chat?room=1 HTTP/1.1",
      "Host: example.org",
      "Upgrade: websocket",
      "Connection: keep-alive, Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
      ...Array.from({ length: more }, (_, i) => `X-Field-${i}: some value of a usual length`),
      "\r\n",
    ].join("\r\n"),
  );

const variants: Record<string, () => unknown> = {
  "accept hash": () => acceptFor("dGhlIHNhbXBsZSBub25jZQ==", sha1),
};
for (const more of [0, 10, 50]) {
  const bytes = head(more);
  variants[`head of ${7 + more} lines, read and judged`] = () => {
    const complete = new RequestHeadReader().push(bytes);
    return complete && judgeRequest(complete.head);
  };
}
await compare("What does the opening handshake cost, beside its hash?", variants);
