import type { BrokerReceiver, BrokerStatus, BrokerSubscription } from "../../cluster/index.js";
import { Status, Subscriptions } from "../subscriptions.js";
import type { PubSubMode, RedisLink, SubscriberLink } from "./redis-link.js";

/** Between the offset that the engine gave a message, if any, and the message. */
const SEPARATOR = 0x7c; // "|"

/** Two 64-bit numbers and what is between them. */
const MAX_OFFSET_LENGTH = 41;

/**
 * The receiving connection, and what it has to be subscribed to.
 *
 * What the client believes to be subscribed to is of no interest: with each new
 * connection everything is subscribed to again, also what was under way when the
 * last one dropped. It counts as up only when the engine has confirmed it all.
 */
export class RedisSubscriber {
  readonly #link: SubscriberLink;
  readonly #findMode: () => Promise<PubSubMode>;
  readonly #status = new Status();
  readonly #subscriptions = new Subscriptions({
    added: (channel) => void this.#subscribe(channel),
    removed: (channel) => this.#unsubscribe(channel),
  });
  /** Grows with each new connection, so that what belongs to an old one can be told. */
  #generation = 0;
  /** Known while there is a connection. */
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
      // The connection is gone, and the next one begins again; or the engine
      // refuses, and the status keeps saying that it is not up.
      if (generation === this.#generation) this.#disconnected(error);
    }
  }

  #disconnected(error: unknown): void {
    this.#generation++;
    this.#mode = undefined;
    this.#status.set({ type: "down", error });
  }

  /** Before the mode is known there is nothing to do: all of the set comes then. */
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
        // Someone may have come back in between, and the engine be told in the wrong order.
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

/** What is published: room for an offset, and the message. */
export function withoutOffset(payload: Uint8Array): Uint8Array {
  const framed = new Uint8Array(payload.length + 1);
  framed[0] = SEPARATOR;
  framed.set(payload, 1);
  return framed;
}
