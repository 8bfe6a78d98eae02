/** Connections that are opened, closed with a Close frame, and opened again. */
import { performance } from "node:perf_hooks";
import { maskedFrame } from "./frames.js";
import type { ConnectionsLoad } from "./loads.js";
import { measuredRound } from "./measured-round.js";
import { openConnection } from "./raw-connection.js";
import type { Sample } from "./sample.js";
import type { Target } from "./server-process.js";
import { type Extent, Tally } from "./tally.js";

const CLOSE_NORMALLY = maskedFrame(0x88, Uint8Array.of(1000 >> 8, 1000 & 255), 0x37fa213d);

export class ConnectionsRun {
  readonly #load: ConnectionsLoad;
  readonly #target: Target;

  constructor(load: ConnectionsLoad, target: Target) {
    this.#load = load;
    this.#target = target;
  }

  /** @throws {Error} The server refuses, or does not close the connection when asked to. */
  async check(): Promise<void> {
    const tally = new Tally();
    await tally.finish(this.#openAndClose(tally));
  }

  /** @throws {Error} A handshake fails. */
  async round(extent: Extent): Promise<Sample> {
    const tally = new Tally();
    const stop = new AbortController();
    const again = async (): Promise<void> => {
      while (!stop.signal.aborted) await this.#openAndClose(tally);
    };
    const turns = Promise.all(Array.from({ length: this.#load.atATime }, again));
    turns.catch(tally.fail);
    const sample = await measuredRound(tally, () => this.#target.usage(), extent);
    stop.abort();
    await tally.finish(turns);
    return sample;
  }

  /** Latency is the time to the 101. */
  async #openAndClose(tally: Tally): Promise<void> {
    const start = performance.now();
    const connection = await openConnection(this.#target.port, "");
    tally.latency.add(performance.now() - start);
    const { socket } = connection;
    connection.onLost = (reason) => {
      if (socket.errored) tally.fail(reason);
    };
    const closed = new Promise((resolve) => {
      socket.once("close", resolve);
    });
    socket.write(CLOSE_NORMALLY);
    await closed;
    tally.add(1);
  }
}
