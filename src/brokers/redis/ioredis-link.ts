import type { PubSubMode, RedisLink, SubscriberEvents, SubscriberLink } from "./redis-link.js";

/** What is used of a client of the package `ioredis`, version 5 or later: a `Redis` or a `Cluster`. */
export interface IoRedisClient {
  readonly isCluster?: boolean;
  callBuffer(command: string, args: (string | Buffer)[]): Promise<unknown>;
  duplicate(): IoRedisSubscriber;
}

/** What is used of the duplicate, which receives. */
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
  // A client without a listener for errors prints them.
  subscriber.on("error", (reason: unknown) => (error = reason));
  // An engine that stands still takes no farewell: the client then needs a while to leave it.
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

/** The same bytes as the client wants them. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
