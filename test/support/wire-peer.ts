/** The scripted end of a connection: it writes bytes, and reads what comes back with the reference decoder. */
import type { Duplex } from "node:stream";
import {
  type ReferenceEvent,
  type ReferenceOptions,
  type ReferenceOutcome,
  referenceOutcome,
} from "./reference-decoder.js";
import { concat, decodeFrame, type ReceivedFrame } from "./wire-frame.js";
import { type Head, parseHead } from "./wire-handshake.js";
import { resetTransport } from "./wire-transport.js";
import { type Signal, turn } from "./wire-signal.js";

/** How the other side's transport ended. */
export type Ending = "fin" | "reset";

const NO_BYTES = new Uint8Array(0);

export class WirePeer {
  readonly #raw: Duplex;
  readonly #signal: Signal;
  readonly #timeoutMs: number;
  #chunks: Uint8Array[] = [];
  #ending: Ending | undefined;
  /** What came behind the head, and how far it has been looked at. */
  #stream: Uint8Array = NO_BYTES;
  #frameOffset = 0;
  #countedOffset = 0;
  #eventCount = 0;
  #options: ReferenceOptions | undefined;
  /** What the reference decoder makes of the stream, once somebody asked. */
  #outcome: ReferenceOutcome | undefined;

  constructor(raw: Duplex, signal: Signal, timeoutMs: number) {
    this.#raw = raw;
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
    raw.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(new Uint8Array(chunk));
      signal.notify();
    });
    raw.on("end", () => this.#end("fin"));
    raw.on("error", () => this.#end("reset"));
    raw.on("close", () => this.#end("fin"));
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Writes one piece and lets it arrive on its own. What a dead connection does not take is lost. */
  async write(piece: Uint8Array): Promise<void> {
    if (this.#raw.destroyed || this.#raw.writableEnded) return;
    await new Promise<void>((resolve) => {
      this.#raw.write(piece, () => resolve());
    });
    await turn();
  }

  end(): void {
    if (!this.#raw.destroyed) this.#raw.end();
  }

  reset(): void {
    resetTransport(this.#raw);
  }

  destroy(): void {
    this.#raw.destroy();
  }

  /** The head that the endpoint sends first; all behind it is read with `options` of {@link open}. */
  async head(): Promise<Head | undefined> {
    return this.#signal.until(() => {
      const head = parseHead(concat(this.#chunks));
      if (head !== undefined) this.#chunks = [head.rest];
      return head;
    }, this.#timeoutMs);
  }

  /** All bytes so far that no head was taken from. */
  get bytes(): Uint8Array {
    return concat(this.#chunks);
  }

  open(options: ReferenceOptions): void {
    this.#options = options;
  }

  async nextFrame(): Promise<ReceivedFrame | undefined> {
    return this.#signal.until(() => {
      const next = decodeFrame(this.#read().subarray(this.#frameOffset));
      if (next === undefined) return undefined;
      this.#frameOffset = this.#stream.length - next.rest.length;
      return next.frame;
    }, this.#timeoutMs);
  }

  async nextEvent(): Promise<ReferenceEvent | undefined> {
    return this.#signal.until(() => {
      const event = this.#event();
      if (event !== undefined) this.#eventCount++;
      return event;
    }, this.#timeoutMs);
  }

  /** The next event behind the frames and events taken so far. */
  #event(): ReferenceEvent | undefined {
    if (this.#frameOffset > this.#countedOffset) {
      const seen = this.#stream.subarray(0, this.#frameOffset);
      this.#eventCount = Math.max(this.#eventCount, this.#decode(seen).events.length);
      this.#countedOffset = this.#frameOffset;
    }
    const stream = this.#read();
    this.#outcome ??= this.#decode(stream);
    return this.#outcome.events[this.#eventCount];
  }

  /** Waits for the end of what the endpoint sends. */
  async ended(): Promise<Ending | undefined> {
    return this.#signal.until(() => this.#ending, this.#timeoutMs);
  }

  /** What came and was not asked for: events, bytes of an unfinished frame, bytes behind a Close frame. */
  leftover(): string | undefined {
    if (this.#read().length === this.#frameOffset) return undefined;
    const event = this.#event();
    if (event !== undefined) return event.type;
    if (this.#outcome?.unfinished !== undefined) return `half a ${this.#outcome.unfinished}`;
    let rest = this.#stream;
    for (let next = decodeFrame(rest); next; next = decodeFrame(rest)) {
      rest = next.rest;
      if (next.frame.opcode === 8 && rest.length > 0) return "bytes behind the Close frame";
    }
    return undefined;
  }

  #read(): Uint8Array {
    const length = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (length !== this.#stream.length) {
      this.#stream = concat(this.#chunks);
      this.#chunks = [this.#stream];
      this.#outcome = undefined;
    }
    return this.#stream;
  }

  #decode(stream: Uint8Array): ReferenceOutcome {
    if (this.#options === undefined) throw new Error("the handshake is not over");
    return referenceOutcome(stream, this.#options);
  }

  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#signal.notify();
  }
}
