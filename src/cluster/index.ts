/** The door of the layer: managers of several processes are joined here, by a broker. */
export type {
  Broker,
  BrokerPresence,
  BrokerReceiver,
  BrokerReplay,
  BrokerStatus,
  BrokerSubscription,
  ReplayEntry,
} from "./broker.js";
export { clusterOn } from "./cluster.js";
export { createConnectionId, createNodeId, nodeIdOf } from "./names.js";
export type {
  BrokerMetrics,
  ClusterCounts,
  ClusterEvent,
  LimitExceeded,
  Gap,
} from "./interface.js";
export {
  type CloseAllOptions,
  type Cluster,
  type ClusterFactory,
  type ClusterLocal,
  type ClusterMembers,
  NO_CLUSTER,
  type OutboundMessage,
  type Returning,
  type RoomMember,
} from "./interface.js";
export { MemoryBroker, type MemoryBrokerOptions } from "./memory-broker.js";
export { checkClusterLimits, type ClusterLimits } from "./options.js";
