// What is in `dist/`: per entry point a file of JavaScript and one of declarations, and in `chunks/` what several of them share.
import { writeFileSync } from "node:fs";
import path from "node:path";
import {
  defineConfig,
  type InputOptions,
  type LogLevel,
  type OutputOptions,
  type Plugin,
  type RolldownLog,
} from "rolldown";
import { dts } from "rolldown-plugin-dts";
// TypeScript 7 has no interface for programs.
import ts from "typescript-5.9";

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

/**
 * Declarations for `require()` name those for `import`, so that a type is the same on both ways: a process has one copy.
 * Writes `x.d.cts` beside each `x.d.ts`. A file of CommonJS may not `export *` from an ES module before TypeScript 5.8,
 * but it may say that something has the type of what is there.
 */
function writeCommonJsTypes(files: readonly string[]): void {
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noLib: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  for (const file of files) {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} exports nothing`);
    const text = declarationsNaming(path.basename(file, ".d.ts"), checker, module);
    writeFileSync(file.replace(/\.ts$/, ".cts"), text);
  }
}

function declarationsNaming(name: string, checker: ts.TypeChecker, module: ts.Symbol): string {
  const from = `"./${name}.js" with { "resolution-mode": "import" };`;
  const types: string[] = [];
  const lines: string[] = [];
  for (const exported of checker.getExportsOfModule(module)) {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
    if (isTypeOnly(exported) || !isValue) {
      types.push(exported.name);
      continue;
    }
    lines.push(`export declare const ${exported.name}: typeof esm.${exported.name};`);
    if ((symbol.flags & ts.SymbolFlags.Type) !== 0) lines.push(typeOf(exported.name, symbol));
  }
  const list = types.join(", ");
  return [
    `import type * as esm from ${from}`,
    // Both, for what a type parameter extends is looked up in this file.
    ...(types.length > 0
      ? [`import type { ${list} } from ${from}`, `export type { ${list} };`]
      : []),
    ...lines,
    "",
  ].join("\n");
}

function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(
    (one) => ts.isExportSpecifier(one) && (one.isTypeOnly || one.parent.parent.isTypeOnly),
  );
}

/** The type of a class, or of a constant that has one of its name: `Room<Data>` is that of the ES module. */
function typeOf(name: string, { declarations = [] }: ts.Symbol): string {
  const parameters = declarations.flatMap((one) =>
    ts.isClassDeclaration(one) || ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one)
      ? (one.typeParameters ?? [])
      : [],
  );
  if (parameters.length === 0) return `export type ${name} = esm.${name};`;
  const declared = parameters.map((parameter) => parameter.getText()).join(", ");
  const used = parameters.map((parameter) => parameter.name.text).join(", ");
  return `export type ${name}<${declared}> = esm.${name}<${used}>;`;
}
