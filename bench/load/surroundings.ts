/** Where something was measured: the kind of machine, and the versions of all that took part. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import path from "node:path";
import process from "node:process";
import type { Surroundings } from "./session.js";

const PACKAGES = ["ws", "bufferutil", "websocket", "faye-websocket", "undici"];

/** @param bun - Where Bun is, if it is there. */
export function surroundings(root: string, bun: string | undefined): Surroundings {
  const all = cpus();
  const versions = {
    node: process.version.slice(1),
    plainsocket: versionIn(path.join(root, "package.json")),
    ...Object.fromEntries(
      PACKAGES.map((name) => [
        name,
        versionIn(path.join(root, "node_modules", name, "package.json")),
      ]),
    ),
    ...(bun === undefined
      ? {}
      : { bun: execFileSync(bun, ["--version"], { encoding: "utf8" }).trim() }),
  };
  return {
    versions,
    cpu: all[0]?.model ?? "unknown",
    cores: all.length,
    memoryBytes: totalmem(),
    system: `${type()} ${release().split(".").slice(0, 2).join(".")}`,
  };
}

function versionIn(file: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(file, "utf8"));
  return version;
}
