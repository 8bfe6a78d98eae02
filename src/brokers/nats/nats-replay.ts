import { checkOptions, type Names } from "../../input/index.js";
import type { BrokerReplay, ReplayEntry } from "../../cluster/index.js";
import type {
  JetStream,
  JetStreamConfig,
  JetStreamManager,
  StoredMessage,
} from "./nats-connection.js";

/** Where messages are kept for members that come back, how many and how long. */
export interface NatsReplayOptions extends JetStream {
  /** How many of a room's latest messages are kept. @defaultValue 1000 */
  readonly maxEntries?: number;
  /** How long messages are kept. @defaultValue 3 600 000: an hour */
  readonly maxAgeMs?: number;
}

const NAMES: Names<NatsReplayOptions> = {
  owner: "replay",
  known: { client: true, manager: true, maxEntries: true, maxAgeMs: true },
  advice: {
    js: "use client: jetstream(connection)",
    jsm: "use manager: await jetstreamManager(connection)",
    maxIdleMs: "use maxAgeMs",
  },
};

export interface NatsSubjects {
  /** What the stream takes in: the start of a subject, before the channel. */
  readonly kept: string;
  /** Where subscribers listen, likewise. */
  readonly live: string;
}

/** What the server says of a message that is not there (any more). */
const NOT_FOUND = 10_037;

const NANOSECONDS_PER_MS = 1_000_000;

/**
 * Replay on one stream, with a subject for each channel. The stream publishes again
 * what it has taken in, with the number it has given it: so subscribers see its order.
 */
export function natsReplay(
  options: NatsReplayOptions,
  prefix: string,
  subjects: NatsSubjects,
): BrokerReplay {
  checkOptions(options, NAMES);
  const { client, manager, maxEntries = 1000, maxAgeMs = 3_600_000 } = options;
  if (!(Number.isSafeInteger(maxEntries) && maxEntries > 0)) {
    throw new RangeError(`replay.maxEntries must be an integer above 0, not ${maxEntries}`);
  }
  if (!(Number.isSafeInteger(maxAgeMs) && maxAgeMs > 0)) {
    throw new RangeError(`replay.maxAgeMs must be an integer above 0, not ${maxAgeMs}`);
  }
  const name = `${prefix}-replay`.replaceAll(".", "-");
  const config = {
    name,
    subjects: [`${subjects.kept}>`],
    max_msgs_per_subject: maxEntries,
    max_age: maxAgeMs * NANOSECONDS_PER_MS,
    republish: { src: `${subjects.kept}>`, dest: `${subjects.live}>` },
  };
  const ensureStream = onceUntilDone(() => addStream(manager, config));
  return {
    append: async (channel, payload) => {
      await ensureStream();
      const { seq } = await client.publish(subjects.kept + channel, payload);
      return String(seq);
    },
    read: async (channel, offset) => {
      const first = parseNumber(offset);
      if (first === undefined) return "gap";
      await ensureStream();
      const subject = subjects.kept + channel;
      const entries: ReplayEntry[] = [];
      let message = await find(manager, name, { seq: first });
      if (message?.subject !== subject) return "gap";
      while (message !== undefined) {
        if (entries.length > maxEntries) return "gap";
        entries.push({ offset: String(message.seq), payload: message.data });
        message = await find(manager, name, { seq: message.seq + 1, next_by_subj: subject });
      }
      return entries;
    },
  };
}

/** Accepts a stream that the application has made with settings of its own, as long as it publishes again. */
async function addStream({ streams }: JetStreamManager, config: JetStreamConfig): Promise<void> {
  try {
    // Adding a stream that is there with the same settings does nothing.
    await streams.add(config);
  } catch (error) {
    const existing = await streams.info(config.name).catch(() => undefined);
    if (existing?.config.republish === undefined) throw error;
  }
}

/** @returns The message; `undefined` when there is none, for which some versions throw. */
async function find(
  { streams }: JetStreamManager,
  stream: string,
  query: Parameters<typeof streams.getMessage>[1],
): Promise<StoredMessage | undefined> {
  try {
    return (await streams.getMessage(stream, query)) ?? undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if ("api_error" in error) return codeOf(error.api_error) === NOT_FOUND;
  return codeOf(error) === NOT_FOUND;
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "err_code" in error
    ? error.err_code
    : undefined;
}

/** Numbers begin with 1, and a peer may send anything. */
function parseNumber(text: string): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 && String(number) === text ? number : undefined;
}

/** Runs `work` until it has succeeded once, and for all who ask meanwhile together. */
function onceUntilDone(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}
