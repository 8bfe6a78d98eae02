/** Sees what is published on the library's channels. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { DiagnosticMessages } from "../../src/node/diagnostics.js";

export const CHANNELS = [
  "plainsocket:handshake:accepted",
  "plainsocket:handshake:refused",
  "plainsocket:connection:opened",
  "plainsocket:connection:closed",
  "plainsocket:connection:failed",
  "plainsocket:connection:backpressure",
  "plainsocket:message:dropped",
  "plainsocket:handler:failed",
] as const satisfies readonly (keyof DiagnosticMessages)[];

/** All that is published while it is open: channel, without the common part of the name, and payload. */
export class Observer implements Disposable {
  readonly seen: [channel: string, message: unknown][] = [];
  readonly #channels: readonly string[];

  constructor(channels: readonly (keyof DiagnosticMessages)[] = CHANNELS) {
    this.#channels = channels;
    for (const name of channels) subscribe(name, this.#take);
  }

  /** The payloads of one channel. */
  on(channel: string): unknown[] {
    return this.seen.filter(([name]) => name === channel).map(([, message]) => message);
  }

  [Symbol.dispose](): void {
    for (const name of this.#channels) unsubscribe(name, this.#take);
  }

  readonly #take = (message: unknown, name: string | symbol): void => {
    this.seen.push([String(name).replace("plainsocket:", ""), message]);
  };
}
