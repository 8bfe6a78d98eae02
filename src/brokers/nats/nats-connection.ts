/**
 * The part of a connection that the broker uses. Connections of `@nats-io/transport-node` have it, and
 * those of the older package `nats` (2.10 or later).
 */
export interface NatsConnection {
  publish(subject: string, payload: Uint8Array): void;
  subscribe(
    subject: string,
    options: { readonly callback: (error: Error | null, message: NatsMessage) => void },
  ): NatsSubscription;
  /** Resolves when the server has handled everything that was sent before. */
  flush(): Promise<void>;
  isClosed(): boolean;
  /** Resolves when the connection is closed for good, with the error if there was one. */
  closed(): Promise<unknown>;
  status(): AsyncIterable<{ readonly type: string }>;
}

/** The part of a message that the broker reads. */
export interface NatsMessage {
  readonly data: Uint8Array;
  readonly headers?: { get(name: string): string };
}

/** The part of a subscription that the broker uses. */
export interface NatsSubscription {
  unsubscribe(): void;
}

/** The part of `jetstream(connection)` that the broker uses. */
export interface JetStreamClient {
  publish(subject: string, payload: Uint8Array): Promise<{ readonly seq: number }>;
}

/** The part of `await jetstreamManager(connection)` that the broker uses. */
export interface JetStreamManager {
  readonly streams: {
    info(stream: string): Promise<{ readonly config: { readonly republish?: unknown } }>;
    add(config: JetStreamConfig): Promise<unknown>;
    getMessage(stream: string, query: JetStreamQuery): Promise<StoredMessage | null>;
  };
}

/** The settings of the stream that keeps messages. */
export interface JetStreamConfig {
  readonly name: string;
  readonly subjects: string[];
  readonly max_msgs_per_subject: number;
  /** The age in nanoseconds. */
  readonly max_age: number;
  readonly republish: { readonly src: string; readonly dest: string };
}

/** A query by number; or by subject, for the first message with that number or a higher one. */
export type JetStreamQuery =
  | { readonly seq: number }
  | { readonly seq: number; readonly next_by_subj: string };

/** The part of a kept message that the broker reads. */
export interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  readonly data: Uint8Array;
}

/** The client and the manager of JetStream on the broker's connection, to keep messages for replay. */
export interface JetStream {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

export function isNatsConnection(value: unknown): value is NatsConnection {
  if (typeof value !== "object" || value === null) return false;
  return ["publish", "subscribe", "flush", "status", "closed"].every((name) => name in value);
}
