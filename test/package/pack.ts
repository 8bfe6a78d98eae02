// Builds and packs the package before the tests of this folder run: once, since it takes as long as they do.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { TestProject } from "vitest/node";

export const ROOT = path.join(import.meta.dirname, "../..");
const SOURCES = [
  "package.json",
  "tsconfig.json",
  "rolldown.config.ts",
  "build",
  "README.md",
  "LICENSE",
  "src",
];

declare module "vitest" {
  interface ProvidedContext {
    /** The folder in which the package was built, the file that npm would publish, and an application that has it. */
    readonly packed: { readonly stage: string; readonly tarball: string; readonly app: string };
  }
}

/**
 * The build is made in a copy, so that `dist`, which others may be running from, is left alone.
 *
 * @returns What removes the copy.
 */
export function setup(project: TestProject): () => void {
  mkdirSync(path.join(ROOT, ".cache"), { recursive: true });
  const stage = mkdtempSync(path.join(ROOT, ".cache/package-"));
  const remove = (): void => rmSync(stage, { recursive: true, force: true });
  try {
    const tarball = pack(stage);
    project.provide("packed", { stage, tarball, app: install(stage, tarball) });
  } catch (error) {
    remove();
    throw error;
  }
  return remove;
}

function pack(stage: string): string {
  for (const name of SOURCES) {
    const source = path.join(ROOT, name);
    if (existsSync(source)) cpSync(source, path.join(stage, name), { recursive: true });
  }
  symlinkSync(path.join(ROOT, "node_modules"), path.join(stage, "node_modules"), "junction");
  npm(stage, "pack");
  const tarball = readdirSync(stage).find((file) => file.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  return path.join(stage, tarball);
}

/** Once for all tests, which copy it to folders outside of the repository, where nothing else is found. */
function install(stage: string, tarball: string): string {
  const app = path.join(stage, "app");
  mkdirSync(app);
  writeFileSync(path.join(app, "package.json"), JSON.stringify({ private: true }));
  npm(app, "install", "--offline", "--no-audit", "--no-fund", tarball);
  return app;
}

export function npm(cwd: string, ...args: readonly string[]): void {
  // npm is a script on some systems, which only a shell can start
  const shell = process.platform === "win32";
  const { status, stdout, stderr } = spawnSync("npm", args, { cwd, shell, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm ${args.join(" ")}\n${stdout}${stderr}`);
}
