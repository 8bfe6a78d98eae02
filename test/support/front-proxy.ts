/** nginx or HAProxy in front of servers of a test, with the configuration that docs/scaling/ has for it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "./free-port.js";
import { requireTool } from "./require-tool.js";

const DOCS = path.join(import.meta.dirname, "../../docs/scaling");

/** What a test wants other than it is in docs/. */
export interface FrontSettings {
  /** Where the two servers are. */
  readonly backends: readonly [number, number];
  /** How long a connection may be silent. @defaultValue as in docs/ */
  readonly idleSeconds?: number;
}

export interface FrontKind {
  readonly name: string;
  /** `undefined` when it is not on this machine. */
  readonly program: string | undefined;
  readonly configure: (settings: FrontSettings, port: number, folder: string) => string;
  /** Command line for a configuration file. */
  readonly args: (file: string, folder: string) => readonly string[];
  /** Makes a running proxy read the changed file; gives the process that takes its place, if one does. */
  readonly reload: (front: FrontProxy) => ChildProcess;
}

function configOf(file: string, { backends }: FrontSettings, port: number): string {
  const text = readFileSync(path.join(DOCS, file), "utf8");
  // As many connections as in docs/ take more file descriptors than a test may have.
  return text
    .replace(/^worker_rlimit_nofile.*$/m, "")
    .replace("worker_connections 40000", "worker_connections 500")
    .replace("maxconn 20000", "maxconn 200")
    .replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`)
    .replaceAll("127.0.0.1:8081", `127.0.0.1:${backends[0]}`)
    .replaceAll("127.0.0.1:8082", `127.0.0.1:${backends[1]}`);
}

const NGINX_PATHS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

export const NGINX: FrontKind = {
  name: "nginx",
  program: requireTool("nginx", "apt-get install nginx"),
  configure: (settings, port, folder) => {
    const idle = `${settings.idleSeconds ?? 75}s`;
    const paths = NGINX_PATHS.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
    const own = `daemon off;\npid ${folder}/nginx.pid;\nerror_log ${folder}/error.log;\n`;
    return (own + configOf("nginx.conf", settings, port))
      .replaceAll("75s", idle)
      .replace("http {", `http {\naccess_log off;\n${paths}`);
  },
  args: (file, folder) => ["-e", path.join(folder, "error.log"), "-p", folder, "-c", file],
  reload: ({ child }) => {
    child.kill("SIGHUP");
    return child;
  },
};

export const HAPROXY: FrontKind = {
  name: "HAProxy",
  program: requireTool("haproxy", "apt-get install haproxy"),
  configure: (settings, port) =>
    configOf("haproxy.cfg", settings, port).replace(
      "timeout tunnel 75s",
      `timeout tunnel ${settings.idleSeconds ?? 75}s`,
    ),
  args: (file) => ["-db", "-q", "-f", file],
  reload: (front) => front.spawn("-sf", String(front.child.pid)),
};

export class FrontProxy implements AsyncDisposable {
  readonly port: number;
  readonly #kind: FrontKind;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "plainsocket-front-"));
  readonly #children: ChildProcess[] = [];

  private constructor(kind: FrontKind, port: number) {
    this.#kind = kind;
    this.port = port;
  }

  static async start(kind: FrontKind, settings: FrontSettings): Promise<FrontProxy> {
    const front = new FrontProxy(kind, await freePort());
    front.#write(settings);
    front.spawn();
    await front.#untilItListens();
    return front;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** The latest process. */
  get child(): ChildProcess {
    const child = this.#children.at(-1);
    if (child === undefined) throw new Error("it has not been started");
    return child;
  }

  spawn(...more: readonly string[]): ChildProcess {
    const args = [...this.#kind.args(this.#file, this.#folder), ...more];
    const child = spawn(this.#kind.program ?? "", args, { stdio: ["ignore", "ignore", "inherit"] });
    this.#children.push(child);
    const end = (): void => void child.kill("SIGTERM");
    process.once("exit", end); // of a test, too, that never came to its end
    child.once("exit", () => process.off("exit", end));
    return child;
  }

  /** Changes the configuration as an operator would, without cutting anybody. */
  reload(settings: FrontSettings): void {
    this.#write(settings);
    this.#kind.reload(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      child.kill("SIGTERM"); // nginx's master ends its workers then, old ones included
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #file(): string {
    return path.join(this.#folder, "config");
  }

  #write(settings: FrontSettings): void {
    writeFileSync(this.#file, this.#kind.configure(settings, this.port, this.#folder));
  }

  /** It has no other way to say so. */
  async #untilItListens(): Promise<void> {
    while (this.child.exitCode === null) {
      const socket = connectTcp(this.port, "127.0.0.1");
      const listens = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true));
        socket.once("error", () => resolve(false));
      });
      socket.destroy();
      if (listens) return;
    }
    throw new Error(`${this.#kind.name} has ended with ${this.child.exitCode}`);
  }
}
