/**
 * What a strict endpoint must report for a whole byte stream of its peer, worked
 * out the slow way from RFC 6455 §5-§8 and RFC 7692 §6-§7 alone.
 *
 * Shares no code with the library and has none of its concerns: the stream is all
 * there, nothing is incremental, and the first broken rule ends it.
 */
import { inspectPayload } from "./deflate-window.js";
import { type ReferenceHeader, referenceHeader, unmasked } from "./reference-header.js";
import { inflateMessage } from "./reference-inflate.js";
import { couldBecomeText, referenceText } from "./reference-utf8.js";

export interface ReferenceOptions {
  /** The end that reads the stream. A server's peer masks (§5.1). */
  readonly role: "client" | "server";
  /** Set when permessage-deflate was agreed: what holds for the peer's compressor. */
  readonly deflate?: { readonly windowBits: number; readonly contextTakeover: boolean } | undefined;
  /** Largest message, after inflation. */
  readonly maxMessageBytes: number;
  /** Largest payload of a compressed message before inflation; without it there is no limit. */
  readonly maxCompressedBytes?: number | undefined;
  /** Most frames of one message, empty ones and the first one included. */
  readonly maxFragments: number;
}

export type ReferenceEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "binary"; readonly bytes: string }
  | { readonly type: "ping" | "pong"; readonly bytes: string }
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  | { readonly type: "failed"; readonly closeCode: number };

export interface ReferenceOutcome {
  readonly events: readonly ReferenceEvent[];
  /** What the stream stops inside of, when it neither failed nor ended with Close. */
  readonly unfinished: "header" | "payload" | "message" | undefined;
  /** Why it failed, for people. */
  readonly why?: string;
  /** Set where a compressed message is wrong in a way that no rule tells receivers to see: all ends there. */
  readonly doubtful?: boolean;
}

/** Decodes all that the peer sent. Byte payloads are given as hexadecimal. */
export function referenceOutcome(stream: Uint8Array, options: ReferenceOptions): ReferenceOutcome {
  const reader = new ReferenceReader(options);
  try {
    return { events: reader.events, unfinished: reader.readAll(stream) };
  } catch (error) {
    if (error instanceof Doubtful) {
      return { events: reader.events, unfinished: undefined, why: error.message, doubtful: true };
    }
    if (!(error instanceof Broken)) throw error;
    const failed = { type: "failed", closeCode: error.closeCode } as const;
    return { events: [...reader.events, failed], unfinished: undefined, why: error.message };
  }
}

class Broken extends Error {
  readonly closeCode: number;

  constructor(closeCode: number, why: string) {
    super(why);
    this.closeCode = closeCode;
  }
}

class Doubtful extends Error {}

interface Message {
  readonly isText: boolean;
  readonly compressed: boolean;
  readonly payload: Uint8Array;
  readonly fragments: number;
}

class ReferenceReader {
  readonly events: ReferenceEvent[] = [];
  readonly #options: ReferenceOptions;
  #message: Message | undefined;
  #history: Uint8Array = new Uint8Array(0);

  constructor(options: ReferenceOptions) {
    this.#options = options;
  }

