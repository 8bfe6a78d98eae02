/** Programs of docs/ as processes: compiled, and with the package beside them as if it were installed. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

const ROOT = path.join(import.meta.dirname, "../..");

/** A folder with programs in it. */
export class BuiltPrograms implements Disposable {
  readonly #folder: string;

  /** @param files - Relative to the repository, such as `"docs/scaling/server.ts"`. */
  constructor(files: readonly string[]) {
    mkdirSync(path.join(ROOT, ".cache"), { recursive: true });
    this.#folder = mkdtempSync(path.join(ROOT, ".cache/programs-"));
    const tsconfig = path.join(this.#folder, "tsconfig.json");
    // Types are checked with those of all files.
    const compilerOptions = {
      noEmit: false,
      noCheck: true,
      outDir: this.#folder,
      rootDir: ROOT,
    };
    const include = files.map((file) => path.join(ROOT, file));
    const config = { extends: "../../tsconfig.json", compilerOptions, include, exclude: [] };
    writeFileSync(tsconfig, JSON.stringify(config));
    const tsc = path.join(ROOT, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", tsconfig], { encoding: "utf8" });
    if (stdout !== "") throw new Error(stdout);
    // The compiler has put the package's sources, too, where its name now leads to.
    const manifest = readFileSync(path.join(ROOT, "package.json"), "utf8");
    const here = manifest.replaceAll("./dist/", "./src/");
    writeFileSync(path.join(this.#folder, "package.json"), here);
  }

  /** @param stdin - `"pipe"` for programs that take orders there. */
  start(
    file: string,
    env: Readonly<Record<string, string>> = {},
    { stdin = "ignore" }: { readonly stdin?: "ignore" | "pipe" } = {},
  ): Program {
    const script = path.join(this.#folder, file.replace(/\.ts$/, ".js"));
    return new Program(script, { ...process.env, NODE_OPTIONS: "", ...env }, stdin);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** A running program. */
export class Program implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(script: string, env: NodeJS.ProcessEnv, stdin: "ignore" | "pipe" = "ignore") {
    this.child = spawn(process.execPath, [script], { env, stdio: [stdin, "pipe", "inherit"] });
    if (this.child.stdout === null) throw new Error("there is no output");
    this.#lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  /** The next line of its output. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error("the program has ended");
    return next.value;
  }

  /** Waits for its end. @returns Its exit code, or the signal that ended it. */
  async exit(): Promise<number | string | null> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    return child.exitCode ?? child.signalCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exit();
  }
}
