// Whatever listeners, loops and the peer do, and when: messages in order, each once, and close behind them, once.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RawPeer, settle } from "../../support/raw-peer.js";
import { CLOSE, closePayload, frame, TEXT } from "../../support/wire-frame.js";
import { turn } from "../../support/wire-signal.js";

const ACTIONS = [
  "listen for messages",
  "listen for close",
  "listen for end",
  "stop listening for messages",
  "ask for closed",
  "loop",
  "leave the loop",
  "pause",
  "resume",
  "terminate",
  "close",
  "close behind work",
  "the peer sends",
  "the peer closes",
  "the peer ends",
  "it is cut",
  "a listener finishes",
  "a microtask",
  "a turn",
] as const;

type Action = (typeof ACTIONS)[number];

/** A connection, and what is told of it. */
class Scene {
  readonly peer = new RawPeer({ maxQueuedBytes: 500 });
  /** What listeners and loops got, in the order they got it. */
  readonly log: string[] = [];
  /** How many listeners there are for the two. */
  closes = 0;
  ends = 0;
  sent = 0;
  #isInCall = false;
  #wasCalledInside = false;
  readonly #gates: (() => void)[] = [];
  readonly #loops: AsyncIterator<unknown>[] = [];
  readonly #onMessage = async (message: unknown): Promise<void> => {
    this.#note(String(message));
    await new Promise<void>((done) => this.#gates.push(done));
    this.#note(`${String(message)} done`);
  };

  get wasCalledInside(): boolean {
    return this.#wasCalledInside;
  }

  #note(text: string): void {
    if (this.#isInCall) this.#wasCalledInside = true;
    this.log.push(text);
  }

  async act(action: Action): Promise<void> {
    const { peer } = this;
    if (action === "a microtask") return Promise.resolve();
    if (action === "a turn") return turn();
    if (action === "the peer sends") peer.send(frame(TEXT, String(++this.sent)));
    else if (action === "the peer closes") peer.send(frame(CLOSE, closePayload(4000)));
    else if (action === "the peer ends") peer.socket.end();
    else if (action === "it is cut") peer.transport.destroy();
    else if (action === "a listener finishes") this.#gates.shift()?.();
    else this.#call(action);
    return undefined;
  }

  /** A call of the application: nothing may be told before it returns. */
  #call(action: Action): void {
    const { connection } = this.peer;
    this.#isInCall = true;
    // oxfmt-ignore
    const CALLS: Partial<Record<Action, () => unknown>> = {
      "listen for messages": () => connection.on("message", this.#onMessage),
      "listen for close": () => { this.closes++; connection.on("close", () => this.#note("close")); },
      "listen for end": () => { this.ends++; connection.on("end", () => this.#note("end")); },
      "stop listening for messages": () => connection.off("message", this.#onMessage),
      "ask for closed": () => connection.closed.then(() => this.#note("closed")),
      loop: () => this.#loop(),
      "leave the loop": () => this.#loops.shift()?.return?.(),
      pause: () => connection.pause(),
      resume: () => connection.resume(),
      terminate: () => connection.terminate(),
      close: () => connection.close(1000),
      "close behind work": () => connection.close(1000, "", { waitForHandlerMs: 1_000 }),
    };
    CALLS[action]?.();
    this.#isInCall = false;
  }

  #loop(): void {
    const loop = this.peer.connection[Symbol.asyncIterator]();
    this.#loops.push(loop);
    void (async () => {
      for (let next = await loop.next(); next.done !== true; next = await loop.next()) {
        this.#note(`${next.value.toString()} in a loop`);
        await new Promise<void>((done) => this.#gates.push(done));
      }
    })();
  }

  /** Lets all that is under way come to its end, with somebody there for messages and for close. */
  async finish(): Promise<void> {
    await this.act("resume");
    for (const action of ["listen for close", "listen for messages"] as const)
      await this.act(action);
    this.peer.socket.end();
    this.peer.transport.destroy();
    for (let i = 0; i < this.sent + 20; i++) {
      await this.act("leave the loop");
      for (let gate = this.#gates.shift(); gate; gate = this.#gates.shift()) gate();
      await settle();
    }
  }
}

describe("the end of a connection", () => {
  it("is told to each listener once, behind all messages, and no listener is called inside a call", async () => {
    const often = fc.constantFrom<Action[]>("the peer sends", "a turn", "a listener finishes");
    const action = fc.oneof({ arbitrary: often, weight: 2 }, fc.constantFrom(...ACTIONS));
    const actions = fc.array(action, { minLength: 5, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(actions, async (steps) => {
        const scene = new Scene();
        for (const step of steps) await scene.act(step);
        await scene.finish();

        const { log } = scene;
        expect(scene.wasCalledInside).toBe(false);
        expect(log.filter((text) => text === "close")).toHaveLength(scene.closes);
        const first = log.findIndex((text) => text.startsWith("close"));
        const behind = log.slice(first).filter((text) => /^\d/.test(text));
        expect(behind.filter((text) => !text.endsWith("in a loop"))).toEqual([]);
        const begun = log.filter((text) => /^\d+( in a loop)?$/.test(text));
        const numbers = begun.map((text) => Number.parseInt(text, 10));
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        const { unreadMessages } = await scene.peer.connection.closed;
        // Once only `closed` has told of the end, a loop may still take what counts as unread.
        const taken = steps.includes("ask for closed") ? 0 : new Set(numbers).size;
        expect(taken + unreadMessages).toBeLessThanOrEqual(scene.sent);
        expect(log.filter((text) => text === "end")).toHaveLength(scene.ends);
      }),
    );
  });
});
