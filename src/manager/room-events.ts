import type { Cluster } from "../cluster/index.js";
import type { Announce } from "./manager-events.js";
import type { PresenceChanges } from "./presence.js";
import { type RoomEvents, stateOf } from "./rooms.js";

export interface RoomEventTargets<Data> {
  readonly announce: Announce<Data>;
  readonly cluster: () => Cluster;
  readonly presence: PresenceChanges;
  /** Sends the batch of a room: its messages are for the members before a join. */
  readonly flush: (room: string) => void;
}

/** Reports what happens in rooms to the manager's listeners, to other processes, and to the presence. */
export function roomEventsFor<Data>({
  announce,
  cluster,
  presence,
  flush,
}: RoomEventTargets<Data>): RoomEvents<Data> {
  return {
    onJoining: flush,
    onJoin: (managed, room) => {
      const { connection, id } = managed;
      const state = stateOf(managed, room);
      presence.add(room, id, undefined, { state });
      cluster().presenceChanged(room, id, state);
      void announce(connection, "join", connection, room);
    },
    onLeave: ({ connection, id }, room, reason, state) => {
      presence.add(room, id, { state }, undefined);
      cluster().presenceChanged(room, id, undefined);
      void announce(connection, "leave", connection, room, reason);
    },
    onState: ({ id }, room, before, after) => {
      presence.add(room, id, { state: before }, { state: after });
      cluster().presenceChanged(room, id, after);
    },
    onCreated: (room) => {
      cluster().roomOpened(room);
      void announce(undefined, "created", room);
    },
    onRemoved: (room) => {
      cluster().roomClosed(room);
      void announce(undefined, "removed", room);
    },
  };
}
