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

/** A Buffer over the same bytes, which the client needs. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
