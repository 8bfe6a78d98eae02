/** Subscriptions and status of a broker, the same for each engine. */
import type { BrokerReceiver, BrokerStatus, BrokerSubscription } from "../cluster/index.js";

/** The engine's part of a set of subscriptions. */
interface SubscriptionEngine {
  /** Called when a channel gets its first receiver. */
  readonly added: (channel: string) => void;
  /** Called when a channel loses its last receiver. */
  readonly removed: (channel: string) => void;
}

interface Channel {
  readonly receivers: Set<BrokerReceiver>;
  readonly ready: Promise<void>;
  readonly confirm: () => void;
}

/** Subscriptions to channels: a channel may have many receivers, and has one subscription at the engine. */
export class Subscriptions {
  readonly #engine: SubscriptionEngine;
  readonly #channels = new Map<string, Channel>();

  constructor(engine: SubscriptionEngine) {
    this.#engine = engine;
  }

  /** All channels that have receivers. */
  get channels(): readonly string[] {
    return [...this.#channels.keys()];
  }

  has(channel: string): boolean {
    return this.#channels.has(channel);
  }

  add(channel: string, receive: BrokerReceiver): BrokerSubscription {
    // A function of its own, so that one that is subscribed twice is called twice.
    const receiver: BrokerReceiver = (payload, offset) => receive(payload, offset);
    const existing = this.#channels.get(channel);
    const entry = existing ?? newChannel();
    entry.receivers.add(receiver);
    this.#channels.set(channel, entry);
    if (existing === undefined) this.#engine.added(channel);
    return {
      ready: entry.ready,
      unsubscribe: () => {
        if (!entry.receivers.delete(receiver) || entry.receivers.size > 0) return;
        if (this.#channels.get(channel) !== entry) return;
        this.#channels.delete(channel);
        this.#engine.removed(channel);
      },
    };
  }

  /** Called when the engine has confirmed the subscription to `channel`. */
  confirm(channel: string): void {
    this.#channels.get(channel)?.confirm();
  }

  /** Gives a message to the receivers of its channel. Without receivers it is dropped. */
  deliver(channel: string, payload: Uint8Array, offset?: string): void {
    const receivers = this.#channels.get(channel)?.receivers;
    for (const receive of receivers === undefined ? [] : [...receivers]) {
      if (receivers?.has(receive) === true) receive(payload, offset);
    }
  }

  /** Removes all receivers. The engine is not told. */
  clear(): void {
    for (const { receivers } of this.#channels.values()) receivers.clear();
    this.#channels.clear();
  }
}

function newChannel(): Channel {
  let confirm = (): void => {};
  const ready = new Promise<void>((resolve) => (confirm = resolve));
  return { receivers: new Set(), ready, confirm };
}

/** Whether an engine is up, with listeners for changes. */
export class Status {
  readonly #listeners = new Set<(status: BrokerStatus) => void>();
  #isUp = false;

  get isUp(): boolean {
    return this.#isUp;
  }

  listen(listener: (status: BrokerStatus) => void): () => void {
    const own = (status: BrokerStatus): void => listener(status);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Sets the status. Listeners are called only if it changes. */
  set(status: BrokerStatus): void {
    const isUp = status.type === "up";
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    for (const listener of this.#listeners) listener(status);
  }
}
