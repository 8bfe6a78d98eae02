/** Waits for echoes, and looks at each byte of them. */
import { deferred } from "./deferred.js";
import type { FrameLoop } from "./frames.js";
import { type RawConnection } from "./raw-connection.js";
import { checkEcho, ReplyCheck } from "./reply-check.js";

export interface Replies {
  /** Settles when the echoes of the messages from `start` to before `end` are there. */
  expect(start: number, end: number, fail: (reason: unknown) => void): Promise<void>;
}

export class RawReplies implements Replies {
  readonly #connection: RawConnection;
  readonly #frames: (start: number, end: number) => Uint8Array;

  constructor(connection: RawConnection, frames: (start: number, end: number) => Uint8Array) {
    this.#connection = connection;
    this.#frames = frames;
  }

  expect(start: number, end: number, fail: (reason: unknown) => void): Promise<void> {
    const expected = this.#frames(start, end);
    const { promise, resolve } = deferred();
    let at = 0;
    this.#connection.onBytes = (buffer, length) => {
      const part = expected.subarray(at, at + length);
      if (Buffer.compare(part, buffer.subarray(0, length)) !== 0) fail(new Error("a byte differs"));
      at += length;
      if (at === expected.length) resolve();
    };
    return promise;
  }
}

export class MessageReplies implements Replies {
  readonly #connection: RawConnection;
  readonly #loop: FrameLoop;
  readonly #check: ReplyCheck;

  constructor(connection: RawConnection, loop: FrameLoop, compressed: boolean) {
    this.#connection = connection;
    this.#loop = loop;
    const contextTakeover = connection.negotiated.serverContextTakeover;
    this.#check = new ReplyCheck({ compressed, contextTakeover });
  }

  expect(start: number, end: number, fail: (reason: unknown) => void): Promise<void> {
    const { messages } = this.#loop;
    const { promise, resolve } = deferred();
    let i = start;
    this.#connection.onBytes = (buffer, length) => {
      try {
        for (const message of this.#check.take(Buffer.from(buffer.subarray(0, length)))) {
          checkEcho(message, messages[i++ % messages.length]!);
        }
        if (i === end) resolve();
      } catch (error) {
        fail(error);
      }
    };
    return promise;
  }
}
