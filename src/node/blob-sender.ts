import { CloseCode, toMessage } from "../protocol/index.js";
import type { Link } from "./link.js";

/** A message whose bytes come with time: what is sent later waits for it. */
export interface SourceSender {
  /** Sends it. Settles when that is done, or cannot be done; rejects never. */
  run(): Promise<void>;
  /** The connection is gone: lets go of the source. Calling it again does nothing. */
  abort(): void;
}

/** Sends what a Blob holds as one message. */
export class BlobSender implements SourceSender {
  readonly #link: Pick<Link, "core" | "writer">;
  readonly #blob: Blob;
  readonly #send: (bytes: string | Uint8Array) => void;
  #isAborted = false;

  constructor(
    link: Pick<Link, "core" | "writer">,
    blob: Blob,
    send: (bytes: string | Uint8Array) => void,
  ) {
    this.#link = link;
    this.#blob = blob;
    this.#send = send;
  }

  /** A Blob whose content is gone, such as a file that was deleted, ends the connection: a message would be missing. */
  async run(): Promise<void> {
    const { core, writer } = this.#link;
    try {
      const bytes = toMessage(await this.#blob.arrayBuffer());
      if (!this.#isAborted) this.#send(bytes);
    } catch {
      core.close(CloseCode.INTERNAL_ERROR, "a Blob could not be read");
    }
    writer.schedule();
  }

  abort(): void {
    this.#isAborted = true;
  }
}
