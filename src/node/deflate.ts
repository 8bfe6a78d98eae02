/** The options of permessage-deflate, and the codec of Node that they make. */
import { checkOptions, type Names } from "../input/index.js";
import {
  checkDeflateConfig,
  createCodec,
  type DeflateCodec,
  type PerMessageDeflateConfig,
  type Role,
} from "../protocol/index.js";
import { JobQueue, ZlibBulk } from "./deflate-zlib.js";
import { DEFLATE_ADVICE } from "./foreign-names.js";
import { nodePlatform } from "./platform.js";

export interface DeflateCodecOptions {
  /**
   * How hard our compressor tries: 1, fastest, to 9, smallest.
   * @defaultValue 4: within 11 % of what zlib makes of small messages, 12 % at worst
   */
  readonly level?: number | undefined;
  /** The level of zlib, 1 to 9, which compresses the large ones. @defaultValue 6, as zlib */
  readonly zlibLevel?: number | undefined;
  /**
   * Messages of this many bytes or more are compressed by zlib. `Infinity`: none.
   * @defaultValue 32 KiB: JSON takes zlib as long from there on, and comes out 5 % smaller
   */
  readonly zlibMessageBytes?: number | undefined;
  /**
   * Payloads of this many bytes or more are decompressed by zlib. `Infinity`: none.
   * @defaultValue 2 KiB: JSON and text take zlib less time from there on
   */
  readonly zlibPayloadBytes?: number | undefined;
  /**
   * Messages and payloads of this many bytes or more go to zlib off the main
   * thread. `Infinity`: none. A message of 64 KiB would keep it busy for 0.4 to 1 ms,
   * and takes 0.1 ms of it to send elsewhere; a payload 0.3 ms, and 0.1 to 0.5.
   * @defaultValue 64 KiB
   */
  readonly offThreadBytes?: number | undefined;
  /**
   * How many of those are worked on at a time, over all connections of the codec.
   * @defaultValue 3, over all codecs that say nothing: libuv's pool has 4 threads, and
   *   files and DNS need one
   */
  readonly maxOffThreadJobs?: number | undefined;
}

/** How messages are compressed (RFC 7692), and by whom: what is agreed with the peer, and what this end does by itself. */
export interface PerMessageDeflateOptions
  extends
    Omit<PerMessageDeflateConfig, "minWindowBits">,
    Omit<DeflateCodecOptions, "maxOffThreadJobs"> {
  /** Messages of fewer bytes are sent as they are. @defaultValue 32 */
  readonly thresholdBytes?: number | undefined;
}

const DEFLATE_OPTIONS: Names<PerMessageDeflateOptions> = {
  owner: "perMessageDeflate",
  known: {
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: true,
    clientMaxWindowBits: true,
    offerWindowBits: true,
    thresholdBytes: true,
    level: true,
    zlibLevel: true,
    zlibMessageBytes: true,
    zlibPayloadBytes: true,
    offThreadBytes: true,
  },
  advice: DEFLATE_ADVICE,
};

/** Off the main thread there is one queue for all connections of the process. */
const sharedJobs = new JobQueue(3);

/**
 * Makes the DEFLATE codec of Node: ours for small messages, node:zlib for large
 * ones. It holds no connection's state: one serves any number of them.
 *
 * @throws {RangeError} for options out of range.
 */
export function createDeflateCodec(options: DeflateCodecOptions = {}): DeflateCodec {
  const { zlibLevel = 6, maxOffThreadJobs, offThreadBytes = 65_536 } = options;
  const { zlibMessageBytes = 32_768, zlibPayloadBytes = 2048 } = options;
  checkWholeNumber("zlibLevel", zlibLevel, 9);
  for (const [name, bytes] of Object.entries({
    zlibMessageBytes,
    zlibPayloadBytes,
    offThreadBytes,
  })) {
    if (!(bytes >= 0)) {
      throw new RangeError(`${name} must be 0 or more, or Infinity for never, not ${bytes}`);
    }
  }
  if (maxOffThreadJobs !== undefined) {
    checkWholeNumber("maxOffThreadJobs", maxOffThreadJobs, Infinity);
  }
  const jobs = maxOffThreadJobs === undefined ? sharedJobs : new JobQueue(maxOffThreadJobs);
  return createCodec({
    level: options.level,
    allocate: nodePlatform.allocate,
    bulk: new ZlibBulk({ level: zlibLevel, offThreadBytes, jobs }),
    bulkMessageBytes: zlibMessageBytes,
    bulkPayloadBytes: zlibPayloadBytes,
  });
}

/** @throws {TypeError | RangeError} An option does not exist, or is out of range. */
export function checkPerMessageDeflate(options: PerMessageDeflateOptions, role: Role): void {
  checkOptions(options, DEFLATE_OPTIONS);
  checkDeflateConfig(deflateConfigOf(options), role);
  createDeflateCodec(options); // throws here what it would throw later
}

/** What the opening handshake negotiates. The other options concern this end alone. */
export function deflateConfigOf(options: PerMessageDeflateOptions): PerMessageDeflateConfig {
  return {
    serverNoContextTakeover: options.serverNoContextTakeover,
    clientNoContextTakeover: options.clientNoContextTakeover,
    serverMaxWindowBits: options.serverMaxWindowBits,
    clientMaxWindowBits: options.clientMaxWindowBits,
    offerWindowBits: options.offerWindowBits,
  };
}

/** One codec for each set of options. It serves all their connections, and holds nothing of any of them. */
const codecs = new WeakMap<PerMessageDeflateOptions, DeflateCodec>();

export function codecFor(options: PerMessageDeflateOptions): DeflateCodec {
  const known = codecs.get(options);
  if (known !== undefined) return known;
  const codec = createDeflateCodec(options);
  codecs.set(options, codec);
  return codec;
}

function checkWholeNumber(name: string, value: number, max: number): void {
  if (!(value >= 1 && value <= max && (Number.isInteger(value) || value === Infinity))) {
    throw new RangeError(`${name} is out of range: ${value}`);
  }
}
