/** One member speaks, all get it: the next message leaves when the last member has the one before. */
import { deferred } from "./deferred.js";
import { performance } from "node:perf_hooks";
import { type FrameLoop, frameLoop } from "./frames.js";
import type { BroadcastLoad } from "./loads.js";
import { measuredRound } from "./measured-round.js";
import { MessageCounter } from "./message-counter.js";
import { closeAll, openConnections, type RawConnection } from "./raw-connection.js";
import { checkEcho, ReplyCheck } from "./reply-check.js";
import type { Sample } from "./sample.js";
import type { Target } from "./server-process.js";
import { type Extent, Tally } from "./tally.js";

export class BroadcastRun {
  readonly #load: BroadcastLoad;
  readonly #target: Target;
  readonly #loop: FrameLoop;

  constructor(load: BroadcastLoad, target: Target) {
    this.#load = load;
    this.#target = target;
    const message = { isText: true, payload: Buffer.alloc(load.bytes, "x") };
    this.#loop = frameLoop([message], load.perTick);
  }

  /** @throws {Error} A member does not get what was sent. */
  async check(): Promise<void> {
    const connections = await openConnections(3, this.#target.port, "");
    const tally = new Tally();
    try {
      const complete = connections.map((connection) => this.#checkMember(connection, tally));
      this.#speak(connections);
      await tally.finish(Promise.all(complete));
    } finally {
      await closeAll(connections);
    }
  }

  #checkMember(connection: RawConnection, tally: Tally): Promise<void> {
    const check = new ReplyCheck({ compressed: false, contextTakeover: false });
    const { promise, resolve } = deferred();
    let left = this.#load.perTick;
    connection.onLost = tally.fail;
    connection.onBytes = (buffer, length) => {
      try {
        for (const message of check.take(Buffer.from(buffer.subarray(0, length)))) {
          checkEcho(message, this.#loop.messages[0]!);
          if (--left === 0) resolve();
        }
      } catch (error) {
        tally.fail(error);
      }
    };
    return promise;
  }

  /** @throws {Error} A connection is lost, or a message does not arrive. */
  async round(extent: Extent): Promise<Sample> {
    const tally = new Tally();
    const connections = await openConnections(this.#load.members, this.#target.port, "");
    try {
      const speaking = this.#speakInTurn(connections, tally);
      const sample = await measuredRound(tally, () => this.#target.usage(), extent);
      await tally.finish(speaking.stop());
      return sample;
    } finally {
      await closeAll(connections);
    }
  }

  /** Latency is the time until the last member has all messages of a tick. */
  #speakInTurn(connections: readonly RawConnection[], tally: Tally): { stop(): Promise<void> } {
    const perTurn = this.#load.perTick * connections.length;
    const stopped = deferred();
    let isStopping = false;
    let left = perTurn;
    let since = performance.now();
    for (const connection of connections) {
      const counter = new MessageCounter();
      connection.onLost = tally.fail;
      connection.onBytes = (buffer, length) => {
        try {
          const count = counter.count(buffer, length);
          tally.add(count);
          left -= count;
          if (left > 0) return;
          const now = performance.now();
          tally.latency.add(now - since, perTurn);
          left = perTurn;
          since = now;
          if (isStopping) stopped.resolve();
          else this.#speak(connections);
        } catch (error) {
          tally.fail(error);
        }
      };
    }
    this.#speak(connections);
    const stop = (): Promise<void> => {
      isStopping = true;
      return stopped.promise;
    };
    return { stop };
  }

  #speak([first]: readonly RawConnection[]): void {
    const { bytes, offsets } = this.#loop;
    first?.socket.write(bytes.subarray(0, offsets[this.#load.perTick]));
  }
}
