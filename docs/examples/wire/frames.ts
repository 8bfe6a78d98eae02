/** Describes the frames of one connection on another, to a page that draws them. */
import { type ObservedFrame, type WebSocketConnection, WebSocketServer } from "plainsocket";
import type { Site } from "../site.js";

/** The number of bytes of a payload that a page draws. */
const SHOWN_BYTES = 64;

/**
 * A page first opens `/wire/frames` and gets the number of its tab. Then it opens the
 * connection that it wants to see, with that number. The server of that connection
 * passes its frames to {@link show}.
 */
export class FrameWatch {
  readonly #watchers = new Map<string, WebSocketConnection>();
  readonly #server: WebSocketServer;
  #tabs = 0;

  constructor(site: Site) {
    site.files("wire/anatomy.js", "wire/wire-view.js", "wire/wire-view.css");
    this.#server = new WebSocketServer({
      server: site.http,
      path: "/wire/frames",
      perMessageDeflate: false,
    });
    this.#server.on("connection", (connection) => {
      const tab = String(++this.#tabs);
      this.#watchers.set(tab, connection);
      connection.on("close", () => this.#watchers.delete(tab));
      connection.send(JSON.stringify({ type: "welcome", tab }));
    });
  }

  /** Does nothing when nobody watches. */
  show(tab: string, frame: ObservedFrame): void {
    this.#watchers.get(tab)?.send(describe(frame));
  }

  close(): Promise<void> {
    return this.#server.shutdown({ deadlineMs: 0 });
  }
}

function describe(frame: ObservedFrame): string {
  const { direction, fin, rsv, opcode, masked, payloadLength, headerBytes, payload } = frame;
  const header = Buffer.from(headerBytes).toString("hex");
  const shown = Buffer.from(payload.subarray(0, SHOWN_BYTES)).toString("hex");
  const parts = { direction, fin, rsv, opcode, masked, payloadLength, header, payload: shown };
  return JSON.stringify({ type: "frame", ...parts });
}
