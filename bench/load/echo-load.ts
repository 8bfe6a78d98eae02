/** Messages that come back: checked byte by byte at first, then only counted. */
import { performance } from "node:perf_hooks";
import { type FrameLoop, frameLoop } from "./frames.js";
import { Lane } from "./lane.js";
import type { EchoLoad } from "./loads.js";
import { messagesOf } from "./messages.js";
import type { Peer } from "./peers.js";
import {
  closeAll,
  deferred,
  openConnection,
  openConnections,
  type RawConnection,
} from "./raw-connection.js";
import { checkEcho, ReplyCheck } from "./reply-check.js";
import type { Sample } from "./sample.js";
import type { Target } from "./server-process.js";
import { type Extent, Tally } from "./tally.js";

/** A peer does not do what a load is about; this is no failure. */
export class NotOffered extends Error {}

/** Between the first message of a round and the first that counts. */
const WARM_UP_SECONDS = 0.15;

/** One load against one server, round by round. */
export class EchoRun {
  readonly #load: EchoLoad;
  readonly #target: Target;
  readonly #peer: Pick<Peer, "echoes">;
  readonly #loop: FrameLoop;

  private constructor(load: EchoLoad, target: Target, peer: Pick<Peer, "echoes">, loop: FrameLoop) {
    this.#load = load;
    this.#target = target;
    this.#peer = peer;
    this.#loop = loop;
  }

  /** @throws {NotOffered} The server does not compress. @throws {Error} It refuses. */
  static async prepare(
    load: EchoLoad,
    target: Target,
    peer: Pick<Peer, "echoes">,
  ): Promise<EchoRun> {
    const connection = await openConnection(target.port, load.deflate);
    await closeAll([connection]);
    const { compression } = connection.negotiated;
    if (load.deflate !== "" && !compression) throw new NotOffered("no permessage-deflate");
    return new EchoRun(load, target, peer, frameLoop(messagesOf(load), load.inFlight, compression));
  }

  /**
   * Sends every message of the loop once, `inFlight` at a time, and looks at what comes back.
   *
   * @throws {Error} An echo is missing or wrong.
   */
  async check(): Promise<void> {
    const [connection] = await openConnections(1, this.#target.port, this.#load.deflate);
    if (!connection) return;
    const tally = new Tally();
    connection.onLost = tally.fail;
    try {
      const { inFlight } = this.#load;
      const replies = this.#replies(connection);
      for (let i = 0; i < this.#loop.loopEnd; i += inFlight) {
        const end = Math.min(i + inFlight, this.#loop.loopEnd);
        const complete = replies.expect(i, end, tally.fail);
        connection.socket.write(Buffer.from(this.#frames(i, end)));
        await tally.finish(complete);
      }
    } finally {
      await closeAll([connection]);
    }
  }

  /** Opens the connections anew, and measures. @throws {Error} A connection is lost, or stalls. */
  async round(extent: Extent): Promise<Sample> {
    const { connections: count, inFlight, deflate } = this.#load;
    const tally = new Tally();
    const connections = await openConnections(count, this.#target.port, deflate);
    try {
      const lanes = connections.map(
        (connection) => new Lane(connection, this.#loop, inFlight, tally),
      );
      for (const lane of lanes) lane.start();
      if ("seconds" in extent) await tally.run({ seconds: WARM_UP_SECONDS });
      const before = await tally.orFail(this.#target.usage());
      const start = performance.now();
      tally.clear();
      await tally.run(extent);
      const after = await tally.orFail(this.#target.usage());
      const { messages, bytes, latency } = tally;
      const wallSeconds = (performance.now() - start) / 1000;
      const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
      const sample = {
        figure: messages / cpuSeconds,
        cpuShare: cpuSeconds / wallSeconds,
        perWallSecond: messages / wallSeconds,
        p50Ms: latency.percentile(0.5),
        p99Ms: latency.percentile(0.99),
        peakBytes: after.peakBytes,
        bytesPerMessage: bytes / messages,
      };
      await tally.finish(Promise.all(lanes.map((lane) => lane.stop())));
      return sample;
    } finally {
      await closeAll(connections);
    }
  }

  #frames(start: number, end: number): Uint8Array {
    return this.#loop.bytes.subarray(this.#loop.offsets[start], this.#loop.offsets[end]);
  }

  #replies(connection: RawConnection): Replies {
    return this.#peer.echoes === "raw"
      ? new RawReplies(connection, (start, end) => this.#frames(start, end))
      : new MessageReplies(connection, this.#loop, this.#load.deflate !== "");
  }
}

interface Replies {
  /** Settles when the echoes of the messages from `start` to before `end` are there. */
  expect(start: number, end: number, fail: (reason: unknown) => void): Promise<void>;
}

class RawReplies implements Replies {
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

class MessageReplies implements Replies {
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
