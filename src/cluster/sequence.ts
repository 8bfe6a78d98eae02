/**
 * Order among nodes: each message has its number among all of its node, and the number of the node's
 * previous message on the same channel. So a node that is subscribed to only some channels can tell
 * which messages came twice, and which are missing.
 */

/**
 * The number of channels of which a node remembers its latest number. Beyond it the least recently
 * used one is forgotten.
 */
const MAX_CHANNELS = 10_000;

/**
 * The number of nodes that are followed on a channel. Beyond it the oldest is forgotten, which most
 * likely has gone.
 */
const MAX_NODES = 1_000;

/** Numbers the messages of this node. */
export class Sequencer {
  readonly #maxChannels: number;
  readonly #latest = new Map<string, number>();
  #sequence = 0;
  #hasForgotten = false;

  constructor(maxChannels: number = MAX_CHANNELS) {
    this.#maxChannels = maxChannels;
  }

  /** The number of the latest message. */
  get latest(): number {
    return this.#sequence;
  }

  /** Gives the next number, and the previous one on the channel; `undefined` when that is forgotten. */
  next(channel: string): { readonly sequence: number; readonly previous: number | undefined } {
    const known = this.#latest.get(channel);
    const previous = known ?? (this.#hasForgotten ? undefined : 0);
    const sequence = ++this.#sequence;
    this.#latest.delete(channel);
    this.#latest.set(channel, sequence);
    if (this.#latest.size > this.#maxChannels) this.#forgetOne();
    return { sequence, previous };
  }

  #forgetOne(): void {
    const [first] = this.#latest.keys();
    if (first !== undefined) this.#latest.delete(first);
    this.#hasForgotten = true;
  }
}

/** The place of a message in its channel: the next one, one after others that are missing, or one that came before. */
export type Place = "next" | "afterLoss" | "repeated";

/** Follows the numbers of other nodes on the channels that are subscribed to. */
export class Follower {
  readonly #maxNodes: number;
  readonly #channels = new Map<string, Map<string, number>>();

  constructor(maxNodes: number = MAX_NODES) {
    this.#maxNodes = maxNodes;
  }

  /** Takes note of a message. A node's first message on a channel counts as the next, whatever its number. */
  place(
    channel: string,
    nodeId: string,
    { sequence, previous }: { readonly sequence: number; readonly previous?: number | undefined },
  ): Place {
    const nodes = this.#channels.get(channel) ?? new Map<string, number>();
    this.#channels.set(channel, nodes);
    const latest = nodes.get(nodeId);
    if (latest !== undefined && sequence <= latest) return "repeated";
    nodes.set(nodeId, sequence);
    const [first] = nodes.size > this.#maxNodes ? nodes.keys() : [];
    if (first !== undefined) nodes.delete(first);
    const isMissed = latest !== undefined && previous !== undefined && previous > latest;
    return isMissed ? "afterLoss" : "next";
  }

  /** The latest number of a node on a channel; 0 when none has come. */
  latestOf(channel: string, nodeId: string): number {
    return this.#channels.get(channel)?.get(nodeId) ?? 0;
  }

  /** Forgets a channel that is not subscribed to any more. */
  forgetChannel(channel: string): void {
    this.#channels.delete(channel);
  }

  /** Forgets a node that will not send any more. */
  forgetNode(nodeId: string): void {
    for (const nodes of this.#channels.values()) nodes.delete(nodeId);
  }
}
