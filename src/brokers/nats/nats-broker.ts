/** The broker on NATS: publishes, subscribes, and watches the connection. */
import { checkOptions, type Names } from "../../input/index.js";
import type {
  Broker,
  BrokerReceiver,
  BrokerReplay,
  BrokerStatus,
  BrokerSubscription,
} from "../../cluster/index.js";
import { Status, Subscriptions } from "../subscriptions.js";
import {
  isNatsConnection,
  type NatsConnection,
  type NatsMessage,
  type NatsSubscription,
} from "./nats-connection.js";
import { natsReplay, type NatsReplayOptions } from "./nats-replay.js";

/** Options of a {@link NatsBroker}. */
export interface NatsBrokerOptions {
  /**
   * The first part of subjects and of the stream's name. Applications that share a server need
   * different ones. All nodes of one application need the same.
   *
   * @defaultValue `"plainsocket"`
   */
  readonly prefix?: string;
  /** Keeps each room's latest messages for members that come back. @defaultValue nothing is kept */
  readonly replay?: NatsReplayOptions;
}

const NAMES: Names<NatsBrokerOptions> = {
  owner: "NatsBroker",
  known: { prefix: true, replay: true },
  advice: { sharded: "leave it out, that is Redis's", subject: "use prefix" },
};

/** The header in which a stream gives the number of a message that it publishes again. */
const SEQUENCE_HEADER = "Nats-Sequence";

/**
 * Joins nodes through NATS 2.9 or later, on a connection that the application has made.
 *
 * The connection's own settings decide when it counts as lost and how it is made again. For a server
 * use `maxReconnectAttempts: -1` and a `pingInterval` of some seconds. NATS has no register of nodes:
 * they know each other by their heartbeats.
 */
export class NatsBroker implements Broker {
  readonly replay?: BrokerReplay;
  readonly #connection: NatsConnection;
  readonly #live: string;
  readonly #status = new Status();
  readonly #atServer = new Map<string, NatsSubscription>();
  readonly #subscriptions = new Subscriptions({
    added: (channel) => void this.#subscribe(channel),
    removed: (channel) => this.#unsubscribe(channel),
  });
  #flushed: Promise<void> | undefined;
  #isClosed = false;

  /**
   * @throws {TypeError} `connection` is not a connection to NATS, or an option does not exist.
   * @throws {RangeError} An option is out of its range.
   */
  constructor(connection: NatsConnection, options: NatsBrokerOptions = {}) {
    if (!isNatsConnection(connection)) {
      throw new TypeError(
        "NatsBroker needs a connection: await connect() of @nats-io/transport-node",
      );
    }
    checkOptions(options, NAMES);
    const { prefix = "plainsocket", replay } = options;
    this.#connection = connection;
    this.#live = `${prefix}.live.`;
    if (replay !== undefined) {
      this.replay = natsReplay(replay, prefix, { kept: `${prefix}.kept.`, live: this.#live });
    }
    void this.#watch();
    void this.#confirm();
  }

  get isUp(): boolean {
    return this.#status.isUp;
  }

  async publish(channel: string, payload: Uint8Array): Promise<void> {
    if (this.#connection.isClosed()) throw new Error("the connection to NATS is closed");
    this.#connection.publish(this.#live + channel, payload);
    await this.#flush();
  }

  subscribe(channel: string, receive: BrokerReceiver): BrokerSubscription {
    return this.#subscriptions.add(channel, receive);
  }

  onStatus(listener: (status: BrokerStatus) => void): () => void {
    return this.#status.listen(listener);
  }

  /** Ends all subscriptions. The connection stays open: the application closes it. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#subscriptions.clear();
    for (const subscription of this.#atServer.values()) subscription.unsubscribe();
    this.#atServer.clear();
    return Promise.resolve();
  }

  async #subscribe(channel: string): Promise<void> {
    if (this.#isClosed || this.#connection.isClosed()) return;
    const callback = (error: Error | null, message: NatsMessage): void => {
      if (error === null) this.#deliver(channel, message);
    };
    // When the connection was lost, the client renews the subscription by itself.
    this.#atServer.set(channel, this.#connection.subscribe(this.#live + channel, { callback }));
    await this.#confirm();
  }

  #unsubscribe(channel: string): void {
    this.#atServer.get(channel)?.unsubscribe();
    this.#atServer.delete(channel);
  }

  #deliver(channel: string, { data, headers }: NatsMessage): void {
    const offset = headers?.get(SEQUENCE_HEADER) ?? "";
    if (offset === "") this.#subscriptions.deliver(channel, data);
    else this.#subscriptions.deliver(channel, data, offset);
  }

  /** Confirms all subscriptions with a flush: when the server answers, it has handled everything from before. */
  async #confirm(): Promise<void> {
    const channels = this.#subscriptions.channels;
    try {
      await this.#flush();
    } catch {
      return; // The connection is lost. When it is back, everything is confirmed.
    }
    if (this.#isClosed) return;
    for (const channel of channels) this.#subscriptions.confirm(channel);
    this.#status.set({ type: "up" });
  }

  async #watch(): Promise<void> {
    void this.#connection.closed().then((error) => this.#status.set({ type: "down", error }));
    for await (const { type } of this.#connection.status()) {
      if (this.#isClosed) return;
      if (type === "disconnect") {
        this.#status.set({ type: "down", error: new Error("the connection to NATS was lost") });
      }
      if (type === "reconnect") void this.#confirm();
    }
  }

  /** Asks the server once for all messages of this turn. */
  #flush(): Promise<void> {
    this.#flushed ??= Promise.resolve().then(() => {
      this.#flushed = undefined;
      return this.#connection.flush();
    });
    return this.#flushed;
  }
}
