// How the tests run. `--mode long` is for property tests with many more runs than `npm test` has time for.
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const LONG_RUNS = "100000";

/**
 * Tests in these folders share processes and loaded modules: to load them anew for each file
 * takes as long as the tests themselves. They leave nothing behind, and count on nothing.
 */
const SHARING = [
  "advisories",
  "architecture",
  "autobahn",
  "bench",
  "cluster",
  "conformance",
].concat(
  ["contract", "faults", "fuzz", "input", "manager", "node", "options", "protocol"],
  ["support", "tools"],
);

/** Tests that need a process of their own all the same. */
const ALONE = [
  // look at the memory (to collect garbage takes long where many files have left some), the warnings or the uncaught exceptions of their process
  "test/conformance/transports.test.ts",
  "test/faults/deflate-jobs.test.ts",
  "test/faults/floods.test.ts",
  "test/manager/metrics/secrets.test.ts",
  "test/node/connection/retained-memory.test.ts",
  "test/node/websocket/websocket-dispatch.test.ts",
  "test/protocol/connection.cost.test.ts",
  "test/protocol/deflate/memory.test.ts",
  "test/node/server/accepted.test.ts",
  "test/node/connection/slow-reader.test.ts",
  "test/node/server/listener.test.ts",
  "test/node/connection/transport-user.test.ts",
  "test/node/server/pending.test.ts",
  "test/protocol/deflate/decompressor.test.ts",
  // counts what runs by the profiler of V8, which forgets what a coverage run has counted
  "test/fuzz/coverage.test.ts",
  // replace modules that others have loaded
  "test/node/server/attached.copies.test.ts",
  "test/cluster/rooms.test.ts",
];

const testsIn = (folder: string): string => `test/${folder}/**/*.test.ts`;
const others = readdirSync(`${import.meta.dirname}/test`).filter(
  (folder) => !SHARING.includes(folder) && folder !== "package",
);

/** A limit for what hangs, not for what is slow: nothing here waits for time to pass. */
const timeoutOf = (mode: string): number => (mode === "long" ? 3_600_000 : 60_000);

export default defineConfig(({ mode }) => ({
  resolve: {
    alias: [
      { find: /^plainsocket$/, replacement: `${import.meta.dirname}/src/index.ts` },
      {
        find: /^plainsocket\/(contract|manager|protocol)$/,
        replacement: `${import.meta.dirname}/src/$1/index.ts`,
      },
      {
        find: /^plainsocket\/brokers\/(nats|redis)$/,
        replacement: `${import.meta.dirname}/src/brokers/$1/index.ts`,
      },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "sharing",
          include: SHARING.map(testsIn),
          exclude: ALONE,
          isolate: false,
          testTimeout: timeoutOf(mode), // projects read this file anew, without the mode
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: [...others.map(testsIn), ...ALONE],
          testTimeout: timeoutOf(mode),
        },
      },
      {
        extends: true,
        test: {
          name: "package",
          include: [testsIn("package")],
          globalSetup: ["test/package/pack.ts"],
        },
      },
    ],
    setupFiles: ["test/tools/property-runs.ts"],
    env: mode === "long" ? { FC_NUM_RUNS: process.env["FC_NUM_RUNS"] ?? LONG_RUNS } : {},
    testTimeout: timeoutOf(mode),
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
    // Processes, so that a test may look at its own memory, handles and warnings, and end of its own accord.
    pool: "forks",
    // One core is left to the reporter, but not the second of two: it is idle most of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["**/*.d.ts"],
      reporter: ["text-summary"],
      reportsDirectory: ".cache/coverage",
      thresholds: { "src/protocol/**": { 100: true } },
    },
  },
}));
