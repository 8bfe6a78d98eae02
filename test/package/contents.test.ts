// What is in the packed package, and what must not be.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { IS_LONG } from "../support/universal.js";
import { InstalledPackage, ROOT } from "./installed-package.js";

interface Manifest {
  readonly main: string;
  readonly types: string;
  readonly typesVersions: { readonly "*": Record<string, readonly string[]> };
  readonly exports: Record<string, string | Record<string, string | Conditions>>;
  readonly bin: Record<string, string>;
  readonly scripts: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
  readonly [field: string]: unknown;
}

interface Conditions {
  readonly types: string;
  readonly default: string;
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
}

// Compilers and linters in processes of their own: a second or two each, more beside other tests.
vi.setConfig({ testTimeout: 180_000 });

let installed: InstalledPackage;
let manifest: Manifest;
let files: readonly string[];

beforeAll(() => {
  installed = new InstalledPackage();
  manifest = JSON.parse(readFileSync(path.join(installed.folder, "package.json"), "utf8"));
  files = readdirSync(installed.folder, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(path.join(installed.folder, file)).isFile())
    .map((file) => file.split(path.sep).join("/"))
    .toSorted();
  return () => installed.remove();
});

function read(file: string): string {
  return readFileSync(path.join(installed.folder, file), "utf8");
}

function sizeOf(names: readonly string[]): number {
  return names.reduce((sum, file) => sum + statSync(path.join(installed.folder, file)).size, 0);
}

/** Where each entry point is below `dist/`, and what it is for whom. */
function entryPoints(): (readonly [string, Record<string, string | Conditions>])[] {
  return Object.entries(manifest.exports).flatMap(([name, targets]) =>
    typeof targets === "string" ? [] : [[`${name}/`.slice("./".length), targets] as const],
  );
}

function namedFiles(): string[] {
  const conditions = entryPoints().flatMap(([, targets]) => Object.values(targets));
  const targets = conditions.flatMap((one) => (typeof one === "string" ? one : Object.values(one)));
  const inExports = targets.map((file) => file.slice("./".length));
  return [...new Set([...inExports, ...Object.values(manifest.bin)])];
}

describe("package.json", () => {
  it("has no dependency that npm would install [K07]", () => {
    for (const field of ["dependencies", "optionalDependencies", "bundleDependencies"]) {
      expect(manifest[field], field).toBeUndefined();
    }
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
      expect(manifest.peerDependenciesMeta?.[peer]?.optional, peer).toBe(true);
    }
    const packages = readdirSync(path.join(installed.app, "node_modules"));
    expect(packages.filter((name) => !name.startsWith("."))).toEqual(["plainsocket"]);
  });

  it("has no script that runs when a user installs it [K07]", () => {
    // `prepare` and its relatives run for dependencies that come from a repository
    const onInstall = ["preinstall", "install", "postinstall", "prepublish"];
    const onInstallFromRepository = ["prepare", "preprepare", "postprepare"];
    for (const name of [...onInstall, ...onInstallFromRepository]) {
      expect(Object.keys(manifest.scripts)).not.toContain(name);
    }
    expect(files, "npm would run node-gyp").not.toContain("binding.gyp");
  });

  it("says that it is ESM, without side effects, and from which Node on", () => {
    expect(manifest).toMatchObject({
      type: "module",
      sideEffects: false,
      engines: { node: ">=20.19" },
      license: "MIT",
    });
  });

  it.each(["module-sync", "module", "bun", "import"])(
    "gives the ES module to who asks with %s, types first",
    (condition) => {
      for (const [name, targets] of entryPoints()) {
        const base = `./dist/${name}index`;
        const expected = { types: `${base}.d.ts`, default: `${base}.js` };
        expect(JSON.stringify(targets[condition]), name).toBe(JSON.stringify(expected));
      }
    },
  );

  it("has CommonJS behind that, for those who know only require, and the ES module for all others [K07]", () => {
    for (const [name, targets] of entryPoints()) {
      const base = `./dist/${name}index`;
      expect(Object.keys(targets).slice(-2), name).toEqual(["require", "default"]);
      const expected = { types: `${base}.d.cts`, default: `${base}.cjs` };
      expect(JSON.stringify(targets["require"]), name).toBe(JSON.stringify(expected));
      expect(targets["default"], name).toBe(`${base}.js`);
    }
  });

  it("leads those who do not know exports to each entry point, too", () => {
    const named = Object.entries(manifest.typesVersions["*"]);

    expect(manifest).toMatchObject({ main: "./dist/index.cjs", types: "./dist/index.d.ts" });
    expect(named.map(([name]) => `./${name}`)).toEqual(Object.keys(manifest.exports).slice(1, -1));
    for (const [name, files] of named) expect(files).toEqual([`./dist/${name}/index.d.ts`]);
  });

  it("names files that exist", () => {
    for (const file of namedFiles()) expect(files).toContain(file);
  });

  it("names a command that the system can start", () => {
    for (const [name, file] of Object.entries(manifest.bin)) {
      expect(read(file)).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(existsSync(path.join(installed.app, "node_modules/.bin", name))).toBe(true);
      if (process.platform === "win32") continue;
      expect(statSync(path.join(installed.folder, file)).mode & 0o111).toBe(0o111);
    }
  });
});

