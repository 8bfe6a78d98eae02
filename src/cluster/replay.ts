/** Replay: a member that comes back gets the messages that it has missed. */
import type { Clock } from "../node/index.js";
import type { BrokerReplay, ReplayEntry } from "./broker.js";
import { roomChannel } from "./names.js";
import type { OutboundMessage, Returning } from "./interface.js";
import { type Delivery, parseEnvelope } from "./message.js";

/** Names a message of a room. Only a connection that got the message can know it. */
export type Offset = string;

interface ReplayOptions {
  readonly clock: Clock;
  readonly nodeId: string;
  readonly replay: BrokerReplay;
  /** Subscribes to the room until `release` is called. */
  readonly hold: (room: string) => { readonly ready: Promise<void>; readonly release: () => void };
  /** The latest sequence number of a node in a room. */
  readonly latestOf: (room: string, nodeId: string) => number;
}

/** A message with its node and sequence number. */
interface Numbered {
  readonly from: string;
  readonly sequence: number;
  readonly message: OutboundMessage;
}

/** Separates the engine's name of a message from its nonce. */
const SEPARATOR = "~";

/**
 * Gives members that come back the messages that they have missed, in order and once.
 *
 * An offset holds the engine's number of a message and the message's nonce. Numbers can be guessed,
 * nonces cannot. So an offset from another room, from an earlier run of the engine, or one that was
 * made up fits no message, and that is a gap.
 */
export class ClusterReplay {
  readonly #options: ReplayOptions;
  readonly #positions = new Map<string, Offset>();
  /** Own messages that wait for the engine, by room. The engine may not have kept them yet. */
  readonly #waiting = new Map<string, Map<number, OutboundMessage>>();
  /** The messages that were delivered since a member began to come back, by room. */
  readonly #recordings = new Map<string, Set<Numbered[]>>();
  /** Connections that got a message before it arrived here from its node, by room. */
  readonly #ahead = new Map<string, readonly Ahead[]>();

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Makes a nonce for a message, so that its offset cannot be guessed. */
  nonce(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return btoa(String.fromCharCode(...bytes));
  }

  /** The offset of the latest message of a room that came from the engine. */
  positionOf(room: string): Offset | undefined {
    return this.#positions.get(room);
  }

  /** Called when an own message was delivered here, and waits for the engine. */
  sent(room: string, sequence: number, message: OutboundMessage): void {
    const waiting = this.#waiting.get(room) ?? new Map<number, OutboundMessage>();
    this.#waiting.set(room, waiting.set(sequence, message));
    this.#record(room, { from: this.#options.nodeId, sequence, message });
  }

  /** Called when an own message does not wait for the engine any more: it is kept, or was given up. */
  settled(room: string, sequence: number): void {
    const waiting = this.#waiting.get(room);
    waiting?.delete(sequence);
    if (waiting?.size === 0) this.#waiting.delete(room);
  }

  /** Called when an own message has come back from the engine. */
  cameBack(room: string, { nonce }: Delivery, offset: string | undefined): void {
    this.#moveTo(room, offset, nonce);
  }

  /**
   * Called when a message of another node is about to be delivered here.
   *
   * @returns The connections that have got it already.
   */
  received(room: string, one: Numbered, { nonce }: Delivery, offset?: string): readonly string[] {
    this.#moveTo(room, offset, nonce);
    this.#record(room, one);
    const ahead = this.#ahead.get(room);
    if (ahead === undefined) return [];
    // Earlier messages of the node do not come any more.
    const rest = ahead.filter(({ from, sequence }) => from !== one.from || sequence > one.sequence);
    if (rest.length > 0) this.#ahead.set(room, rest);
    else this.#ahead.delete(room);
    return ahead.flatMap(({ connectionId, ...other }) =>
      keyOf(other) === keyOf(one) ? [connectionId] : [],
    );
  }

  /** Forgets a room that is not subscribed to any more. */
  forget(room: string): void {
    this.#positions.delete(room);
    this.#ahead.delete(room);
  }

