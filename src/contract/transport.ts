/** One interface for the two kinds of connection that a contract runs over. */
import { isFields } from "./envelope.js";
import type { WireMessage } from "./wire.js";

/** A server's connection: a `WebSocketConnection` of plainsocket, a socket of `ws`, and the like. */
export interface ServerConnection {
  send(message: WireMessage): unknown;
  /**
   * If the listener returns a promise, a connection with backpressure holds the next message back
   * until it resolves.
   */
  on(event: "message", listener: (message: unknown) => unknown): unknown;
  on(event: "close", listener: () => unknown): unknown;
  /** The transport has ended. Only connections whose `close` comes after waiting messages emit it. */
  on(event: "end", listener: () => unknown): unknown;
  /** The connection is about to close, and waits for the listener's promise. Only connections that can wait emit it. */
  on(event: "stopping", listener: () => unknown): unknown;
  close(code?: number, reason?: string): unknown;
  /** Settles when all sent messages are out. */
  drained?(): Promise<unknown>;
}

/** The standard WebSocket of browsers, Node, undici and plainsocket. */
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

/** The part of an AbortSignal that this layer uses. */
interface MinimalSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The AbortSignal of the DOM or of Node. Without the types of either, projects can compile this layer, too. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Platform } }
  ? Platform
  : MinimalSignal;

/**
 * The outcome of a message: see `send` of WebSocketConnection. For a connection that gives none it is
 * `"sent"`.
 */
export type SendStatus = "sent" | "buffered" | "dropped" | "closed";

export interface Transport {
  readonly send: (message: WireMessage) => SendStatus;
  readonly close: (code?: number, reason?: string) => void;
  readonly drained: () => Promise<unknown>;
  /** Adds the listener. A promise of `onMessage` holds the next message back, if the connection can do that. */
  readonly listen: (listener: TransportListener) => void;
  /** Resolves when messages can be sent. Never rejects. */
  readonly opened: Promise<void>;
}

interface TransportListener {
  readonly onMessage: (message: unknown) => Promise<void> | undefined;
  /** Called when nothing can be sent any more. Messages that came before may follow. Not every transport calls it. */
  readonly onEnd: () => void;
  /** Called when the connection is about to close. It stays open until the promise settles. Not every transport calls it. */
  readonly onStopping: () => Promise<void> | undefined;
  /** Called when no message can come any more, either. */
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

/** Makes a transport of a standard WebSocket. Sets its `binaryType` to `arraybuffer`. */
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

/** Copies bytes into a buffer of their own, which every WebSocket takes. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
