// The limit: a socket that writes a frame built beforehand for each frame that comes back, all of one length.
import { Buffer } from "node:buffer";
import { connect } from "node:net";

const SERVER_HEADER_BYTES = 2;
const REQUEST = [
  "GET / HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "\r\n",
].join("\r\n");

/** Replies are not parsed: `onMessage` is not called, and only the first `send` of each connection matters. */
export async function open(url, message) {
  if (message.length > 125) throw new Error("only for short messages");
  const frame = Buffer.concat([Buffer.from([0x82, 0x80 | message.length, 0, 0, 0, 0]), message]);
  const socket = connect({ port: new URL(url).port, host: "127.0.0.1", noDelay: true });
  const replyBytes = SERVER_HEADER_BYTES + message.length;
  const frames = Buffer.concat(Array.from({ length: 4096 }, () => frame));
  let waiting = 0;
  await new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.once("data", resolve);
    socket.write(REQUEST);
  });
  socket.on("data", (chunk) => {
    waiting += chunk.length;
    const count = Math.floor(waiting / replyBytes);
    waiting -= count * replyBytes;
    socket.write(frames.subarray(0, count * frame.length));
  });
  return () => socket.write(frame);
}
