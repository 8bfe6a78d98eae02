/** The links to the two clients of Redis that the broker takes: `ioredis`, and `redis`. */
import type { PubSubMode, RedisLink, SubscriberEvents, SubscriberLink } from "./redis-link.js";

/** The part of a client of `ioredis` (5 or later) that the broker uses: a `Redis` or a `Cluster`. */
export interface IoRedisClient {
  readonly isCluster?: boolean;
  callBuffer(command: string, args: (string | Buffer)[]): Promise<unknown>;
  duplicate(): IoRedisSubscriber;
}

/** The part of the duplicate that the broker uses to receive. */
export interface IoRedisSubscriber {
  readonly status: string;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  ssubscribe(channel: string): Promise<unknown>;
  sunsubscribe(channel: string): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
}

export function isIoRedisClient(client: object): client is IoRedisClient {
  return "callBuffer" in client && "duplicate" in client;
}

export function ioRedisLink(client: IoRedisClient): RedisLink {
  return {
    command: (name, args) =>
      client.callBuffer(
        name,
        args.map((value) => (typeof value === "string" ? value : bufferOf(value))),
      ),
    openSubscriber: (events) => openSubscriber(client.duplicate(), events),
  };
}

function openSubscriber(subscriber: IoRedisSubscriber, events: SubscriberEvents): SubscriberLink {
  let error: unknown;
  const message = (channel: unknown, payload: unknown): void => {
    if (!(channel instanceof Uint8Array && payload instanceof Uint8Array)) return;
    events.message(new TextDecoder().decode(channel), payload);
  };
  subscriber.on("messageBuffer", message);
  subscriber.on("smessageBuffer", message);
  subscriber.on("ready", () => events.ready());
  // Without a listener for errors the client prints them.
  subscriber.on("error", (reason: unknown) => (error = reason));
  // An engine that hangs does not answer when the client disconnects. Then the client needs a while.
  let isLeaving = false;
  for (const event of ["close", "end"]) {
    subscriber.on(event, () => {
      isLeaving = false;
      events.down(error);
    });
  }
  if (subscriber.status === "ready") events.ready();
  return {
    subscribe: async (mode: PubSubMode, channel: string) => {
      await (mode === "sharded" ? subscriber.ssubscribe(channel) : subscriber.subscribe(channel));
    },
    unsubscribe: async (mode: PubSubMode, channel: string) => {
      await (mode === "sharded"
        ? subscriber.sunsubscribe(channel)
        : subscriber.unsubscribe(channel));
    },
    refresh: () => {
      if (isLeaving) return;
      isLeaving = true;
      subscriber.disconnect(true);
    },
    close: () => {
      subscriber.disconnect();
      return Promise.resolve();
    },
  };
}

/** The part of a client of `redis` (4.6 or later) that the broker uses. `createClient` makes it. */
export interface NodeRedisClient {
  sendCommand(args: (string | Buffer)[], options?: object): Promise<unknown>;
  duplicate(): NodeRedisSubscriber;
  /** Tells this client from others by its name. */
  pSubscribe: unknown;
}

/** The part of the duplicate that the broker uses to receive. */
export interface NodeRedisSubscriber {
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: BufferListener, bufferMode: true): Promise<void>;
  unsubscribe(channel: string, listener: BufferListener, bufferMode: true): Promise<void>;
  sSubscribe(channel: string, listener: BufferListener, bufferMode: true): Promise<void>;
  sUnsubscribe(channel: string, listener: BufferListener, bufferMode: true): Promise<void>;
  /** Ends the connection at once. Older versions call it `disconnect`. */
  destroy?(): void;
  disconnect?(): unknown;
}

type BufferListener = (payload: Buffer, channel: Buffer) => void;

/** Asks for bytes instead of strings: the first for version 4, the second for later ones (36 is the `$` of RESP). */
const BYTES = { returnBuffers: true, typeMapping: { 36: Buffer } };

export function isNodeRedisClient(client: object): client is NodeRedisClient {
  // A cluster of this package has the same names, but other parameters of `sendCommand`.
  if ("slots" in client) return false;
  return "sendCommand" in client && "duplicate" in client && "pSubscribe" in client;
}

export function nodeRedisLink(client: NodeRedisClient): RedisLink {
  return {
    command: (name, args) =>
      client.sendCommand(
        [name, ...args.map((value) => (typeof value === "string" ? value : bufferOf(value)))],
        BYTES,
      ),
    openSubscriber: (events) => new NodeRedisSubscriberLink(client, events),
  };
}

/** Makes a new duplicate of the client for each connection. */
class NodeRedisSubscriberLink implements SubscriberLink {
  readonly #client: NodeRedisClient;
  readonly #events: SubscriberEvents;
  #subscriber: NodeRedisSubscriber;

  constructor(client: NodeRedisClient, events: SubscriberEvents) {
    this.#client = client;
    this.#events = events;
    this.#subscriber = this.#open();
  }

  async subscribe(mode: PubSubMode, channel: string): Promise<void> {
    await (mode === "sharded"
      ? this.#subscriber.sSubscribe(channel, this.#receive, true)
      : this.#subscriber.subscribe(channel, this.#receive, true));
  }

  async unsubscribe(mode: PubSubMode, channel: string): Promise<void> {
    await (mode === "sharded"
      ? this.#subscriber.sUnsubscribe(channel, this.#receive, true)
      : this.#subscriber.unsubscribe(channel, this.#receive, true));
  }

  refresh(): void {
    end(this.#subscriber);
    this.#subscriber = this.#open();
  }

  close(): Promise<void> {
    end(this.#subscriber);
    return Promise.resolve();
  }

  // One function for all channels and connections: the client finds subscriptions by it.
  readonly #receive: BufferListener = (payload, channel) =>
    this.#events.message(new TextDecoder().decode(channel), payload);

  #open(): NodeRedisSubscriber {
    const subscriber = this.#client.duplicate();
    const ifCurrent = (call: () => void) => (): void => {
      if (this.#subscriber === subscriber) call();
    };
    // Without a listener for errors the client throws them.
    subscriber.on("error", (error: unknown) => ifCurrent(() => this.#events.down(error))());
    subscriber.on(
      "end",
      ifCurrent(() => this.#events.down(undefined)),
    );
    subscriber.on(
      "ready",
      ifCurrent(() => this.#events.ready()),
    );
    subscriber.connect().catch((error: unknown) => ifCurrent(() => this.#events.down(error))());
    return subscriber;
  }
}

function end(subscriber: NodeRedisSubscriber): void {
  try {
    if (subscriber.destroy !== undefined) subscriber.destroy();
    else Promise.resolve(subscriber.disconnect?.()).catch(() => {});
  } catch {
    // It was never open, or is closed already, as intended.
  }
}

/** Makes a Buffer over the same bytes: both clients need one. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
