import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: [
      { find: /^plainsocket$/, replacement: `${import.meta.dirname}/src/index.ts` },
      {
        find: /^plainsocket\/protocol$/,
        replacement: `${import.meta.dirname}/src/protocol/index.ts`,
      },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    coverage: {
      provider: "v8",
      include: ["src/**"],
      exclude: ["**/*.d.ts"],
      reporter: ["text-summary"],
    },
  },
});
