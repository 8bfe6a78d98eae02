/** Two ends of ours that say at random what they may, over a {@link Kernel}; and what must be true of it. */
import { ReadyState } from "../../src/protocol/index.js";
import { type Random, seeded } from "./deflate-corpora.js";
import { DisorderedClock, Kernel } from "./kernel.js";
import { NO_DEFLATE_LIMITS, over } from "./raw-peer.js";
import { Witness } from "./witness.js";
import { turn } from "./wire-signal.js";

const STEPS = 60;

/** More than all deadlines of a connection together. */
const ALL_DEADLINES_MS = 200_000;

/** More than a conversation takes that ends at all. */
const MOST_STEPS = 20_000;

interface Sent {
  readonly text: string;
  /** `"written"` when the system has taken it; `"failed"` when the connection said that it did not go out. */
  fate: "unknown" | "written" | "failed";
}

/** One end, all that it has sent, and all that came. */
class Side {
  readonly witness: Witness;
  readonly sent: Sent[] = [];
  readonly received: string[] = [];
  /** It drops what comes behind that, as documented. */
  hasClosed = false;
  hasTerminated = false;
  readonly #random: Random;
  readonly #name: string;

  constructor(name: string, random: Random, connection: Witness["connection"]) {
    this.#name = name;
    this.#random = random;
    this.witness = new Witness(connection);
    connection.on("message", (message) => {
      this.received.push(message.toString());
      if (random() < 0.2) return turn(); // the next message waits
      return undefined;
    });
  }

  /** One thing that an application may do. */
  act(): void {
    const { connection } = this.witness;
    const dice = this.#below(100);
    if (dice < 55) this.#send();
    else if (dice < 65) this.#stream();
    else if (dice < 75) connection.ping().catch(() => {});
    else if (dice < 80) connection.pong("unasked");
    else if (dice < 86) connection.pause();
    else if (dice < 95) connection.resume();
    else if (dice < 97 || this.hasClosed) connection.pong();
    else if (dice < 99) this.close();
    else {
      this.hasTerminated = true;
      connection.terminate();
    }
  }

  close(): void {
    this.hasClosed = true;
    this.witness.connection.close(1000 + 2000 * this.#below(2), "bye");
  }

  get isOver(): boolean {
    return this.witness.closes.length > 0;
  }

  #text(): string {
    const length = this.#below(12) === 0 ? this.#below(40_000) : this.#below(150);
    return `${this.#name}${this.sent.length} ${"lorem ipsum \u20ac ".repeat(length / 14)}`;
  }

  #send(): void {
    const sent: Sent = { text: this.#text(), fate: "unknown" };
    const data = this.#below(2) === 0 ? sent.text : Buffer.from(sent.text);
    const onWritten = (error: unknown): void => {
      sent.fate = error === undefined ? "written" : "failed";
    };
    this.sent.push(sent);
    const status = this.witness.connection.send(data, { onWritten });
    if (status === "closed" || status === "dropped") sent.fate = "failed";
  }

  #stream(): void {
    const sent: Sent = { text: this.#text(), fate: "unknown" };
    const middle = sent.text.length >> 1;
    const parts = [sent.text.slice(0, middle), "", sent.text.slice(middle)];
    this.sent.push(sent);
    const stream = async function* source(): AsyncGenerator<string> {
      for (const part of parts) {
        await turn();
        yield part;
      }
    };
    const settle = (status: string): void => {
      sent.fate = status === "sent" ? "written" : "failed";
    };
    this.witness.connection.sendStream(stream()).then(settle, () => settle("failed"));
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

export interface Conversation {
  /** Messages that have arrived. */
  readonly delivered: number;
  /** Directions in which nothing excused a loss. */
  readonly heldWays: number;
}

/** Plays one conversation. @throws {Error} What is not as it must be. */
export async function converse(seed: number): Promise<Conversation> {
  const random = seeded(Math.imul(seed + 1, 0x9e3779b1));
  for (let i = 0; i < 5; i++) random(); // seeds that are close begin alike
  const kernel = new Kernel(random);
  const clock = new DisorderedClock(random);
  const deflate = random() < 0.5 ? NO_DEFLATE_LIMITS : undefined;
  const side = (role: "client" | "server", i: 0 | 1): Side => {
    const options = { role, clock, ...(deflate && { deflate }) };
    return new Side(role, random, over(kernel.sockets[i], undefined, options));
  };
  const [client, server] = [side("client", 0), side("server", 1)];

  for (let i = 0; i < STEPS; i++) {
    const dice = random();
    if (dice < 0.45) (random() < 0.5 ? client : server).act();
    else if (dice < 0.95) kernel.step();
    else if (dice < 0.97) clock.advance(random() * 20_000);
    else if (dice < 0.973) kernel.reset();
    else if (dice < 0.976) kernel.halfClose();
    else if (dice < 0.979) kernel.stall();
    if (random() < 0.7) await turn();
  }
  await finish(kernel, clock, [client, server]);
  const held = [check(kernel, client, server), check(kernel, server, client)];
  if (clock.timers > 0) throw new Error(`${clock.timers} timers are left`);
  const delivered = client.received.length + server.received.length;
  return { delivered, heldWays: held.filter(Boolean).length };
}

/** Lets all arrive, then closes; and lets time pass where that does not help. */
async function finish(
  kernel: Kernel,
  clock: DisorderedClock,
  sides: readonly [Side, Side],
): Promise<void> {
  for (let step = 0, idle = 0; !sides.every(({ isOver }) => isOver); step++) {
    if (step > MOST_STEPS) throw new Error("it does not end");
    for (const { witness } of sides) witness.connection.resume();
    idle = kernel.step() ? 0 : idle + 1;
    await turn();
    if (
      idle === 20 &&
      sides.every(({ witness }) => witness.connection.readyState === ReadyState.OPEN)
    ) {
      sides[0].witness.connection.close(1000);
    }
    if (idle > 40) clock.advance(ALL_DEADLINES_MS);
  }
  // What ends late ends soon: how many messages come in a turn depends on the time that they take.
  for (let i = 0; i < 5 || (clock.timers > 0 && i < 200); i++) await turn();
}

/**
 * Looks at what the receiver got of what the sender said.
 *
 * @returns Whether all of it had to arrive.
 * @throws {Error} What is not as it must be.
 */
function check(kernel: Kernel, sender: Side, receiver: Side): boolean {
  const { faults } = sender.witness;
  if (faults.length > 0) throw new Error(faults.join("; "));
  const accepted = sender.sent.filter(
    ({ text, fate }) => fate !== "failed" || receiver.received.includes(text),
  );
  receiver.received.forEach((text, i) => {
    const expected = accepted[i]?.text;
    if (text !== expected) throw new Error(`"${text}" came in place of "${expected}"`);
  });
  const untold = sender.sent.filter(({ fate }) => fate === "unknown").length;
  if (untold > 0) throw new Error(`${untold} sends not told of`);
  const isWhole = [sender, receiver].every(({ witness }) => witness.info.error === undefined);
  const isHeld = isWhole && !kernel.isCut && !receiver.hasClosed && !sender.hasTerminated;
  const lost = accepted.length - receiver.received.length;
  if (lost > 0 && isHeld && !receiver.hasTerminated) throw new Error(`${lost} messages lost`);
  return isHeld && !receiver.hasTerminated;
}
