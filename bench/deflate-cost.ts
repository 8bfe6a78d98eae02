/** What a conversation costs, for the benches of DEFLATE: CPU time, which counts the collector and zlib's threads. */
import process from "node:process";
import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  deflateRawSync,
  inflateRawSync,
} from "node:zlib";
import type { ZlibOptions } from "node:zlib";
import { nodePlatform } from "../src/node/platform.js";
import { Compressor } from "../src/protocol/deflate/compressor.js";
import { Decompressor } from "../src/protocol/deflate/decompressor.js";
import { type Corpus, seeded } from "../test/support/deflate-corpora.js";

/** Many short rounds: a slow moment of the machine is longer than one of them. */
const ROUNDS = 15;
const MIN_MICROSECONDS = 10_000;
const WARM_UP_ROUNDS = 3;
const TAIL_BYTES = 4;

/** Sends all messages of a conversation from one end to the other. @returns The bytes on the wire. */
export type Conversation = (messages: readonly Uint8Array[]) => number | Promise<number>;

/** Median CPU time of each variant in µs per message. They run in turn, so that a slow moment meets all. */
export async function costs(
  variants: readonly (() => unknown)[],
  messagesPerRun: number,
): Promise<number[]> {
  const samples: number[][] = variants.map(() => []);
  // The first rounds are for the compiler and do not count.
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [i, variant] of variants.entries()) {
      const start = process.cpuUsage();
      let times = 0;
      let used = 0;
      for (; used < MIN_MICROSECONDS; times++) {
        await variant();
        const { user, system } = process.cpuUsage(start);
        used = user + system;
      }
      if (round >= 0) samples[i]!.push(used / times / messagesPerRun);
    }
  }
  return samples.map((values) => values.toSorted((a, b) => a - b)[ROUNDS >> 1]!);
}

/** So many messages that a run takes a few milliseconds. */
export function messagesOf(corpus: Corpus, size: number): Uint8Array[] {
  const random = seeded(size);
  const count = Math.max(10, Math.min(400, Math.ceil(200_000 / size)));
  return Array.from({ length: count }, () => corpus(random, size));
}

interface Options {
  readonly windowBits: number;
  readonly level?: number;
}

/** Ours, both ways, with memory as Node's connections give it. */
export function ours({ windowBits, level }: Options): Conversation {
  const shared = { windowBits, contextTakeover: true, allocate: nodePlatform.allocate };
  return (messages) => {
    const compressor = new Compressor({ ...shared, level });
    const decompressor = new Decompressor(shared);
    let bytes = 0;
    for (const message of messages) {
      const payload = compressor.compress(message);
      bytes += payload.length;
      decompressor.decompress(payload, 2 ** 24);
    }
    return bytes;
  };
}

/** One call of zlib per message and direction, with the history as dictionary. */
export function zlibOneShot({ windowBits, level = 6 }: Options): Conversation {
  return (messages) => {
    const options: ZlibOptions = { windowBits, level, finishFlush: constants.Z_SYNC_FLUSH };
    let sent: Uint8Array = new Uint8Array(0);
    let received: Uint8Array = new Uint8Array(0);
    let bytes = 0;
    for (const message of messages) {
      const payload = deflateRawSync(message, withHistory(options, sent));
      sent = Buffer.concat([sent, message]).subarray(-(2 ** windowBits));
      bytes += payload.length - TAIL_BYTES;
      const result = inflateRawSync(payload, withHistory(options, received));
      received = Buffer.concat([received, result]).subarray(-(2 ** windowBits));
    }
    return bytes;
  };
}

function withHistory(options: ZlibOptions, history: Uint8Array): ZlibOptions {
  return history.length === 0 ? options : { ...options, dictionary: history };
}

/** A stream of zlib kept for each direction, as most servers do it. */
export function zlibStream({ windowBits, level = 6 }: Options): Conversation {
  return async (messages) => {
    const deflate = createDeflateRaw({ windowBits, level });
    const inflate = createInflateRaw({ windowBits });
    const parts: Buffer[] = [];
    deflate.on("data", (part: Buffer) => parts.push(part));
    inflate.on("data", () => {});
    let bytes = 0;
    for (const message of messages) {
      await new Promise<void>((resolve) => {
        deflate.write(message);
        deflate.flush(constants.Z_SYNC_FLUSH, () => {
          const payload = Buffer.concat(parts.splice(0));
          bytes += payload.length - TAIL_BYTES;
          inflate.write(payload);
          inflate.flush(resolve);
        });
      });
    }
    deflate.close();
    inflate.close();
    return bytes;
  };
}

/** fflate, if it happens to be installed: it knows dictionaries, but no flush and no limit. */
export async function fflate({ level = 6 }: Options): Promise<Conversation | undefined> {
  const module = await import("fflate").catch(() => undefined);
  if (!module) return undefined;
  const { deflateSync, inflateSync } = module;
  const width: 6 | 1 = level >= 6 ? 6 : 1;
  return (messages) => {
    let history: Uint8Array = new Uint8Array(0);
    let bytes = 0;
    for (const message of messages) {
      const payload = deflateSync(message, { level: width, dictionary: history });
      inflateSync(payload, { dictionary: history });
      history = Buffer.concat([history, message]).subarray(-4096);
      bytes += payload.length;
    }
    return bytes;
  };
}
