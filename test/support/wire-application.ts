/** What stands behind an endpoint under test: it keeps a log of what it is told, and does as it is told. */
import type { Signal } from "./wire-signal.js";

export type AppEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "binary"; readonly bytes: string }
  | {
      readonly type: "close";
      readonly code: number;
      readonly reason: string;
      readonly wasClean: boolean;
    };

export type AppCommand =
  | { readonly send: string | Uint8Array }
  | { readonly ping: Uint8Array }
  /** `code` and `reason` as the API takes them. */
  | { readonly close: { readonly code?: number; readonly reason?: string } }
  | { readonly terminate: true };

/** Thrown for a command that an API has no way to do. */
export class Unsupported extends Error {}

export class Application {
  readonly events: AppEvent[] = [];
  readonly #signal: Signal;
  #subprotocol: string | undefined;
  #perform: ((command: AppCommand) => void) | undefined;

  constructor(signal: Signal) {
    this.#signal = signal;
  }

  get isOpen(): boolean {
    return this.#perform !== undefined;
  }

  /** What was agreed on, once the connection is open. */
  get subprotocol(): string | undefined {
    return this.#subprotocol;
  }

  /** The connection is there; `perform` is how to command it. */
  opened(perform: (command: AppCommand) => void, subprotocol: string): void {
    this.#perform = perform;
    this.#subprotocol = subprotocol;
    this.#signal.notify();
  }

  received(data: string | Uint8Array): void {
    const event: AppEvent =
      typeof data === "string"
        ? { type: "text", text: data }
        : { type: "binary", bytes: Buffer.from(data).toString("hex") };
    this.#log(event);
  }

  closed(code: number, reason: string, wasClean: boolean): void {
    this.#log({ type: "close", code, reason, wasClean });
  }

  perform(command: AppCommand): void {
    if (this.#perform === undefined) throw new Error("the connection is not open");
    this.#perform(command);
  }

  #log(event: AppEvent): void {
    this.events.push(event);
    this.#signal.notify();
  }
}
