/** Replay on NATS: keeps messages in a stream of JetStream. */
import { checkOptions, type Names, positiveInteger } from "../../input/index.js";
import type { BrokerReplay, ReplayEntry } from "../../cluster/index.js";
import type {
  JetStream,
  JetStreamConfig,
  JetStreamManager,
  StoredMessage,
} from "./nats-connection.js";

/** Keeps messages for members that come back: the stream's client and manager, and limits. */
export interface NatsReplayOptions extends JetStream {
  /** The number of each room's latest messages that are kept. @defaultValue 1000 */
  readonly maxEntries?: number;
  /** The time that messages are kept. @defaultValue 3 600 000: an hour */
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

interface NatsSubjects {
  /** The first part of the subjects that the stream keeps; the channel follows. */
  readonly kept: string;
  /** The first part of the subjects that brokers subscribe to; the channel follows. */
  readonly live: string;
}

/** The error code of the server for a message that does not exist. */
const NOT_FOUND = 10_037;

const NANOSECONDS_PER_MS = 1_000_000;

/**
 * Replay on one stream, with a subject for each channel. The stream publishes each message that it
 * keeps again, with its number. So subscribers see the order of the stream.
 */
export function natsReplay(
  options: NatsReplayOptions,
  prefix: string,
  subjects: NatsSubjects,
): BrokerReplay {
  checkOptions(options, NAMES);
  const { client, manager, maxEntries = 1000, maxAgeMs = 3_600_000 } = options;
  positiveInteger("replay.maxEntries", maxEntries);
  positiveInteger("replay.maxAgeMs", maxAgeMs);
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

/** Adds the stream. Accepts one that the application has made with other settings, if it publishes messages again. */
async function addStream({ streams }: JetStreamManager, config: JetStreamConfig): Promise<void> {
  try {
    // Adding a stream that exists with the same settings does nothing.
    await streams.add(config);
  } catch (error) {
    const existing = await streams.info(config.name).catch(() => undefined);
    if (existing?.config.republish === undefined) throw error;
  }
}

/** Finds a message. @returns `undefined` when there is none, for which some versions of the client throw. */
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

/** Reads a number of the stream, which begins with 1. A peer may send any text. */
function parseNumber(text: string): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 && String(number) === text ? number : undefined;
}

/** Makes a function that runs `work` until it has succeeded once. Calls at the same time share one run. */
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
