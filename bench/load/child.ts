/** A process under test, and what it has used. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { deferred } from "./deferred.js";
import type { Peer } from "./peers.js";
import { usageOf } from "./process-table.js";

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
}

/** None outlives the bench, however that ends. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const one of running) kill(one);
});

/** Each is a group of processes, with those that it has started. */
const HAS_GROUPS = process.platform !== "win32";

function kill(child: ChildProcess): void {
  if (!HAS_GROUPS || child.pid === undefined) {
    child.kill("SIGKILL");
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

export class Child {
  readonly #process: ChildProcess;
  readonly #ended = deferred<never>();
  #problem: string | undefined;

  constructor(peer: Peer, env: Readonly<Record<string, string>>) {
    const [command, ...args] = peer.command;
    this.#process = spawn(command, args, {
      env: { ...process.env, ...peer.env, ...env },
      detached: HAS_GROUPS,
      stdio: ["ignore", "ignore", "inherit", ...(peer.hasChannel ? (["ipc"] as const) : [])],
    });
    running.add(this.#process);
    this.#ended.promise.catch(() => {});
    this.#process.once("error", (error) => this.#end(error.message));
    this.#process.once("exit", (code, signal) => this.#end(`it ended with ${code ?? signal}`));
  }

  #end(problem: string): void {
    running.delete(this.#process);
    this.#problem ??= problem;
    this.#ended.reject(new Error(this.#problem));
  }

  /** Why it is not running; `undefined` when it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * With `"collect"` it collects its garbage first, where it can be asked to.
   *
   * @throws {Error} It is not running.
   */
  async usage(before?: "collect"): Promise<Usage> {
    if (!this.#process.connected) return usageOf(this.#process.pid!);
    const answer = once(this.#process, "message");
    this.#process.send(before ?? "usage");
    const [usage]: Usage[] = await Promise.race([answer, this.#ended.promise]);
    return usage!;
  }

  /** Kills it, and all that it has started. Called again it does nothing. */
  async stop(): Promise<void> {
    if (this.#problem !== undefined) return;
    const exit = once(this.#process, "exit");
    kill(this.#process);
    await exit;
  }
}
