/** The link to the broker: numbers and queues what goes out, checks what comes in. */
import { answerAtOnce, callSafely } from "../input/index.js";
import type { Clock } from "../node/index.js";
import type { Broker, BrokerReceiver, BrokerSubscription } from "./broker.js";
import type { ClusterCounts, ClusterEvent, LimitExceeded } from "./interface.js";
import { type ClusterMessage, type Envelope, parseEnvelope, serializeEnvelope } from "./message.js";
import { ClusterQueue } from "./queue.js";
import { Follower, type Place, Sequencer } from "./sequence.js";

const NO_SUBSCRIPTION = "subscribe() of a broker must return { ready, unsubscribe }, and at once";

export interface LinkOptions {
  readonly broker: Broker;
  readonly nodeId: string;
  readonly clock: Clock;
  readonly maxPayloadBytes: number;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  /** Called for each envelope of another node, once and in that node's order. */
  readonly onEnvelope: (envelope: Envelope, offset: string | undefined) => void;
  /** Called when an own envelope has come back from the engine. */
  readonly onOwn: (envelope: Envelope, offset: string | undefined) => void;
  /** Called before an envelope, when earlier ones of the same node are missing. */
  readonly onLoss: (channel: string, nodeId: string) => void;
  readonly onEvent: (event: ClusterEvent) => void;
}

