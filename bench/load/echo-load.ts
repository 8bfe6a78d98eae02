/** Messages that come back: checked byte by byte at first, then only counted. */
import { type FrameLoop, frameLoop } from "./frames.js";
import { Lane } from "./lane.js";
import type { EchoLoad } from "./loads.js";
import { measuredRound } from "./measured-round.js";
import { messagesOf } from "./messages.js";
import { NotOffered } from "./not-offered.js";
import type { Peer } from "./peers.js";
import { closeAll, openConnection, openConnections, type RawConnection } from "./raw-connection.js";
import { MessageReplies, RawReplies, type Replies } from "./replies.js";
import type { Sample } from "./sample.js";
import type { Target } from "./server-process.js";
import { type Extent, Tally } from "./tally.js";

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
      const sample = await measuredRound(tally, () => this.#target.usage(), extent);
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
