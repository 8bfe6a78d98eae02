// The package as a user has it: packed and installed by npm once for all tests, and copied into an empty folder for each file.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inject } from "vitest";
import * as nats from "../../src/brokers/nats/index.js";
import * as redis from "../../src/brokers/redis/index.js";
import * as contract from "../../src/contract/index.js";
import * as entry from "../../src/index.js";
import * as manager from "../../src/manager/index.js";
import * as protocol from "../../src/protocol/index.js";
import { npm, ROOT } from "./pack.js";

export { ROOT };

/** What comes behind `plainsocket` in an import, and the sources that it stands for. */
export const ENTRY_POINTS: readonly (readonly [string, object])[] = [
  ["", entry],
  ["/brokers/nats", nats],
  ["/brokers/redis", redis],
  ["/contract", contract],
  ["/manager", manager],
  ["/protocol", protocol],
];

export interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class InstalledPackage {
  /** The folder of an application that has the package as its only dependency. */
  readonly app: string;
  /** Where npm put it. */
  readonly folder: string;
  /** Where it was built, in case that has got into a file. */
  readonly stage: string;
  /** What `npm publish` would send. */
  readonly tarball: string;

  constructor() {
    const { stage, tarball, app } = inject("packed");
    this.stage = stage;
    this.tarball = tarball;
    this.app = realpathSync(mkdtempSync(path.join(tmpdir(), "plainsocket-app-")));
    this.folder = path.join(this.app, "node_modules/plainsocket");
    cpSync(app, this.app, { recursive: true, verbatimSymlinks: true });
  }

  write(file: string, text: string): void {
    writeFileSync(path.join(this.app, file), text);
  }

  /** Runs Node in the folder of the application, without the test runner's options. */
  run(...args: readonly string[]): Output {
    const env = { ...process.env, NODE_OPTIONS: "" };
    return spawnSync(process.execPath, args, { cwd: this.app, env, encoding: "utf8" });
  }

  /** Makes `dist` once more, where it was packed from. */
  rebuild(): void {
    npm(this.stage, "run", "build");
  }

  /** Lets the application find a development dependency of ours. */
  lend(dependency: string): void {
    const target = path.join(this.app, "node_modules", dependency);
    mkdirSync(path.dirname(target), { recursive: true });
    symlinkSync(path.join(ROOT, "node_modules", dependency), target);
  }

  remove(): void {
    rmSync(this.app, { recursive: true, force: true });
  }
}
