/** The broker without an engine, for managers of one process. */
import { checkOptions, type Names } from "../input/index.js";
import type { Clock } from "../node/index.js";
import type {
  Broker,
  BrokerPresence,
  BrokerReceiver,
  BrokerReplay,
  BrokerStatus,
  BrokerSubscription,
  ReplayEntry,
} from "./broker.js";

/** Options of a {@link MemoryBroker}. */
export interface MemoryBrokerOptions {
  /**
   * The number of each channel's latest messages that are kept for members that come back.
   *
   * @defaultValue 0: none are kept, and `replay` is absent
   */
  readonly replayEntries?: number;
  /** The clock by which nodes expire. @defaultValue a clock that stands still: the nodes of one process end together */
  readonly clock?: Pick<Clock, "now">;
}

const NAMES: Names<MemoryBrokerOptions> = {
  owner: "MemoryBroker",
  known: { replayEntries: true, clock: true },
  advice: { maxEntries: "use replayEntries", replay: "use replayEntries" },
};

/**
 * A broker without an engine, for managers of one process: several servers in one process, and
 * tests. Messages arrive in order and in a later turn, as from an engine.
 */
export class MemoryBroker implements Broker {
  readonly isUp = true;
  readonly replay?: BrokerReplay;
  readonly presence: BrokerPresence;
  readonly #receivers = new Map<string, Set<BrokerReceiver>>();

  /**
   * @throws {TypeError} An option does not exist.
   * @throws {RangeError} An option is out of its range.
   */
  constructor(options: MemoryBrokerOptions = {}) {
    checkOptions(options, NAMES);
    const { replayEntries = 0, clock = { now: () => 0 } } = options;
    if (!(replayEntries >= 0)) {
      throw new RangeError(`replayEntries must be 0 or more, not ${replayEntries}`);
    }
    if (replayEntries > 0) {
      this.replay = memoryReplay(replayEntries, (...message) => this.#deliver(...message));
    }
    this.presence = memoryPresence(clock);
  }

  async publish(channel: string, payload: Uint8Array): Promise<void> {
    // Delivery is in a later turn, as from a network.
    await Promise.resolve();
    this.#deliver(channel, payload);
  }

  subscribe(channel: string, receive: BrokerReceiver): BrokerSubscription {
    // A function of its own, so that one that is subscribed twice is called twice.
    const receiver: BrokerReceiver = (payload, offset) => receive(payload, offset);
    const receivers = this.#receivers.get(channel) ?? new Set();
    this.#receivers.set(channel, receivers.add(receiver));
    return {
      ready: Promise.resolve(),
      unsubscribe: () => {
        receivers.delete(receiver);
        if (receivers.size === 0 && this.#receivers.get(channel) === receivers) {
          this.#receivers.delete(channel);
        }
      },
    };
  }

  onStatus(_listener: (status: BrokerStatus) => void): () => void {
    return () => {};
  }

  close(): Promise<void> {
    this.#receivers.clear();
    return Promise.resolve();
  }

  #deliver(channel: string, payload: Uint8Array, offset?: string): void {
    const receivers = this.#receivers.get(channel);
    for (const receive of receivers === undefined ? [] : [...receivers]) {
      if (receivers?.has(receive) === true) receive(payload, offset);
    }
  }
}

function memoryReplay(
  maxEntries: number,
  deliver: (channel: string, payload: Uint8Array, offset: string) => void,
): BrokerReplay {
  const channels = new Map<string, ReplayEntry[]>();
  let count = 0;
  return {
    append: async (channel, payload) => {
      await Promise.resolve();
      count++;
      const entries = [...(channels.get(channel) ?? []), { offset: String(count), payload }];
      channels.set(channel, entries.slice(-maxEntries));
      deliver(channel, payload, String(count));
      return String(count);
    },
    read: async (channel, offset) => {
      await Promise.resolve();
      const entries = channels.get(channel) ?? [];
      const index = entries.findIndex((entry) => entry.offset === offset);
      return index === -1 ? "gap" : entries.slice(index);
    },
  };
}

function memoryPresence(clock: Pick<Clock, "now">): BrokerPresence {
  const expiries = new Map<string, number>();
  return {
    announce: (nodeId, ttlMs) => {
      const now = clock.now();
      expiries.set(nodeId, now + ttlMs);
      for (const [id, expiry] of expiries) if (expiry <= now) expiries.delete(id);
      return Promise.resolve([...expiries.keys()]);
    },
    withdraw: (nodeId) => {
      expiries.delete(nodeId);
      return Promise.resolve();
    },
  };
}
