import { toMessage } from "../../protocol/index.js";
import type { Outgoing } from "./outgoing.js";
import type { MessageOptions } from "./sendable.js";

/** A message whose bytes come with time: what is sent later waits for it. */
export interface SourceSender {
  /** Sends it. Settles when that is done, or cannot be done; rejects never. */
  run(): Promise<void>;
  /** The connection is gone: lets go of the source. Calling it again does nothing. */
  abort(): void;
}

/** Sends what a Blob holds as one message. */
export class BlobSender implements SourceSender {
  readonly #blob: Blob;
  readonly #options: MessageOptions;
  readonly #outgoing: Outgoing;
  #isAborted = false;

  constructor(blob: Blob, options: MessageOptions, outgoing: Outgoing) {
    this.#blob = blob;
    this.#options = options;
    this.#outgoing = outgoing;
  }

  /** It cannot be read when it is one of a file that has changed, for example. */
  async run(): Promise<void> {
    let bytes: string | Uint8Array;
    try {
      bytes = toMessage(await this.#blob.arrayBuffer());
    } catch (error) {
      if (this.#isAborted) return;
      this.#outgoing.sourceFailed(error, "a Blob could not be read", this.#options);
      return;
    }
    if (!this.#isAborted) this.#outgoing.sendNow(bytes, this.#options);
  }

  abort(): void {
    this.#isAborted = true;
  }
}
