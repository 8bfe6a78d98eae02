// Comments that every reader meets: each file of src/ says what it is, and no comment starts with a clause without a noun.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");

function filesIn(folder: string, endings: RegExp): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => endings.test(file))
    .map((file) => `${folder}/${file.split(path.sep).join("/")}`);
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

/** Whether a file begins with a comment whose first line is a sentence or most of one. */
function saysWhatItIs(text: string): boolean {
  const first = /^(?:#!.*\n)?(?:\/\/ |\/\*\*(?: |\n \* ))(.*)/.exec(text)?.[1] ?? "";
  const isForATool = /^(@|oxlint|oxfmt|eslint|prettier|v8 |c8 )/.test(first);
  return !isForATool && first.split(" ").length >= 3;
}

/** The lines of comments that start with a word that says too late, or never, of whom something is said. */
function findClauses(text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const start = /(?:^|\s)(?:\/\/|\/\*\*?|\*) +(?:Who|Whose|Has)\b.*/.exec(line)?.[0];
    return start === undefined ? [] : [`${index + 1}: ${start.trim()}`];
  });
}

/** May only become shorter. */
const STILL_SILENT = new Set([
  "src/node/connection/source-sender.ts",
  "src/brokers/nats/nats-broker.ts",
  "src/brokers/nats/nats-replay.ts",
  "src/brokers/redis/ioredis-link.ts",
  "src/brokers/redis/node-redis-link.ts",
  "src/brokers/redis/redis-broker.ts",
  "src/brokers/redis/redis-link.ts",
  "src/brokers/redis/redis-replay.ts",
  "src/brokers/redis/redis-subscriber.ts",
  "src/brokers/subscriptions.ts",
  "src/cli/frame-line.ts",
  "src/cli/run.ts",
  "src/cli/terminal.ts",
  "src/cluster/cluster.ts",
  "src/cluster/conversation.ts",
  "src/cluster/link.ts",
  "src/cluster/memory-broker.ts",
  "src/cluster/message.ts",
  "src/cluster/nodes.ts",
  "src/cluster/options.ts",
  "src/cluster/parse.ts",
  "src/cluster/presence.ts",
  "src/cluster/questions.ts",
  "src/cluster/queue.ts",
  "src/cluster/replay.ts",
  "src/cluster/rooms.ts",
  "src/cluster/status.ts",
  "src/contract/contract.ts",
  "src/contract/dispatcher.ts",
  "src/contract/peer-options.ts",
  "src/contract/peer.ts",
  "src/contract/pending-requests.ts",
  "src/contract/receiver.ts",
  "src/contract/validator.ts",
  "src/contract/wire.ts",
  "src/manager/connection-manager.ts",
  "src/manager/managed-connection.ts",
  "src/manager/manager-events.ts",
  "src/manager/manager-options.ts",
  "src/manager/metrics/recorder.ts",
  "src/manager/room-events.ts",
  "src/manager/room.ts",
  "src/manager/roster.ts",
  "src/node/clock.ts",
  "src/node/connection/blob-sender.ts",
  "src/node/connection/close-info.ts",
  "src/node/connection/connection.ts",
  "src/node/connection/direct-reads.ts",
  "src/node/connection/driver-owner.ts",
  "src/node/connection/driver.ts",
  "src/node/connection/events.ts",
  "src/node/connection/inbox.ts",
  "src/node/connection/incoming.ts",
  "src/node/connection/keepalive.ts",
  "src/node/connection/message-timeout.ts",
  "src/node/connection/outgoing.ts",
  "src/node/connection/pings.ts",
  "src/node/connection/send-queue.ts",
  "src/node/connection/sendable.ts",
  "src/node/connection/session.ts",
  "src/node/connection/setup.ts",
  "src/node/connection/shared-reads.ts",
  "src/node/connection/stream-sender.ts",
  "src/node/connection/traffic.ts",
  "src/node/connection/transport-error.ts",
  "src/node/connection/transport-user.ts",
  "src/node/connection/writer.ts",
  "src/node/deflate-jobs.ts",
  "src/node/deflate-zlib.ts",
  "src/node/deflate.ts",
  "src/node/emitter.ts",
  "src/node/handshake-error.ts",
]);

/** May only become shorter. */
const STILL_WITH_CLAUSES = new Set([
  "src/input/names.ts",
  "src/node/connection/direct-reads.ts",
  "src/node/connection/driver-owner.ts",
  "src/node/connection/ending.ts",
  "src/node/connection/events.ts",
  "src/node/connection/incoming.ts",
  "src/node/connection/keepalive.ts",
  "src/node/connection/send-queue.ts",
  "src/node/connection/shared-reads.ts",
  "src/node/connection/transport-user.ts",
  "src/node/connection/writer.ts",
  "src/node/last-work.ts",
  "src/node/server/attached.ts",
  "src/node/server/request.ts",
  "src/node/server/socket.ts",
  "src/node/server/upgrade.ts",
]);

const sources = filesIn("src", /\.ts$/);
/** All but this file, which has wrong ones as examples. */
const commented = [
  ...sources,
  ...filesIn("test", /\.(ts|js|mjs|c|py)$/),
  ...filesIn("bench", /\.(ts|js|mjs)$/),
  ...filesIn("autobahn", /\.ts$/),
  ...filesIn("docs", /\.(ts|js|md|html|css)$/),
  "README.md",
  "rolldown.config.ts",
  "vitest.config.ts",
].filter((file) => path.join(ROOT, file) !== import.meta.filename);

describe("the first line", () => {
  it("of each file in src says what the file is", () => {
    expect(sources).toContain("src/protocol/errors.ts");
    const silent = sources.filter((file) => !saysWhatItIs(read(file)));
    expect(silent.filter((file) => !STILL_SILENT.has(file))).toEqual([]);
  });

  it.each([
    "// Reads a frame's header.\n",
    "/** Reads a frame's header. */\n",
    "/**\n * Reads a frame's header.\n */",
    "#!/usr/bin/env node\n// The command line.\n",
  ])("is there in %j", (text) => {
    expect(saysWhatItIs(text)).toBe(true);
  });

  it.each([
    "",
    `import a from "a";\n// Reads a frame's header.`,
    "\n// Reads a frame's header.",
    "// header\n",
    "/** @module the header */",
    "// oxlint-disable no-console because of that\n",
  ])("is missing in %j", (text) => {
    expect(saysWhatItIs(text)).toBe(false);
  });
});

describe("comments", () => {
  it("start with the noun, not with Who, Whose or Has", () => {
    const checked = commented.filter((file) => !STILL_WITH_CLAUSES.has(file));
    expect(
      checked.flatMap((file) => findClauses(read(file)).map((clause) => `${file}:${clause}`)),
    ).toEqual([]);
  });

  it.each([
    "// Who has it not gets copies",
    "  /** Whose turn it is. */",
    "/**\n * Has a client go.\n */",
    "const a = 1; // Who knows",
    "/* Has */",
  ])("are found in %j", (text) => {
    expect(findClauses(text)).toHaveLength(1);
  });

  it.each([
    "// Users who have it get copies",
    "/** Hashes a name. */",
    `const text = "Who may connect";`,
    "// Whoever connects",
  ])("are fine in %j", (text) => {
    expect(findClauses(text)).toEqual([]);
  });
});
