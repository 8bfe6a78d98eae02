/**
 * Order among nodes: each message says where it stands in what its node has sent, and
 * which one was before it on the same channel. So a receiver, which hears some
 * channels and not others, can tell what came twice and what did not come.
 */

/** How many channels a node remembers to have sent on. Beyond that it forgets the one it has not used for longest. */
const MAX_CHANNELS = 10_000;

/** How many nodes are followed on a channel. Beyond that the one heard of first is forgotten, as most that died are. */
const MAX_NODES = 1_000;

/** Numbers what a node sends. */
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

/** What a message is to the one who hears the channel: the next; one after others that are missing; or one it has had. */
export type Place = "next" | "afterLoss" | "repeated";

/** Follows what other nodes send on the channels that are heard. */
export class Follower {
  readonly #maxNodes: number;
  readonly #channels = new Map<string, Map<string, number>>();

  constructor(maxNodes: number = MAX_NODES) {
    this.#maxNodes = maxNodes;
  }

  /** Takes note of a message. The first one of a node on a channel is the next, whatever was before. */
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

  /** The latest that was heard of a node on a channel; 0 when nothing was. */
  latestOf(channel: string, nodeId: string): number {
    return this.#channels.get(channel)?.get(nodeId) ?? 0;
  }

  /** The channel is not heard any more. */
  forgetChannel(channel: string): void {
    this.#channels.delete(channel);
  }

  /** The node will not send any more. */
  forgetNode(nodeId: string): void {
    for (const nodes of this.#channels.values()) nodes.delete(nodeId);
  }
}
