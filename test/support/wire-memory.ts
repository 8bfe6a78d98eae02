/** Two ends of a connection inside this process, which behave like TCP sockets where it matters. */
import { Duplex } from "node:stream";

const CHUNK_BYTES = 65_536;

/**
 * One end. What is written here is read there, in the same pieces. `end()` is a
 * FIN, {@link destroy} without an error too, and {@link resetAndDestroy} a RST.
 */
export class MemorySocket extends Duplex {
  #peer: MemorySocket | undefined;
  /** Says that the peer has room again for what was written here. */
  #written: (() => void) | undefined;
  #finished = false;

  private constructor() {
    super({ allowHalfOpen: true, highWaterMark: CHUNK_BYTES });
  }

  static pair(): [MemorySocket, MemorySocket] {
    const [here, there] = [new MemorySocket(), new MemorySocket()];
    here.#peer = there;
    there.#peer = here;
    return [here, there];
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    const peer = this.#peer;
    if (peer === undefined || peer.destroyed) {
      done(networkError("EPIPE"));
      return;
    }
    setImmediate(() => {
      if (peer.destroyed || peer.push(Buffer.from(chunk))) done();
      else this.#written = done;
    });
  }

  override _read(): void {
    const written = this.#peer?.takeWritten();
    written?.();
  }

  takeWritten(): (() => void) | undefined {
    const written = this.#written;
    this.#written = undefined;
    return written;
  }

  override _final(done: () => void): void {
    this.#finish();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#peer?.takeWritten()?.();
    this.#finish();
    done(error);
  }

  /** Cuts the connection: the peer gets `ECONNRESET`. */
  resetAndDestroy(): this {
    const peer = this.#peer;
    this.#finished = true;
    setImmediate(() => peer?.destroy(networkError("ECONNRESET")));
    return this.destroy();
  }

  setNoDelay(): this {
    return this;
  }

  #finish(): void {
    const peer = this.#peer;
    if (this.#finished) return;
    this.#finished = true;
    setImmediate(() => peer?.destroyed === false && peer.push(null));
  }
}

function networkError(code: string): Error {
  return Object.assign(new Error(`memory ${code}`), { code });
}