/** The link to the broker. It numbers and queues outgoing envelopes; it checks incoming ones, and takes each once. */
export class ClusterLink {
  readonly #options: LinkOptions;
  readonly #sequencer = new Sequencer();
  readonly #follower = new Follower();
  readonly #queue: ClusterQueue;
  readonly #subscriptions = new Map<string, BrokerSubscription>();
  readonly #counts = {
    sent: 0,
    received: 0,
    malformed: 0,
    unknownVersion: 0,
    oversized: 0,
    repeated: 0,
    gaps: 0,
  };

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#queue = new ClusterQueue({
      clock: options.clock,
      maxMessages: options.maxQueuedMessages,
      maxBytes: options.maxQueuedBytes,
      onOverflow: (exceeded) => this.#giveUp("overflow", exceeded),
      onRefused: () => this.#giveUp("refused"),
    });
  }

  get counts(): ClusterCounts {
    const { dropped, messages, bytes } = this.#queue;
    return { ...this.#counts, dropped, queuedMessages: messages, queuedBytes: bytes };
  }

  /** The sequence number of the latest envelope that was sent. */
  get latestSequence(): number {
    return this.#sequencer.latest;
  }

  /**
   * Queues a message for all subscribers of `channel`.
   *
   * @param keeping - `"kept"` for messages that members who come back need.
   * @param settled - Called once, when the message does not wait for the engine any more.
   * @returns Its sequence number; `undefined` when the message is too large to be sent.
   */
  send(
    channel: string,
    body: ClusterMessage,
    keeping: "kept" | "passing",
    settled?: (sequence: number) => void,
  ): number | undefined {
    const { broker, nodeId, maxPayloadBytes } = this.#options;
    const place = this.#sequencer.next(channel);
    const payload = serializeEnvelope({ from: nodeId, ...place, body });
    if (payload.length > maxPayloadBytes) {
      // The number is used up, so the receivers see with the next message that one is missing.
      this.#counts.oversized++;
      const limit = maxPayloadBytes;
      this.#giveUp("tooLarge", { option: "maxPayloadBytes", limit, value: payload.length });
      return undefined;
    }
    const { replay } = broker;
    const isKept = keeping === "kept" && replay !== undefined;
    this.#counts.sent++;
    this.#queue.add({
      bytes: payload.length,
      send: () => (isKept ? replay.append(channel, payload) : broker.publish(channel, payload)),
      settled: () => settled?.(place.sequence),
    });
    return place.sequence;
  }

  /**
   * Sends a message that is useful only now. It passes the queue, and has no place in the order.
   *
   * @returns A promise that resolves when the engine has taken the message, or has failed to.
   */
  async sendNow(channel: string, body: ClusterMessage): Promise<void> {
    const { broker, nodeId } = this.#options;
    try {
      await broker.publish(channel, serializeEnvelope({ from: nodeId, sequence: 0, body }));
    } catch {
      // A later heartbeat makes up for it. A node whose farewell is lost expires.
    }
  }

  /**
   * Subscribes to `channel`. A second call does nothing.
   *
   * @returns The {@link BrokerSubscription.ready} of the subscription.
   */
  open(channel: string): Promise<void> {
    const known = this.#subscriptions.get(channel);
    if (known !== undefined) return known.ready;
    const { broker } = this.#options;
    try {
      const receive: BrokerReceiver = (payload, offset) => this.#receive(channel, payload, offset);
      const subscription = answerAtOnce("subscribe", broker.subscribe(channel, receive));
      if (typeof subscription.unsubscribe !== "function") throw new TypeError(NO_SUBSCRIPTION);
      const ready = Promise.resolve(subscription.ready).catch((error: unknown) =>
        this.#brokerFailed(error),
      );
      this.#subscriptions.set(channel, { ready, unsubscribe: () => subscription.unsubscribe() });
      return ready;
    } catch (error) {
      this.#brokerFailed(error);
      return Promise.resolve();
    }
  }

  /** Ends the subscription to `channel`. */
  close(channel: string): void {
    const subscription = this.#subscriptions.get(channel);
    this.#subscriptions.delete(channel);
    callSafely(
      () => subscription?.unsubscribe(),
      (error) => this.#brokerFailed(error),
    );
    this.#follower.forgetChannel(channel);
  }

  /** Tries to send again: the engine is back. */
  retry(): void {
    this.#queue.retry();
  }

  /** The latest sequence number of a node on a channel. */
  latestOf(channel: string, nodeId: string): number {
    return this.#follower.latestOf(channel, nodeId);
  }

  /** Forgets the sequence numbers of a node that has gone for good. */
  forgetNode(nodeId: string): void {
    this.#follower.forgetNode(nodeId);
  }

  /** Resolves when the queue is empty. */
  whenSent(): Promise<void> {
    return this.#queue.whenEmpty();
  }

  /** Ends all subscriptions and gives up queued messages. */
  end(): void {
    for (const channel of this.#subscriptions.keys()) this.close(channel);
    this.#queue.close();
  }

  /** A broker of the application has broken its promises: what it should have brought is missing. */
  #brokerFailed(error: unknown): void {
    this.#options.onEvent({ type: "down", error });
  }

  #giveUp(reason: "overflow" | "tooLarge" | "refused", exceeded?: LimitExceeded): void {
    const { nodeId, onEvent } = this.#options;
    const met = exceeded && { exceeded };
    onEvent({ type: "gap", room: undefined, nodeId, reason, ...met });
  }

  #receive(channel: string, payload: Uint8Array, offset: string | undefined): void {
    const { nodeId, maxPayloadBytes, onEnvelope, onOwn, onLoss } = this.#options;
    this.#counts.received++;
    if (payload.length > maxPayloadBytes) {
      this.#counts.oversized++;
      return;
    }
    const envelope = parseEnvelope(payload);
    if (typeof envelope === "string") {
      this.#counts[envelope]++;
      return;
    }
    if (envelope.from === nodeId) {
      onOwn(envelope, offset);
      return;
    }
    const place = this.#place(channel, envelope);
    if (place === "repeated") {
      this.#counts.repeated++;
      return;
    }
    if (place === "afterLoss") {
      this.#counts.gaps++;
      onLoss(channel, envelope.from);
    }
    onEnvelope(envelope, offset);
  }

  /** Messages that pass the queue have the number 0, and no place in the order. */
  #place(channel: string, envelope: Envelope): Place {
    if (envelope.sequence === 0) return "next";
    return this.#follower.place(channel, envelope.from, envelope);
  }
}
