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
export {
  type BrokerMetrics,
  type CloseAllOptions,
  type Cluster,
  type ClusterCounts,
  type ClusterEvent,
  type ClusterFactory,
  type ClusterLocal,
  type ClusterMembers,
  type Gap,
  type LimitExceeded,
  NO_CLUSTER,
  type OutboundMessage,
  type Returning,
  type RoomMember,
} from "./interface.js";
export { MemoryBroker, type MemoryBrokerOptions } from "./memory-broker.js";
export { checkClusterLimits, type ClusterLimits } from "./options.js";
