/** The core: all parts of a manager, and how they are joined. */
import {
  type Cluster,
  type ClusterLocal,
  type OutboundMessage,
  createNodeId,
} from "../cluster/index.js";
import {
  type ResolvedShutdownOptions,
  type WebSocketConnection,
  resolveShutdownOptions,
} from "../node/index.js";
import { Batches } from "./batches.js";
import { type Audience, Dispatch, roomBatchKey } from "./dispatch.js";
import { Intake } from "./intake.js";
import type { Announce } from "./manager-events.js";
import type { ResolvedManagerOptions } from "./manager-options.js";
import type { MetricsRecorder } from "./metrics/recorder.js";
import { PresenceChanges } from "./presence.js";
import { type RoomEvents, Rooms, stateOf } from "./rooms.js";
import { Roster, connectionsOf } from "./roster.js";

export class ManagerCore<Data> {
  readonly nodeId: string = createNodeId();
  readonly options: ResolvedManagerOptions<Data>;
  readonly roster: Roster<Data> = new Roster();
  readonly rooms: Rooms<Data>;
  readonly batches: Batches;
  readonly dispatch: Dispatch<Data>;
  readonly intake: Intake<Data>;
  readonly recorder: MetricsRecorder;

  /** @param wants - Tells whether the manager has listeners for this event of its connections. */
  constructor(
    options: ResolvedManagerOptions<Data>,
    recorder: MetricsRecorder,
    announce: Announce<Data>,
    wants: (name: "message" | "close") => boolean,
  ) {
    const { nodeId, roster } = this;
    this.options = options;
    this.recorder = recorder;
    this.batches = new Batches({
      clock: options.clock,
      ...options.batch,
      onHandlerError: options.onHandlerError,
    });
    const presence = new PresenceChanges((room, diff) => {
      void announce(undefined, "presence", room, diff);
    });
    this.rooms = new Rooms({ ...options, ...this.#roomEvents(announce, presence) });
    const { rooms, batches } = this;
    this.dispatch = new Dispatch({ nodeId, roster, rooms, batches, recorder, announce });
    this.intake = new Intake({
      nodeId,
      options,
      roster,
      rooms,
      recorder,
      announce,
      wants,
    });
    if (options.cluster !== undefined) {
      this.dispatch.cluster = options.cluster(this.#asLocal(announce));
    }
    for (const server of options.servers) this.intake.attach(server);
  }

  /** The other processes; an object that does nothing when there is no cluster. */
  get cluster(): Cluster {
    return this.dispatch.cluster;
  }

  /**
   * Sends all batches, closes all connections of this process, and cuts those that have not
   * ended at the deadline.
   *
   * @returns Resolves when all connections have ended.
   */
  async closeAll({ code, reason, deadlineMs }: ResolvedShutdownOptions): Promise<void> {
    this.batches.flushAll();
    const all = Array.from(connectionsOf(this.roster.all));
    for (const connection of all) connection.close(code, reason, BEHIND_WORK);
    await this.#ended(all, deadlineMs);
  }

  /** As {@link ConnectionManager.shutdown}. */
  async shutdown(options: ResolvedShutdownOptions): Promise<void> {
    const { servers } = this.options;
    // The guards stay until all is over, and all servers are told in one turn: nobody gets in between.
    this.intake.stop(options);
    const closed = this.closeAll(options);
    const stopped = servers.map((server) => server.shutdown(options));
    try {
      await Promise.all([closed, ...stopped]);
    } finally {
      this.intake.detachAll();
      await this.cluster.close();
    }
  }

  /** Resolves when all transports have ended. At the deadline it cuts those that have not. */
  async #ended(
    connections: readonly WebSocketConnection<Data>[],
    deadlineMs: number,
  ): Promise<void> {
    const timer = this.options.clock.setTimer(() => {
      for (const connection of connections) connection.terminate();
    }, deadlineMs);
    // `closed` would wait for listeners at work, and one of them may hang.
    await Promise.all(connections.map(transportEnd));
    timer.cancel();
  }

  /** Reports what happens in rooms to the manager's listeners, to other processes, and to the presence. */
  #roomEvents(announce: Announce<Data>, presence: PresenceChanges): RoomEvents<Data> {
    return {
      // The messages of the batch are for the members before the join.
      onJoining: (room) => this.batches.flush(roomBatchKey(room)),
      onJoin: (managed, room) => {
        const { connection, id } = managed;
        const state = stateOf(managed, room);
        presence.add(room, id, undefined, { state });
        this.cluster.presenceChanged(room, id, state);
        void announce(connection, "join", connection, room);
      },
      onLeave: ({ connection, id }, room, reason, state) => {
        presence.add(room, id, { state }, undefined);
        this.cluster.presenceChanged(room, id, undefined);
        void announce(connection, "leave", connection, room, reason);
      },
      onState: ({ id }, room, before, after) => {
        presence.add(room, id, { state: before }, { state: after });
        this.cluster.presenceChanged(room, id, after);
      },
      onCreated: (room) => {
        this.cluster.roomOpened(room);
        void announce(undefined, "created", room);
      },
      onRemoved: (room) => {
        this.cluster.roomClosed(room);
        void announce(undefined, "removed", room);
      },
    };
  }

  #asLocal(announce: Announce<Data>): ClusterLocal {
    const to = (audience: Audience, message: OutboundMessage, exceptIds: readonly string[]): void =>
      this.dispatch.deliver(audience, message, exceptIds);
    return {
      nodeId: this.nodeId,
      deliverToAll: (message, exceptIds) => to({ type: "all" }, message, exceptIds),
      deliverToRoom: (room, message, exceptIds) => to({ type: "room", room }, message, exceptIds),
      deliverToUser: (user, message, exceptIds) => to({ type: "user", user }, message, exceptIds),
      deliverTo: (id, message) => this.dispatch.deliverTo(id, message),
      membersOf: (room) => this.rooms.membersOf(room),
      rooms: () => this.rooms.membership.groups(),
      closeAll: async (options) => this.closeAll(resolveShutdownOptions(options)),
      happened: (event) => void announce(undefined, "cluster", event),
    };
  }
}

/** Resolves when the transport of a connection has ended, perhaps long ago. */
function transportEnd<Data>(connection: WebSocketConnection<Data>): Promise<void> {
  return new Promise((resolve) => {
    connection.on("end", () => resolve());
  });
}

/** The deadline decides how long listeners at work have, so a close waits for them without a limit. */
const BEHIND_WORK = { waitForHandlerMs: Infinity };
