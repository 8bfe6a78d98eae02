/** The processes that a run starts, none of which may outlive it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { pythonSafeEnvironment } from "./probes.js";

/** A program to start, with what ends the parts of it that are not its child processes. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Run after the program was killed, such as `docker rm --force …`. */
  readonly afterKill?: readonly [program: string, ...args: string[]];
}

/** One running program. */
export interface Child {
  /** The exit code; 1 when a signal ended it. Resolves after all output has been read. */
  readonly exited: Promise<number>;
  /** Ends it with everything it started. Does nothing when it has ended. */
  kill(): void;
}

/** Starts programs and ends those that still run when this process ends, however it ends. */
export class Children {
  readonly #running = new Set<Child>();

  /** Kills what runs on exit, and turns the signals that ask for an end into an exit. */
  constructor() {
    process.once("exit", () => this.killAll());
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      process.once(signal, () => process.exit(code));
    }
  }

  /**
   * Starts a program in a process group of its own. Its standard input stays open
   * as long as this process lives, its output goes to `logFile`, and each line of
   * its standard output to `onLine`.
   */
  start(command: Command, logFile: string, onLine: (line: string) => void = () => {}): Child {
    mkdirSync(path.dirname(logFile), { recursive: true });
    const log = createWriteStream(logFile, { flags: "a" });
    log.write(`$ ${[command.program, ...command.args].join(" ")}\n`);
    const subprocess = spawn(command.program, command.args, {
      detached: true,
      stdio: "pipe",
      env: { ...pythonSafeEnvironment(), PYTHONUNBUFFERED: "1" },
    });
    // It may end before it reads: that is seen at its exit.
    subprocess.stdin.on("error", () => {});
    subprocess.stdout.pipe(log, { end: false });
    subprocess.stderr.pipe(log, { end: false });
    createInterface({ input: subprocess.stdout }).on("line", onLine);
    const child: Child = {
      exited: new Promise((resolve, reject) => {
        subprocess.once("error", reject);
        subprocess.once("close", (code) => resolve(code ?? 1));
      }),
      kill: () => this.#kill(child, subprocess, command),
    };
    this.#running.add(child);
    const forget = (): void => {
      this.#running.delete(child);
      log.end();
    };
    child.exited.then(forget, forget);
    return child;
  }

  /** Ends every program that still runs. */
  killAll(): void {
    for (const child of this.#running) child.kill();
  }

  #kill(child: Child, subprocess: ChildProcess, command: Command): void {
    if (!this.#running.delete(child) || subprocess.pid === undefined) return;
    try {
      // The whole group: a program may have started others.
      process.kill(-subprocess.pid, "SIGKILL");
    } catch {
      // It has just ended by itself.
    }
    if (command.afterKill === undefined) return;
    const [program, ...args] = command.afterKill;
    spawnSync(program, args, { stdio: "ignore" });
  }
}
