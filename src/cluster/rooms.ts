/** The rooms whose channels this node is subscribed to. */
import { roomChannel } from "./names.js";

/** Opens and closes subscriptions to channels. */
interface RoomChannels {
  /** Subscribes to a channel. @returns A promise that resolves when the engine has confirmed it. */
  readonly open: (channel: string) => Promise<void>;
  readonly close: (channel: string) => void;
  /** Called when a room is not subscribed to any more. */
  readonly onClosed: (room: string) => void;
}

/**
 * The rooms that are subscribed to: those with a member here, and those to which a member is about to
 * come back. Two rooms may share a channel, which then stays open for both.
 */
export class ClusterRooms {
  readonly #channels: RoomChannels;
  /** The number of holds on each room. */
  readonly #holds = new Map<string, number>();
  /** The rooms that are subscribed to, by channel. */
  readonly #byChannel = new Map<string, Set<string>>();

  constructor(channels: RoomChannels) {
    this.#channels = channels;
  }

  /** The rooms of a channel. */
  roomsOf(channel: string): readonly string[] {
    return [...(this.#byChannel.get(channel) ?? [])];
  }

  /** Subscribes to a room until `release` is called. A second call of `release` does nothing. */
  hold(room: string): { readonly ready: Promise<void>; readonly release: () => void } {
    const channel = roomChannel(room);
    this.#holds.set(room, (this.#holds.get(room) ?? 0) + 1);
    this.#byChannel.set(channel, (this.#byChannel.get(channel) ?? new Set()).add(room));
    const ready = this.#channels.open(channel);
    let isHeld = true;
    return {
      ready,
      release: () => {
        if (isHeld) this.#release(room, channel);
        isHeld = false;
      },
    };
  }

  #release(room: string, channel: string): void {
    const holds = (this.#holds.get(room) ?? 0) - 1;
    if (holds > 0) {
      this.#holds.set(room, holds);
      return;
    }
    this.#holds.delete(room);
    const rooms = this.#byChannel.get(channel);
    rooms?.delete(room);
    this.#channels.onClosed(room);
    if (rooms !== undefined && rooms.size > 0) return;
    this.#byChannel.delete(channel);
    this.#channels.close(channel);
  }
}
