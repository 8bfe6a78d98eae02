// How the tests run. `--mode long` is for property tests with many more runs than `npm test` has time for.
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const LONG_RUNS = "100000";

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
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/tools/property-runs.ts"],
    env: mode === "long" ? { FC_NUM_RUNS: process.env["FC_NUM_RUNS"] ?? LONG_RUNS } : {},
    // A limit for what hangs, not for what is slow: nothing here waits for time to pass.
    testTimeout: mode === "long" ? 3_600_000 : 60_000,
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
