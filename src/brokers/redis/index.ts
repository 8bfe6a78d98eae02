/** The door of `plainsocket/brokers/redis`. */
export type { IoRedisClient, IoRedisSubscriber } from "./ioredis-link.js";
export type { NodeRedisClient, NodeRedisSubscriber } from "./node-redis-link.js";
export { RedisBroker, type RedisBrokerOptions, type RedisClient } from "./redis-broker.js";
export type { RedisReplayOptions } from "./redis-replay.js";
