/** Both kinds of connection that a contract runs over, in memory. */
import type { ServerConnection, StandardWebSocket } from "../../src/contract/index.js";

type Listener = (value: unknown) => unknown;

/** A server's connection that keeps what is sent, and receives what a test gives it. */
export class FakeConnection implements ServerConnection {
  readonly sent: (string | Uint8Array)[] = [];
  readonly data: { readonly user: string } = { user: "ada" };
  /** What `send` answers. */
  status: unknown = "sent";
  closedWith: readonly unknown[] | undefined;
  onSent: ((message: string | Uint8Array) => void) | undefined;
  /** Lets `drained` resolve. */
  drain: () => void = () => {};
  readonly #listeners = new Map<string, Listener>();

  send(message: string | Uint8Array): unknown {
    if (this.status === "closed") return this.status;
    this.sent.push(message);
    this.onSent?.(message);
    return this.status;
  }

  on(event: string, listener: Listener): unknown {
    this.#listeners.set(event, listener);
    return this;
  }

  close(...values: readonly unknown[]): void {
    this.closedWith = values;
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.drain = resolve;
    });
  }

  /** @returns What the listener returned: a promise when the next message is to wait. */
  receive(message: unknown): unknown {
    return this.#listeners.get("message")?.(message);
  }

  /** Receives `value` as JSON. */
  receiveJson(value: unknown): unknown {
    return this.receive(JSON.stringify(value));
  }

  /** The transport has ended, and messages wait before `close`. */
  endTransport(): void {
    this.status = "closed";
    this.#listeners.get("end")?.(undefined);
  }

  /** The connection has ended. */
  end(): void {
    this.status = "closed";
    this.#listeners.get("close")?.(undefined);
  }

  /** Takes what was sent, parsed. */
  takeSent(): unknown[] {
    return this.sent.splice(0).map((message): unknown => JSON.parse(String(message)));
  }
}

/** A client's WebSocket, open. */
export class FakeSocket implements StandardWebSocket {
  readyState = 1;
  binaryType = "blob";
  readonly sent: (string | ArrayBuffer)[] = [];
  closedWith: readonly unknown[] | undefined;
  onSent: ((message: string | ArrayBuffer) => void) | undefined;
  readonly #listeners = new Map<string, Listener[]>();

  send(message: string | ArrayBuffer): void {
    this.sent.push(message);
    this.onSent?.(message);
  }

  close(...values: readonly unknown[]): void {
    this.closedWith = values;
    this.readyState = 2;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  emit(type: string, event: unknown = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }

  receive(data: unknown): void {
    this.emit("message", { data });
  }

  receiveJson(value: unknown): void {
    this.receive(JSON.stringify(value));
  }

  end(): void {
    this.readyState = 3;
    this.emit("close");
  }

  takeSent(): unknown[] {
    return this.sent
      .splice(0)
      .map((message): unknown => JSON.parse(typeof message === "string" ? message : ""));
  }
}

/** What one sends, the other receives, in a task of its own. */
export function linked(): { readonly connection: FakeConnection; readonly socket: FakeSocket } {
  const connection = new FakeConnection();
  const socket = new FakeSocket();
  connection.onSent = (message) => queueMicrotask(() => socket.receive(message));
  socket.onSent = (message) => queueMicrotask(() => void connection.receive(message));
  return { connection, socket };
}

/** When all that waits for nothing but promises has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