  /**
   * Finds the messages that a member has missed in a room, and lets it join at the moment from which
   * on it gets all others as they come.
   *
   * @returns `"gap"` when the missed messages are not known: the offset is not of this room or too
   *   old, or the engine does not answer in time. Then the member has not joined. Rejects only when
   *   `join` throws.
   */
  async resume(room: string, returning: Returning): Promise<"resumed" | "gap"> {
    const { clock, hold } = this.#options;
    const { offset, timeoutMs } = returning;
    const recording = this.#startRecording(room);
    const { ready, release } = hold(room);
    try {
      const reading = ready.then(async () => this.#read(room, offset));
      const kept = await inTime(clock, timeoutMs, reading);
      if (kept === "gap") return "gap";
      this.#join(room, kept, recording, returning);
      return "resumed";
    } finally {
      this.#stopRecording(room, recording);
      release();
    }
  }

  async #read(room: string, offset: string): Promise<KeptMessage[] | "gap"> {
    const [place = "", nonce = ""] = offset.split(SEPARATOR, 2);
    const entries = await this.#options.replay.read(roomChannel(room), place);
    if (entries === "gap") return "gap";
    const [last, ...missed] = entries.map((entry) => keptMessage(entry, room));
    if (last === undefined || last === "other" || last.nonce !== nonce) return "gap";
    return [last, ...missed.filter((one) => one !== "other")];
  }

  #join(
    room: string,
    [last, ...missed]: readonly KeptMessage[],
    recording: readonly Numbered[],
    { connectionId, join }: Returning,
  ): void {
    const { nodeId, latestOf } = this.#options;
    const all = new Map<string, Numbered>();
    for (const one of [...missed, ...recording]) all.set(keyOf(one), all.get(keyOf(one)) ?? one);
    if (last !== undefined) all.delete(keyOf(last));
    const underWay = missed.filter(
      ({ from, sequence }) => from !== nodeId && sequence > latestOf(room, from),
    );
    join(Array.from(all.values(), ({ message }) => message));
    const ahead = underWay.map(({ from, sequence }) => ({ from, sequence, connectionId }));
    if (ahead.length > 0) this.#ahead.set(room, [...(this.#ahead.get(room) ?? []), ...ahead]);
  }

  #moveTo(room: string, offset: string | undefined, nonce: string | undefined): void {
    if (offset === undefined || nonce === undefined) return;
    this.#positions.set(room, offset + SEPARATOR + nonce);
  }

  #record(room: string, one: Numbered): void {
    for (const recording of this.#recordings.get(room) ?? []) recording.push(one);
  }

  /** Records the messages that are delivered from now on, after own ones that may not be kept yet. */
  #startRecording(room: string): Numbered[] {
    const own = Array.from(this.#waiting.get(room) ?? [], ([sequence, message]) => ({
      from: this.#options.nodeId,
      sequence,
      message,
    }));
    this.#recordings.set(room, (this.#recordings.get(room) ?? new Set()).add(own));
    return own;
  }

  #stopRecording(room: string, recording: Numbered[]): void {
    const recordings = this.#recordings.get(room);
    recordings?.delete(recording);
    if (recordings?.size === 0) this.#recordings.delete(room);
  }
}

/** A message that a connection got before it arrived here from its node. */
interface Ahead {
  readonly from: string;
  readonly sequence: number;
  readonly connectionId: string;
}

interface KeptMessage extends Numbered {
  readonly nonce: string | undefined;
}

/** Reads a kept message. @returns `"other"` when it is not for this room: rooms with long names share a channel. */
function keptMessage({ payload }: ReplayEntry, room: string): KeptMessage | "other" {
  const envelope = parseEnvelope(payload);
  if (typeof envelope === "string") return "other";
  const { from, sequence, body } = envelope;
  if (body.type !== "delivery" || body.room !== room) return "other";
  const { message, nonce } = body;
  return { from, sequence, message, nonce };
}

function keyOf({ from, sequence }: Pick<Numbered, "from" | "sequence">): string {
  return `${from} ${sequence}`;
}

/** Waits for `work`. @returns `"gap"` when it fails, or is not done in time. */
function inTime<Value>(
  clock: Clock,
  timeoutMs: number,
  work: Promise<Value>,
): Promise<Value | "gap"> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => resolve("gap"), timeoutMs);
    work.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      () => {
        timer.cancel();
        resolve("gap");
      },
    );
  });
}
