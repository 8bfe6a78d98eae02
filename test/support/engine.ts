/** Real engines for brokers, started by the tests: killed, stopped and started again in their midst. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { requireTool } from "./require-tool.js";
import { TcpProxy } from "./tcp-proxy.js";

export const redisServer = requireTool("redis-server", "apt-get install redis-server");
export const natsServer = requireTool("nats-server", "apt-get install nats-server");

/**
 * An engine in a process of its own. Clients reach it at `port`, which leads through
 * a proxy and stays the same when the engine starts again.
 */
export class Engine {
  readonly proxy: TcpProxy;
  readonly #folder: string;
  readonly #kind: EngineKind;
  #process: ChildProcess | undefined;

  private constructor(kind: EngineKind, folder: string, proxy: TcpProxy) {
    this.#kind = kind;
    this.#folder = folder;
    this.proxy = proxy;
  }

  static async start(kind: EngineKind): Promise<Engine> {
    const folder = mkdtempSync(path.join(tmpdir(), "plainsocket-engine-"));
    const engine = new Engine(kind, folder, await TcpProxy.listen());
    try {
      await engine.startAgain();
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
    return engine;
  }

  get port(): number {
    return this.proxy.port;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Another way to the same engine, to be cut by itself. */
  async anotherWay(): Promise<TcpProxy> {
    const proxy = await TcpProxy.listen();
    proxy.target = this.proxy.target;
    return proxy;
  }

  /** Ends it at once, with all that it has in memory. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const exited = once(process, "exit");
    process.kill("SIGKILL");
    await exited;
  }

  /** Makes it stand still, its connections open. */
  stop(): void {
    this.#process?.kill("SIGSTOP");
  }

  /** Lets it go on after {@link stop}. */
  goOn(): void {
    this.#process?.kill("SIGCONT");
  }

  async startAgain(): Promise<void> {
    await this.kill();
    const { program, args, target } = this.#kind(this.#folder);
    this.#process = spawn(program, args, { stdio: "ignore" });
    this.proxy.target = await firstThatConnects(target);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.proxy.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export type Target = net.NetConnectOpts;

/** How an engine is started in a folder of its own. */
export type EngineKind = (folder: string) => {
  readonly program: string;
  readonly args: readonly string[];
  /** Where it listens; `undefined` while that is not known. */
  readonly target: () => Target | undefined;
};

/** On a socket in the file system: nothing to be taken by others. */
export const redisKind: EngineKind = (folder) => {
  const socket = path.join(folder, "redis.sock");
  rmSync(socket, { force: true });
  const settings = { port: "0", unixsocket: socket, save: "", appendonly: "no", dir: folder };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return { program: redisServer ?? "", args, target: () => ({ path: socket }) };
};

/** On a port that it chooses itself and writes to a file; with JetStream. */
export const natsKind: EngineKind = (folder) => {
  const remove = (file: string): void => rmSync(path.join(folder, file), { force: true });
  const portsFiles = (): string[] => readdirSync(folder).filter((file) => file.endsWith(".ports"));
  portsFiles().forEach(remove);
  const args = ["-a", "127.0.0.1", "-p", "-1", "-js", "-sd", folder, "--ports_file_dir", folder];
  const target = (): Target | undefined => {
    const [file] = portsFiles();
    if (file === undefined) return undefined;
    const port = /"nats:\/\/[^"]*:(\d+)"/.exec(readFileSync(path.join(folder, file), "utf8"))?.[1];
    return port === undefined ? undefined : { host: "127.0.0.1", port: Number(port) };
  };
  return { program: natsServer ?? "", args, target };
};

const DEADLINE_MS = 30_000;
const BETWEEN_TRIES_MS = 10;

/** Tries until the engine listens: it has no other way to say so. */
async function firstThatConnects(target: () => Target | undefined): Promise<Target> {
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() < deadline) {
    const found = target();
    if (found !== undefined && (await connects(found))) return found;
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
  }
  throw new Error(`the engine does not listen after ${DEADLINE_MS} ms`);
}

async function connects(target: Target): Promise<boolean> {
  const socket = net.connect(target);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
