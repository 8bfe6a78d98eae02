/** The one server that all clients are measured against: it answers each frame with one that was built beforehand. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { MessageCounter } from "./message-counter.js";
import type { Tally } from "./tally.js";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_AT_ONCE = 4096;

export class ReplyServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #reply: Uint8Array;
  readonly #replies: Uint8Array;
  readonly #tally: Tally;

  /** @param bytes - The length of the messages, at most 125: as many bytes of "x" go back. */
  constructor(bytes: number, tally: Tally) {
    if (bytes > 125) throw new RangeError("only for short messages");
    this.#tally = tally;
    this.#reply = Buffer.concat([Buffer.from([0x82, bytes]), Buffer.alloc(bytes, "x")]);
    this.#replies = Buffer.concat(Array.from({ length: MAX_AT_ONCE }, () => this.#reply));
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** @returns The port. */
  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("no port to listen on");
    return address.port;
  }

  /** Resets all connections. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    socket.once("data", (head) => {
      socket.write(acceptance(head.toString("latin1")));
      const counter = new MessageCounter();
      socket.on("data", (chunk) => {
        try {
          this.#answer(socket, counter.count(chunk));
        } catch (error) {
          this.#tally.fail(error);
        }
      });
    });
  }

  #answer(socket: Socket, count: number): void {
    this.#tally.add(count);
    for (let left = count; left > 0; left -= MAX_AT_ONCE) {
      const bytes = Math.min(left, MAX_AT_ONCE) * this.#reply.length;
      socket.write(this.#replies.subarray(0, bytes));
    }
  }
}

function acceptance(head: string): string {
  const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? "";
  const accept = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  return [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
    "\r\n",
  ].join("\r\n");
}
