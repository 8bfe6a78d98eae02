/** The receiving side of the broker on Redis: one connection with all subscriptions. */
import type { BrokerReceiver, BrokerStatus, BrokerSubscription } from "../../cluster/index.js";
import { Status, Subscriptions } from "../subscriptions.js";
import type { PubSubMode, RedisLink, SubscriberLink } from "./redis-link.js";

/** Separates the offset that the engine gave a message, if any, from the message. */
const SEPARATOR = 0x7c; // "|"

/** The length of two 64-bit numbers and a hyphen. */
const MAX_OFFSET_LENGTH = 41;

/**
 * The connection that receives, with its subscriptions.
 *
 * The broker does not rely on the client to renew subscriptions. It renews all of them with each new
 * connection, also those that were on their way when the last one was lost. It counts as up when
 * the engine has confirmed all of them.
 */
export class RedisSubscriber {
  readonly #link: SubscriberLink;
  readonly #findMode: () => Promise<PubSubMode>;
  readonly #status = new Status();
  readonly #subscriptions = new Subscriptions({
    added: (channel) => void this.#subscribe(channel),
    removed: (channel) => this.#unsubscribe(channel),
  });
  /** Grows with each new connection, so that replies to an old one can be ignored. */
  #generation = 0;
  /** The kind of pub/sub, while there is a connection. */
  #mode: PubSubMode | undefined;

  constructor(link: RedisLink, findMode: () => Promise<PubSubMode>) {
    this.#findMode = findMode;
    this.#link = link.openSubscriber({
      ready: () => void this.#connected(),
      down: (error) => this.#disconnected(error),
      message: (channel, bytes) => this.#receive(channel, bytes),
    });
  }

  get isUp(): boolean {
    return this.#status.isUp;
  }

  onStatus(listener: (status: BrokerStatus) => void): () => void {
    return this.#status.listen(listener);
  }

  add(channel: string, receive: BrokerReceiver): BrokerSubscription {
    return this.#subscriptions.add(channel, receive);
  }

  refresh(): void {
    this.#link.refresh();
  }

  async close(): Promise<void> {
    this.#generation++;
    this.#subscriptions.clear();
    await this.#link.close();
  }

  async #connected(): Promise<void> {
    const generation = ++this.#generation;
    try {
      const mode = await this.#findMode();
      if (generation !== this.#generation) return;
      this.#mode = mode;
      await Promise.all(this.#subscriptions.channels.map((channel) => this.#confirm(channel)));
      if (generation === this.#generation) this.#status.set({ type: "up" });
    } catch (error) {
      // The connection is lost, and the next one begins again. Or the engine refuses: then the
      // status stays down.
      if (generation === this.#generation) this.#disconnected(error);
    }
  }

  #disconnected(error: unknown): void {
    this.#generation++;
    this.#mode = undefined;
    this.#status.set({ type: "down", error });
  }

  /** Subscribes to a channel. Does nothing before the mode is known: then all channels are subscribed to. */
  async #subscribe(channel: string): Promise<void> {
    if (this.#mode === undefined) return;
    const generation = this.#generation;
    try {
      await this.#confirm(channel);
    } catch (error) {
      if (generation === this.#generation) this.#disconnected(error);
    }
  }

  async #confirm(channel: string): Promise<void> {
    const generation = this.#generation;
    await this.#link.subscribe(this.#mode ?? "plain", channel);
    if (generation === this.#generation) this.#subscriptions.confirm(channel);
  }

  #unsubscribe(channel: string): void {
    if (this.#mode === undefined) return;
    this.#link.unsubscribe(this.#mode, channel).then(
      () => {
        // The channel may have got a receiver meanwhile, and the engine may have got both commands in the wrong order.
        if (this.#subscriptions.has(channel)) void this.#subscribe(channel);
      },
      () => {},
    );
  }

  #receive(channel: string, bytes: Uint8Array): void {
    const end = bytes.subarray(0, MAX_OFFSET_LENGTH + 1).indexOf(SEPARATOR);
    const offset = new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0)));
    const payload = bytes.subarray(end + 1);
    if (offset === "") this.#subscriptions.deliver(channel, payload);
    else this.#subscriptions.deliver(channel, payload, offset);
  }
}

/** Frames a message that has no offset, as subscribers expect it. */
export function withoutOffset(payload: Uint8Array): Uint8Array {
  const framed = new Uint8Array(payload.length + 1);
  framed[0] = SEPARATOR;
  framed.set(payload, 1);
  return framed;
}
