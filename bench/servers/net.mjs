// The limit: a TCP server that answers the upgrade and then writes back what it read, frames or not.
import { createHash } from "node:crypto";
import { createServer } from "node:net";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const CLOSE_BYTE = 0x88;

/** Frames of these sizes are what broadcast sends: see bench/load/loads.ts. */
const BROADCAST_BYTES = 200;

export async function serve({ port, mode }) {
  const sockets = new Set();
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    socket.once("data", (head) => {
      socket.write(upgrade(head.toString("latin1")));
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("data", mode === "broadcast" ? broadcast : echo(socket));
    });
  });
  function broadcast(chunk) {
    if (chunk[0] === CLOSE_BYTE) return;
    const bytes = broadcastFrames(chunk.length);
    for (const socket of sockets) socket.write(bytes);
  }
  await new Promise((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  return { port: server.address().port, close: () => server.close() };
}

function echo(socket) {
  return (chunk) => {
    if (chunk[0] === CLOSE_BYTE && chunk.length < 16) socket.end(chunk);
    else socket.write(chunk);
  };
}

function upgrade(head) {
  const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? "";
  const accept = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  // It takes compressed frames as it takes all: unread.
  const offered = /^sec-websocket-extensions: *(.+?)\r?$/im.exec(head)?.[1] ?? "";
  const extension = offered.includes("no_context_takeover")
    ? "permessage-deflate; client_no_context_takeover; server_no_context_takeover"
    : "permessage-deflate";
  return [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
    ...(offered ? [`Sec-WebSocket-Extensions: ${extension}`] : []),
    "\r\n",
  ].join("\r\n");
}

/** As many unmasked frames as there are masked ones in so many bytes. Four bytes of each were its key. */
function broadcastFrames(chunkBytes) {
  const frame = Buffer.alloc(4 + BROADCAST_BYTES, "x");
  frame.set([0x81, 126, BROADCAST_BYTES >> 8, BROADCAST_BYTES & 255]);
  const count = Math.floor(chunkBytes / (frame.length + 4));
  return Buffer.concat(Array.from({ length: count }, () => frame));
}
