/**
 * What is used of a connection of `@nats-io/transport-node`, or of the older package
 * `nats` (2.10 or later).
 */
export interface NatsConnection {
  publish(subject: string, payload: Uint8Array): void;
  subscribe(
    subject: string,
    options: { readonly callback: (error: Error | null, message: NatsMessage) => void },
  ): NatsSubscription;
  /** Resolves when the server has taken all that was sent before. */
  flush(): Promise<void>;
  isClosed(): boolean;
  /** Resolves when it is closed for good, with the error if there was one. */
  closed(): Promise<unknown>;
  status(): AsyncIterable<{ readonly type: string }>;
}

/** What is read of a message. */
export interface NatsMessage {
  readonly data: Uint8Array;
  readonly headers?: { get(name: string): string };
}

/** What is used of a subscription. */
export interface NatsSubscription {
  unsubscribe(): void;
}

/** What is used of `jetstream(connection)`. */
export interface JetStreamClient {
  publish(subject: string, payload: Uint8Array): Promise<{ readonly seq: number }>;
}

/** What is used of `await jetstreamManager(connection)`. */
export interface JetStreamManager {
  readonly streams: {
    info(stream: string): Promise<{ readonly config: { readonly republish?: unknown } }>;
    add(config: JetStreamConfig): Promise<unknown>;
    getMessage(stream: string, query: JetStreamQuery): Promise<StoredMessage | null>;
  };
}

/** What is said of the stream that keeps messages. */
export interface JetStreamConfig {
  readonly name: string;
  readonly subjects: string[];
  readonly max_msgs_per_subject: number;
  /** Nanoseconds. */
  readonly max_age: number;
  readonly republish: { readonly src: string; readonly dest: string };
}

/** By number; or by subject, the first one with that number or a higher one. */
export type JetStreamQuery =
  | { readonly seq: number }
  | { readonly seq: number; readonly next_by_subj: string };

/** What is read of a message that the stream has kept. */
export interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  readonly data: Uint8Array;
}

/** What keeps messages for replay: the client and the manager of JetStream on the same connection. */
export interface JetStream {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

export function isNatsConnection(value: unknown): value is NatsConnection {
  if (typeof value !== "object" || value === null) return false;
  return ["publish", "subscribe", "flush", "status", "closed"].every((name) => name in value);
}
