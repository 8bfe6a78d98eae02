/** A server under test, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import type { Peer } from "./peers.js";
import { usageOf } from "./process-table.js";
import type { Deflate } from "./upgrade.js";

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
}

/** What a load needs of a server. */
export interface Target {
  readonly port: number;
  /** With `"collect"` it collects its garbage first, where it can. */
  usage(before?: "collect"): Promise<Usage>;
}

export interface ServerSettings {
  readonly mode: "echo" | "broadcast";
  readonly deflate: Deflate;
}

const START_MS = 10_000;
const RETRY_MS = 20;

export class ServerProcess implements Target {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
  }

  /** @throws {Error} It does not listen on the port it was given. */
  static async start(peer: Peer, { mode, deflate }: ServerSettings): Promise<ServerProcess> {
    const port = await freePort();
    const [command, ...args] = peer.command;
    const child = spawn(command, args, {
      env: { ...process.env, ...peer.env, PORT: String(port), MODE: mode, DEFLATE: deflate },
      stdio: ["ignore", "ignore", "inherit", ...(peer.hasChannel ? (["ipc"] as const) : [])],
    });
    const server = new ServerProcess(port, child);
    await server.#listening(peer.name);
    return server;
  }

  async usage(before?: "collect"): Promise<Usage> {
    if (!this.#child.connected) return usageOf(this.#child.pid!);
    const answer = once(this.#child, "message");
    this.#child.send(before ?? "usage");
    const [usage]: Usage[] = await answer;
    return usage!;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  async #listening(name: string): Promise<void> {
    const deadline = Date.now() + START_MS;
    let problem = `${name} does not listen on the port in PORT`;
    this.#child.once("error", (error) => (problem = error.message));
    this.#child.once("exit", (code) => (problem = `${name} ended with ${code}`));
    while (Date.now() < deadline && this.#child.exitCode === null) {
      if (await canConnect(this.port)) return;
      await delay(RETRY_MS);
    }
    await this.stop();
    throw new Error(problem);
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port to listen on");
  return address.port;
}
