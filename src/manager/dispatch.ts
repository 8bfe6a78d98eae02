/** The way of a message to connections of this process and of others. */
import { checkOptions, type Names } from "../input/index.js";
import { type Cluster, NO_CLUSTER, nodeIdOf, type OutboundMessage } from "../cluster/index.js";
import type { SendStatus } from "../node/index.js";
import {
  COPIED_PAYLOAD_BYTES,
  isPreparedMessage,
  type PreparedMessage,
  type SendOptions,
  toMessage,
} from "../protocol/index.js";
import type { Batched, Batches } from "./batches.js";
import {
  type Broadcastable,
  BROADCAST_OPTIONS,
  type BroadcastOptions,
  type BroadcastResult,
  deliver,
  exceptionsOf,
  NOBODY_REACHED,
  toPrepared,
} from "./broadcast.js";
import type { ManagedConnection, Roster } from "./roster.js";
import type { Announce } from "./manager-events.js";
import type { MetricsRecorder } from "./metrics/recorder.js";
import type { Rooms } from "./rooms.js";

/** The receivers of a message. */
export type Audience =
  | { readonly type: "all" }
  | { readonly type: "room"; readonly room: string }
  | { readonly type: "user"; readonly user: string };

/** The outcome of a message to one connection. `"remote"`: it went to another process. */
export type SendToStatus = SendStatus | "remote" | "unknown";

/** A connection for which more bytes wait does not get volatile messages. */
const VOLATILE_BYTES = 65_536;

const SEND_TO: Names<SendOptions> = {
  owner: "sendTo()",
  known: { type: true, compress: true },
  advice: { onWritten: "give it to send() of a connection of this process, which get() finds" },
};

interface DispatchOptions<Data> {
  readonly nodeId: string;
  readonly roster: Roster<Data>;
  readonly rooms: Rooms<Data>;
  readonly batches: Batches;
  readonly recorder: MetricsRecorder;
  readonly announce: Announce<Data>;
}

export class Dispatch<Data> {
  /** The way to other processes. The core sets it when it has made the cluster, which needs this object. */
  cluster: Cluster = NO_CLUSTER;
  readonly #options: DispatchOptions<Data>;

  constructor(options: DispatchOptions<Data>) {
    this.#options = options;
  }

  /** @throws {TypeError} `data` cannot be sent. Nothing was sent. */
  broadcast(
    audience: Audience,
    data: Broadcastable,
    options: BroadcastOptions<Data>,
  ): BroadcastResult {
    checkOptions(options, BROADCAST_OPTIONS);
    const { scope = "cluster", volatile = false, batchMs } = options;
    const message = toPrepared(data, options);
    const exceptIds = options.except === undefined ? NO_IDS : this.#idsOf(options.except);
    const batched = { message, exceptIds, scope, isVolatile: volatile };
    const { batches } = this.#options;
    if (batchMs !== undefined) {
      const key = batchKeyOf(audience);
      batches.add(key, batchMs, batched, (one) => void this.#send(audience, one));
      return NOBODY_REACHED;
    }
    if (!batches.isEmpty) batches.flush(batchKeyOf(audience)); // this message must not overtake them
    return this.#send(audience, batched);
  }

  /** @throws {TypeError} `data` cannot be sent. */
  sendTo(id: string, data: Broadcastable, options: SendOptions): SendToStatus {
    checkOptions(options, SEND_TO);
    const { roster, nodeId } = this.#options;
    const managed = roster.withId(id);
    if (managed !== undefined) return sendToOne(managed, ownOf(data), options);
    const message = toPrepared(data, options);
    if (this.cluster === NO_CLUSTER || nodeIdOf(id) === nodeId) return "unknown";
    this.cluster.sendTo(id, message);
    return "remote";
  }

  /** Sends to a connection, if this process has it. */
  deliverTo(id: string, message: OutboundMessage): void {
    const managed = this.#options.roster.withId(id);
    if (managed !== undefined) sendToOne(managed, message.data, message);
  }

  /** Sends a message of another process to the connections of an audience in this one. */
  deliver(audience: Audience, message: OutboundMessage, exceptIds: readonly string[]): void {
    const prepared = toPrepared(isPreparedMessage(message) ? message : message.data, message);
    this.#deliver(audience, prepared, exceptIds);
  }

  #deliver(
    audience: Audience,
    message: PreparedMessage,
    exceptIds: readonly string[],
    maxWaitingBytes?: number,
  ): BroadcastResult {
    const { recorder, announce } = this.#options;
    const room = audience.type === "room" ? audience.room : undefined;
    const result = deliver(this.#recipients(audience), message, {
      room,
      exceptIds: exceptIds.length > 0 ? new Set(exceptIds) : undefined,
      maxWaitingBytes,
    });
    recorder.broadcast(message.length, result.sent + result.buffered);
    void announce(undefined, "broadcast", result, room, message);
    return result;
  }

  #recipients(audience: Audience): Iterable<ManagedConnection<Data>> {
    const { roster, rooms } = this.#options;
    if (audience.type === "all") return roster.all.values();
    return audience.type === "room"
      ? rooms.membership.membersOf(audience.room)
      : roster.users.membersOf(audience.user);
  }

  #forward(audience: Audience, message: OutboundMessage, exceptIds: readonly string[]): void {
    if (audience.type === "user") this.cluster.sendToUser(audience.user, message, exceptIds);
    else {
      const room = audience.type === "room" ? audience.room : undefined;
      this.cluster.broadcast(room, message, exceptIds);
    }
  }

  #send(audience: Audience, { message, exceptIds, scope, isVolatile }: Batched): BroadcastResult {
    const isForAll = scope === "cluster" && this.cluster !== NO_CLUSTER;
    if (isForAll) this.#forward(audience, message, exceptIds);
    return this.#deliver(audience, message, exceptIds, isVolatile ? VOLATILE_BYTES : undefined);
  }

  #idsOf(except: NonNullable<BroadcastOptions<Data>["except"]>): string[] {
    return exceptionsOf(except).flatMap((one) =>
      typeof one === "string" ? one : (this.#options.roster.of(one)?.id ?? []),
    );
  }
}

const NO_IDS: readonly string[] = [];

function batchKeyOf(audience: Audience): string {
  if (audience.type === "all") return "all";
  return audience.type === "room" ? roomBatchKey(audience.room) : `user ${audience.user}`;
}

/** The key of a room's batch. */
export function roomBatchKey(room: string): string {
  return `room ${room}`;
}

/** Copies bytes, as for a broadcast: the caller is not told when they are out, and may write to them. */
function ownOf(data: Broadcastable): Broadcastable {
  if (typeof data === "string" || isPreparedMessage(data)) return data;
  const message = toMessage(data);
  const isCopied = typeof message === "string" || message.length <= COPIED_PAYLOAD_BYTES;
  return isCopied ? message : new Uint8Array(message);
}

/** A connection that is not authenticated yet is unknown: nobody can have been told its id. */
function sendToOne<Data>(
  { connection, isAuthenticated }: ManagedConnection<Data>,
  data: Broadcastable,
  { type, compress }: SendOptions,
): SendToStatus {
  return isAuthenticated ? connection.send(data, { type, compress }) : "unknown";
}
