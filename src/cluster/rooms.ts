import { roomChannel } from "./names.js";

/** How channels are heard. */
export interface RoomChannels {
  /** @returns A promise that resolves when the channel is heard. */
  readonly open: (channel: string) => Promise<void>;
  readonly close: (channel: string) => void;
  /** Called when a room is not heard any more. */
  readonly onClosed: (room: string) => void;
}

/**
 * Which rooms are heard: those with a member here, and those that somebody is about to
 * come back to. Two rooms may share a channel, which is then heard for both.
 */
export class ClusterRooms {
  readonly #channels: RoomChannels;
  /** How many reasons there are to hear a room. */
  readonly #holds = new Map<string, number>();
  /** The rooms heard, by channel. */
  readonly #byChannel = new Map<string, Set<string>>();

  constructor(channels: RoomChannels) {
    this.#channels = channels;
  }

  /** The rooms that a channel is heard for. */
  roomsOf(channel: string): readonly string[] {
    return [...(this.#byChannel.get(channel) ?? [])];
  }

  /** Hears the room until `release` is called; calling that again does nothing. */
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
