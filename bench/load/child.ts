/** A process under test, and what it has used. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import type { Peer } from "./peers.js";
import { usageOf } from "./process-table.js";

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
}

export class Child {
  readonly #process: ChildProcess;
  #problem: string | undefined;

  constructor(peer: Peer, env: Readonly<Record<string, string>>) {
    const [command, ...args] = peer.command;
    this.#process = spawn(command, args, {
      env: { ...process.env, ...peer.env, ...env },
      stdio: ["ignore", "ignore", "inherit", ...(peer.hasChannel ? (["ipc"] as const) : [])],
    });
    this.#process.once("error", (error) => (this.#problem = error.message));
    this.#process.once(
      "exit",
      (code, signal) => (this.#problem ??= `it ended with ${code ?? signal}`),
    );
  }

  /** Why it is not running; `undefined` when it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** With `"collect"` it collects its garbage first, where it can be asked to. */
  async usage(before?: "collect"): Promise<Usage> {
    if (!this.#process.connected) return usageOf(this.#process.pid!);
    const answer = once(this.#process, "message");
    this.#process.send(before ?? "usage");
    const [usage]: Usage[] = await answer;
    return usage!;
  }

  /** Kills it. Called again it does nothing. */
  async stop(): Promise<void> {
    if (this.#problem !== undefined) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }
}