  readAll(stream: Uint8Array): ReferenceOutcome["unfinished"] {
    let rest = stream;
    while (rest.length > 0) {
      const header = referenceHeader(rest);
      if (header === undefined) return "header";
      this.#checkHeader(header);
      this.#checkLimits(header);

      const end = BigInt(header.headerLength) + header.payloadLength;
      const complete = BigInt(rest.length) >= end;
      const frameEnd = complete ? Number(end) : rest.length;
      const masked = rest.subarray(header.headerLength, frameEnd);
      const payload = unmasked(masked, header.maskingKey);

      if (header.opcode < 8) this.#readData(header, payload, complete);
      else if (complete && this.#readControl(header.opcode, payload)) return undefined;
      if (!complete) return "payload";
      rest = rest.subarray(frameEnd);
    }
    return this.#message === undefined ? undefined : "message";
  }

  /** Everything that the header alone can break, in the order of its bits. */
  #checkHeader(header: ReferenceHeader): void {
    const { opcode, fin } = header;
    const startsMessage = opcode === 1 || opcode === 2;
    const isControl = opcode >= 8;

    const rsv1MeansCompressed = this.#options.deflate !== undefined && startsMessage;
    if (header.rsv1 && !rsv1MeansCompressed) throw new Broken(1002, "RSV1 means nothing here");
    if (header.rsv2 || header.rsv3) throw new Broken(1002, "RSV2 and RSV3 mean nothing");
    if (![0, 1, 2, 8, 9, 10].includes(opcode)) throw new Broken(1002, "opcode is reserved");

    const isMasked = header.maskingKey !== undefined;
    if (isMasked !== (this.#options.role === "server")) throw new Broken(1002, "masking");

    if (isControl && !fin) throw new Broken(1002, "control frame in fragments");
    if (isControl && header.lengthBits !== 7) throw new Broken(1002, "control frame too long");
    if (startsMessage && this.#message) throw new Broken(1002, "message inside a message");
    if (opcode === 0 && !this.#message) throw new Broken(1002, "nothing to continue");
    checkLengthForm(header);
  }

  #checkLimits({ opcode, payloadLength, rsv1 }: ReferenceHeader): void {
    if (opcode >= 8) return;
    const { maxMessageBytes, maxCompressedBytes = Infinity, maxFragments } = this.#options;
    const compressed = this.#message?.compressed ?? rsv1;
    const before = this.#message?.payload.length ?? 0;
    // Which of the two limits counts first is nobody's rule; this is as good as the other order.
    const fragments = (this.#message?.fragments ?? 0) + 1;
    if (fragments > maxFragments) throw new Broken(1008, "message over the limit of fragments");
    if (Number(payloadLength) + before > (compressed ? maxCompressedBytes : maxMessageBytes)) {
      throw new Broken(1009, "message over the limit of bytes");
    }
  }

  #readData(header: ReferenceHeader, payload: Uint8Array, complete: boolean): void {
    const message: Message = {
      isText: this.#message?.isText ?? header.opcode === 1,
      compressed: this.#message?.compressed ?? header.rsv1,
      payload: Buffer.concat([this.#message?.payload ?? new Uint8Array(0), payload]),
      fragments: (this.#message?.fragments ?? 0) + 1,
    };
    if (message.isText && !message.compressed && !couldBecomeText(message.payload)) {
      throw new Broken(1007, "text is not UTF-8"); // §8.1, as soon as it is certain
    }
    this.#message = message;
    if (complete && header.fin) this.#endMessage(message);
  }

  #endMessage({ isText, compressed, payload }: Message): void {
    this.#message = undefined;
    const bytes = compressed ? this.#inflate(payload) : payload;
    if (!isText) {
      this.events.push({ type: "binary", bytes: hexOf(bytes) });
      return;
    }
    const text = referenceText(bytes);
    if (text === undefined) throw new Broken(1007, "text is not UTF-8");
    this.events.push({ type: "text", text });
  }

  #inflate(payload: Uint8Array): Uint8Array {
    const { deflate, maxMessageBytes } = this.#options;
    const inflated = inflateMessage(payload, this.#history, maxMessageBytes);
    if ("doubtful" in inflated) throw new Doubtful(inflated.doubtful);
    const isBroken = "closeCode" in inflated && inflated.closeCode === 1007;
    if (deflate && !isBroken && reachesTooFar(payload, this.#history, deflate.windowBits)) {
      throw new Doubtful("reaches back further than was agreed");
    }
    if ("closeCode" in inflated) throw new Broken(inflated.closeCode, inflated.why);
    if (deflate?.contextTakeover) {
      const kept = Buffer.concat([this.#history, inflated.bytes]);
      this.#history = kept.subarray(-(2 ** deflate.windowBits));
    }
    return inflated.bytes;
  }

  /** Returns true when the frame was a Close: nothing counts after it (§1.4). */
  #readControl(opcode: number, payload: Uint8Array): boolean {
    if (opcode === 8) {
      this.events.push({ type: "close", ...referenceClose(payload) });
      return true;
    }
    this.events.push({ type: opcode === 9 ? "ping" : "pong", bytes: hexOf(payload) });
    return false;
  }
}

/** §5.2: the shortest form, and a top bit of zero. */
function checkLengthForm({ lengthBits, payloadLength }: ReferenceHeader): void {
  if (payloadLength >= 2n ** 63n) throw new Broken(1002, "top bit of the length");
  const shortest = payloadLength < 126n ? 7 : payloadLength < 65_536n ? 16 : 64;
  if (lengthBits !== shortest) throw new Broken(1002, "length not in the shortest form");
}

/** §5.5.1, §7.1.5, §7.4: what a Close frame says, or why it may not say it. */
function referenceClose(payload: Uint8Array): { code: number; reason: string } {
  const [high, low] = payload;
  if (high === undefined) return { code: 1005, reason: "" };
  if (low === undefined) throw new Broken(1002, "close payload of one byte");
  const code = high * 256 + low;
  if (!isCodeForTheWire(code)) throw new Broken(1002, `close code ${code}`);
  const reason = referenceText(payload.subarray(2));
  if (reason === undefined) throw new Broken(1007, "close reason is not UTF-8");
  return { code, reason };
}

/** The codes of §7.4.1, those IANA added to it (1012-1014), and the two ranges of §7.4.2. */
function isCodeForTheWire(code: number): boolean {
  const registered = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
  return registered.includes(code) || (code >= 3000 && code < 5000);
}

/** zlib does not look, and no receiver has to: RFC 7692 §7.1.2 binds the sender. */
function reachesTooFar(payload: Uint8Array, history: Uint8Array, windowBits: number): boolean {
  if (windowBits === 15) return false;
  try {
    return inspectPayload(payload, history).largestDistance > 2 ** windowBits;
  } catch {
    return true; // broken behind the limit of bytes: nobody knows what came first
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