describe("the tarball", () => {
  it("is fine for publint", () => {
    const publint = path.join(ROOT, "node_modules/publint/src/cli.js");
    const { status, stdout, stderr } = installed.run(publint, "run", "--strict", installed.tarball);

    expect(status, stdout + stderr).toBe(0);
  });

  it("gives the right types to each way of resolving", () => {
    const attw = path.join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
    const { status, stdout } = installed.run(attw, installed.tarball);

    expect(status, stdout).toBe(0);
  });
});

describe("the files", () => {
  it("are few: those of the entry points, the chunks that they share, and documents", () => {
    const documents = files.filter((file) => !file.startsWith("dist/"));
    const entries = new Set(namedFiles());
    const others = files.filter(
      (file) => file.startsWith("dist/") && !file.endsWith(".map") && !entries.has(file),
    );

    expect(documents).toEqual(["LICENSE", "README.md", "package.json"]);
    expect(
      others.filter((file) => !/^dist\/chunks\/[-a-z]+(\.d\.ts|\.js|\.cjs)$/.test(file)),
    ).toEqual([]);
    const withoutMaps = files.filter((file) => !file.endsWith(".map"));
    expect(withoutMaps.length).toBeLessThan(50);
    expect(sizeOf(withoutMaps)).toBeLessThan(1_400_000);
  });

  it("have names and lines as they are written, for traces without source maps, but no comments", () => {
    const scripts = files.filter((one) => /\.c?js$/.test(one));
    for (const file of scripts) {
      const comments =
        read(file).match(/^\s*(\/\*(?![#@]__)|\/\/(?! (?:src|\\0rolldown)\/|# )).*/gm) ?? [];
      expect(comments, file).toEqual([]);
    }
    const chunk = read("dist/chunks/protocol.js");
    expect(chunk).toContain("// src/protocol/connection.ts\n");
    expect(chunk).toMatch(/^export \{/m);
    expect(chunk.split("\n").length).toBeGreaterThan(3_000);
  });

  it("have source maps that hold the sources as they are", () => {
    const maps = files.filter((file) => file.endsWith(".map"));
    expect(maps.length).toBeGreaterThan(0);
    const seen = new Set<string>();
    for (const file of maps) {
      const map: SourceMap = JSON.parse(read(file));
      for (const [index, source] of map.sources.entries()) {
        const original = path.posix.join(path.posix.dirname(file), source);
        const text = readFileSync(path.join(ROOT, original), "utf8");
        expect(map.sourcesContent[index], `${original} in ${file}`).toBe(text);
        seen.add(original);
      }
      const mapped = file.slice(0, -".map".length);
      expect(read(mapped), mapped).toContain(`//# sourceMappingURL=${path.posix.basename(file)}`);
    }
    for (const source of ["src/protocol/connection.ts", "src/node/server/server.ts"]) {
      expect(seen).toContain(source);
    }
  });

  // In the long run, and in .ci/run: to build takes longer than all tests of this file.
  const inLongRun = IS_LONG ? it : (): void => {};
  inLongRun("are the same bytes from build to build", () => {
    installed.rebuild();
    const built = readdirSync(path.join(installed.stage, "dist"), {
      recursive: true,
      withFileTypes: true,
    }).filter((entry) => entry.isFile());

    expect(built).toHaveLength(files.filter((file) => file.startsWith("dist/")).length);
    for (const { parentPath, name } of built) {
      const file = path.join(parentPath, name);
      const text = readFileSync(file, "utf8");
      expect(text, file).toBe(read(path.relative(installed.stage, file)));
    }
  });

  it("name no folder of the machine they were made on", () => {
    const folders = [ROOT, installed.stage, homedir()].filter((folder) => folder.length > 1);
    for (const file of files) {
      const text = read(file);
      for (const folder of folders) expect(text.includes(`${folder}/`), file).toBe(false);
    }
  });
});
