/** The door of the layer: connections, rooms, and what carries messages between server processes. */
export type { AdmissionLimit, CloseAnswer, FullAnswer } from "./admission.js";
export type { JoinMessages } from "./batches.js";
export type { Broadcastable, BroadcastResult } from "./broadcast.js";
export type {
  Broker,
  BrokerPresence,
  BrokerReceiver,
  BrokerReplay,
  BrokerStatus,
  BrokerSubscription,
  ReplayEntry,
} from "./broker.js";
export type { ClusterCounts, ClusterEvent, Gap } from "./cluster-event.js";
export type {
  CloseAllOptions,
  Cluster,
  ClusterFactory,
  ClusterLocal,
  ClusterMembers,
  OutboundMessage,
  RoomMember,
} from "./cluster-local.js";
export type { ClusterLimits } from "./cluster-options.js";
export type { Returning } from "./cluster-replay.js";
export { ConnectionManager, type ManagerCloseAllOptions } from "./connection-manager.js";
export type { SendToStatus } from "./dispatch.js";
export type { Listener } from "../node/index.js";
export type { JoinStatus } from "./managed-connection.js";
export type { ManagerEvents } from "./manager-events.js";
export type { BatchOptions, ManagerOptions } from "./manager-options.js";
export type { FirstMessageCheck, RateLimit } from "./message-gate.js";
export type { PresenceDiff } from "./presence.js";
export { MemoryBroker, type MemoryBrokerOptions } from "./memory-broker.js";
export type { HistogramData } from "./metrics-histogram.js";
export {
  PROMETHEUS_CONTENT_TYPE,
  type PrometheusOptions,
  prometheusText,
} from "./metrics-prometheus.js";
export type { BrokerMetrics, Counts, Metrics } from "./metrics.js";
export { type BroadcastOptions, type Excepted, type ResumeOptions, Room } from "./room.js";
export type { Authorize, LeaveReason, RoomAction } from "./rooms.js";
