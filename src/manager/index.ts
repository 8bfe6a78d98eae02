/** The door of the layer: connections, rooms, and what carries messages between server processes. */
export type {
  Broker,
  BrokerPresence,
  BrokerReceiver,
  BrokerReplay,
  BrokerStatus,
  BrokerSubscription,
  ReplayEntry,
} from "./broker.js";
export { MemoryBroker, type MemoryBrokerOptions } from "./memory-broker.js";
