/** The door of `plainsocket/brokers/nats`. */
export { NatsBroker, type NatsBrokerOptions } from "./nats-broker.js";
export type {
  JetStream,
  JetStreamClient,
  JetStreamConfig,
  JetStreamManager,
  JetStreamQuery,
  NatsConnection,
  NatsMessage,
  NatsSubscription,
  StoredMessage,
} from "./nats-connection.js";
export type { NatsReplayOptions } from "./nats-replay.js";
