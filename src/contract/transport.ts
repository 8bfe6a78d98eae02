/** The two kinds of connection that a contract runs over, by their shape, made into one. */
import { isFields } from "./envelope.js";
import type { WireMessage } from "./wire.js";

/** A server's connection: `WebSocketConnection` of plainsocket, the sockets of `ws`, and the like. */
export interface ServerConnection {
  send(message: WireMessage): unknown;
  /** When the listener returns a promise, a connection with backpressure lets the next message wait for it. */
  on(event: "message", listener: (message: unknown) => unknown): unknown;
  on(event: "close", listener: () => unknown): unknown;
  /** Only where `close` comes behind messages that wait: the transport has ended. Others never tell it. */
  on(event: "end", listener: () => unknown): unknown;
  /** Only where a close can wait for handlers: it is about to, and waits for the listener's promise. Others never tell it. */
  on(event: "stopping", listener: () => unknown): unknown;
  close(code?: number, reason?: string): unknown;
  /** Settles when what was sent has gone out. */
  drained?(): Promise<unknown>;
}

/** The standard WebSocket: that of browsers, of Node, of undici, of plainsocket. */
export interface StandardWebSocket {
  readonly readyState: number;
  binaryType: string;
  send(message: string | ArrayBuffer): void;
  close(code?: number, reason?: string): void;
  addEventListener(
    type: "open" | "message" | "close" | "error",
    listener: (event: unknown) => void,
  ): void;
}

/** What of an AbortSignal this layer uses. */
interface MinimalSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The AbortSignal of the DOM or of Node. A project that has the types of neither can compile this layer, too. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Platform } }
  ? Platform
  : MinimalSignal;

/**
 * What became of a message: see `send` of WebSocketConnection. A connection that does
 * not tell is taken to have sent it.
 */
export type SendStatus = "sent" | "buffered" | "dropped" | "closed";

export interface Transport {
  readonly send: (message: WireMessage) => SendStatus;
  readonly close: (code?: number, reason?: string) => void;
  readonly drained: () => Promise<unknown>;
  /** Calls back with what comes. A promise that `onMessage` returns holds the next message back, where that is possible. */
  readonly listen: (listener: TransportListener) => void;
  /** Resolves when messages can be sent; rejects never. */
  readonly opened: Promise<void>;
}

export interface TransportListener {
  readonly onMessage: (message: unknown) => Promise<void> | undefined;
  /** Nothing can be sent any more; messages that came before may follow. Not every transport tells. */
  readonly onEnd: () => void;
  /** A promise that is returned keeps the connection open until it settles. Not every transport tells. */
  readonly onStopping: () => Promise<void> | undefined;
  /** Nothing comes any more, either. */
  readonly onClose: () => void;
}

const OPEN = 1;

const STATUSES: ReadonlySet<unknown> = new Set(["sent", "buffered", "dropped", "closed"]);

export function serverTransport(connection: ServerConnection): Transport {
  return {
    send: (message) => {
      const status = connection.send(message);
      return isSendStatus(status) ? status : "sent";
    },
    close: (code, reason) => void connection.close(code, reason),
    drained: async () => connection.drained?.(),
    listen: ({ onMessage, onEnd, onStopping, onClose }) => {
      connection.on("message", onMessage);
      connection.on("stopping", onStopping);
      connection.on("end", onEnd);
      connection.on("close", onClose);
    },
    opened: Promise.resolve(),
  };
}

/** Sets `binaryType` to `arraybuffer`. */
export function webSocketTransport(socket: StandardWebSocket): Transport {
  socket.binaryType = "arraybuffer";
  const opened = new Promise<void>((resolve) => {
    if (socket.readyState >= OPEN) resolve();
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("close", () => resolve());
  });
  return {
    send: (message) => {
      if (socket.readyState > OPEN) return "closed";
      socket.send(typeof message === "string" ? message : bufferOf(message));
      return "sent";
    },
    close: (code, reason) => socket.close(code, reason),
    drained: () => Promise.resolve(),
    listen: ({ onMessage, onClose }) => {
      socket.addEventListener("message", (event) => {
        void onMessage(isFields(event) ? event["data"] : undefined);
      });
      socket.addEventListener("close", onClose);
    },
    opened,
  };
}

function isSendStatus(value: unknown): value is SendStatus {
  return STATUSES.has(value);
}

/** The bytes in a buffer of their own, which every WebSocket takes. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
