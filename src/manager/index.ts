/**
 * The door of the layer, and of `plainsocket/manager`: connections and rooms, and the cluster's
 * part for applications.
 */
export type { AdmissionLimit, CloseAnswer, FullAnswer } from "./admission.js";
export type { BatchOptions, JoinMessages } from "./batches.js";
export type { Broadcastable, BroadcastOptions, BroadcastResult, Excepted } from "./broadcast.js";
export type {
  Broker,
  BrokerMetrics,
  BrokerPresence,
  BrokerReceiver,
  BrokerReplay,
  BrokerStatus,
  BrokerSubscription,
  CloseAllOptions,
  Cluster,
  ClusterCounts,
  ClusterEvent,
  ClusterFactory,
  ClusterLimits,
  ClusterLocal,
  ClusterMembers,
  LimitExceeded,
  Gap,
  MemoryBrokerOptions,
  OutboundMessage,
  ReplayEntry,
  Returning,
  RoomMember,
} from "../cluster/index.js";
export { MemoryBroker } from "../cluster/index.js";
export { ConnectionManager, type ManagerCloseAllOptions } from "./connection-manager.js";
export type { SendToStatus } from "./dispatch.js";
export type { Listener } from "../node/index.js";
export type { JoinStatus } from "./roster.js";
export type { ManagerEvents } from "./manager-events.js";
export type { ManagerOptions } from "./manager-options.js";
export type { FirstMessageCheck, RateLimit } from "./message-gate.js";
export type { PresenceDiff } from "./presence.js";
export {
  PROMETHEUS_CONTENT_TYPE,
  type PrometheusOptions,
  prometheusText,
} from "./metrics/prometheus.js";
export type { Counts, HistogramData, Metrics } from "./metrics/metrics.js";
export {
  type FetchMembersOptions,
  type JoinOptions,
  type PresenceOptions,
  type ResumeOptions,
  Room,
} from "./room.js";
export type { Authorize, LeaveReason, RoomAction } from "./rooms.js";
