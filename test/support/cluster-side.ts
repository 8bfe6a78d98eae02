/** One side of the conversation of nodes, without a cluster around it. */
import { vi } from "vitest";
import type { Broker } from "../../src/cluster/broker.js";
import { NODES, nodeChannel, roomChannel } from "../../src/cluster/names.js";
import { ClusterConversation } from "../../src/cluster/conversation.js";
import type { ClusterEvent, RoomMember } from "../../src/cluster/interface.js";
import { ClusterLink } from "../../src/cluster/link.js";
import { resolveClusterOptions } from "../../src/cluster/options.js";
import type { Clock } from "../../src/node/platform.js";
import { describeMembers } from "./cluster.js";

/** One side of a conversation, and what it has heard the others say. */
export class Side {
  readonly conversation: ClusterConversation;
  readonly link: ClusterLink;
  readonly rooms = new Map<string, RoomMember[]>();
  readonly heard: string[] = [];
  readonly events: ClusterEvent[] = [];
  readonly closed: object[] = [];
  readonly onDeaf = vi.fn<() => void>();

  constructor(nodeId: string, broker: Broker, clock: Clock) {
    const options = resolveClusterOptions({ broker, clock }, (event) => this.events.push(event));
    this.link = new ClusterLink({
      ...options,
      nodeId,
      onEnvelope: (envelope) => {
        const { from, body } = envelope;
        if (body.type === "delivery") throw new Error("nobody has sent one");
        this.heard.push(`${from} ${body.type}`);
        if (body.type !== "farewell") this.conversation.nodes.heard(from);
        this.conversation.received(envelope, body);
      },
      onOwn: () => {},
      onLoss: () => {},
    });
    const local = {
      nodeId,
      deliverToAll: () => {},
      deliverToRoom: () => {},
      deliverToUser: () => {},
      deliverTo: () => {},
      membersOf: (room: string) => this.rooms.get(room) ?? [],
      rooms: () => this.rooms.keys(),
      closeAll: async (how: object) => {
        this.closed.push(how);
        throw new RangeError("there is no such code");
      },
    };
    this.conversation = new ClusterConversation(local, this.link, options, this.onDeaf);
    for (const channel of [NODES, nodeChannel(nodeId)]) void this.link.open(channel);
  }

  /** Gives the side members from now on, and tells nobody. */
  has(room: string, ...ids: readonly string[]): void {
    this.rooms.set(
      room,
      ids.map((id) => ({ id, state: null })),
    );
  }

  open(room: string): void {
    this.conversation.roomOpened(room, this.link.open(roomChannel(room)));
  }

  known(room: string): string[] {
    return describeMembers(this.conversation.knownMembersOf(room));
  }
}
