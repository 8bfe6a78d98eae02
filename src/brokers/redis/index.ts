/** The door of `plainsocket/brokers/redis`. */
export type {
  IoRedisClient,
  IoRedisSubscriber,
  NodeRedisClient,
  NodeRedisSubscriber,
} from "./redis-clients.js";
export { RedisBroker, type RedisBrokerOptions, type RedisClient } from "./redis-broker.js";
export type { RedisReplayOptions } from "./redis-replay.js";
