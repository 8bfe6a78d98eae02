// What is in `dist/`: per entry point a file of JavaScript and one of declarations, and in `chunks/` what several of them share.
import {
  defineConfig,
  type InputOptions,
  type LogLevel,
  type OutputOptions,
  type Plugin,
  type RolldownLog,
} from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { writeCommonJsTypes } from "./build/common-js-types.js";

/** As `exports` of package.json names them. */
const ENTRIES = [
  "index",
  "brokers/nats/index",
  "brokers/redis/index",
  "contract/index",
  "manager/index",
  "protocol/index",
];
/** Where `tsc -p src` puts the declarations of each file. */
const DECLARATIONS = "./.build/declarations";
/** Lower layers first: what several entry points need of a layer is one chunk, named after it. */
const LAYERS = ["input", "protocol", "contract", "node", "cluster", "manager", "brokers"];

function inputs(folder: string, ending: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `${folder}/${name}${ending}`]));
}

/** Names stay the same from build to build, and readable: no hashes, no letters for what chunks give each other. */
function files(ending: string): OutputOptions {
  return {
    dir: "dist",
    entryFileNames: `[name]${ending}`,
    chunkFileNames: `chunks/[name]${ending}`,
    minifyInternalExports: false,
  };
}

/** @param suffix - `.d` for declarations, by which their plugin knows them. */
function chunksByLayer(suffix: "" | ".d"): OutputOptions {
  const groups = LAYERS.map((layer, index) => ({
    name: layer + suffix,
    test: new RegExp(`[\\/](src|declarations)[\\/]${layer}[\\/]`),
    priority: LAYERS.length - index,
    minShareCount: 2,
  }));
  return { codeSplitting: { groups } };
}

/**
 * Asks for Node's types where they are used. Since TypeScript 6 a project that does not name them has none, and
 * everything of ours that mentions a `Duplex` would become `any` without a word.
 */
const nodeTypes: Plugin = {
  name: "node-types",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk") continue;
      file.code = file.code.replaceAll(/^\/\/ \.build\/.*\n/gm, "");
      if (/ from "node:|\bBuffer\b/.test(file.code)) {
        file.code = `/// <reference types="node" />\n${file.code}`;
      }
    }
  },
};

const commonJsTypes: Plugin = {
  name: "common-js-types",
  writeBundle({ dir }) {
    writeCommonJsTypes(ENTRIES.map((name) => `${dir}/${name}.d.ts`));
  },
};

/** A package that somebody would have to look at twice is none. */
function failOnWarnings(level: LogLevel, { message }: RolldownLog): void {
  if (level === "warn") throw new Error(message);
}

const JAVASCRIPT: OutputOptions = {
  ...chunksByLayer(""),
  // Docstrings are in the declarations, all comments in the source maps.
  comments: { legal: true, annotation: true, jsdoc: false },
};
const COMMON: InputOptions = { platform: "node", logLevel: "warn", onLog: failOnWarnings };

export default defineConfig([
  {
    ...COMMON,
    input: inputs("./src", ".ts", [...ENTRIES, "cli/main"]),
    tsconfig: "src/tsconfig.json",
    output: { ...files(".js"), ...JAVASCRIPT, cleanDir: true, sourcemap: true },
  },
  {
    ...COMMON,
    input: inputs("./src", ".ts", ENTRIES),
    tsconfig: "src/tsconfig.json",
    output: { ...files(".cjs"), ...JAVASCRIPT, format: "cjs", esModule: true, strict: true },
  },
  {
    ...COMMON,
    input: inputs(DECLARATIONS, ".d.ts", ENTRIES),
    plugins: [dts({ dtsInput: true, tsconfig: false }), nodeTypes, commonJsTypes],
    output: { ...files(".ts"), ...chunksByLayer(".d") },
  },
]);
