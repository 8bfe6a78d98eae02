/** Nodes in processes of their own, and their clients here. */
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ClusterEvent } from "../../src/manager/index.js";
import { connect, type WebSocketConnection } from "../../src/node/index.js";
import type { Command, Report } from "./node-process.js";

const ROOT = path.join(import.meta.dirname, "../..");

/** The program of a node, compiled: a process of its own has no test runner to read TypeScript. */
export class NodeProgram {
  readonly #folder: string;
  readonly file: string;

  constructor() {
    mkdirSync(path.join(ROOT, ".cache"), { recursive: true });
    this.#folder = mkdtempSync(path.join(ROOT, ".cache/nodes-"));
    const config = path.join(this.#folder, "tsconfig.json");
    // Types are checked with those of all files.
    const compilerOptions = {
      noEmit: false,
      noCheck: true,
      rootDir: ROOT,
      outDir: "out",
      paths: {},
    };
    const files = [path.join(ROOT, "test/brokers/node-process.ts")];
    const extended = path.join(ROOT, "tsconfig.json");
    const settings = { extends: extended, compilerOptions, files, include: [] };
    writeFileSync(config, JSON.stringify(settings));
    const tsc = path.join(ROOT, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [tsc, "-p", config], { stdio: "inherit" });
    this.file = path.join(this.#folder, "out/test/brokers/node-process.js");
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

export class NodeProcess {
  readonly events: ClusterEvent[] = [];
  readonly clients: Client[] = [];
  url = "";
  nodeId = "";
  readonly #process: ChildProcess;
  readonly #reports: Report[] = [];
  readonly #wake: (() => void)[] = [];

  private constructor(program: NodeProgram, broker: string, port: number) {
    this.#process = fork(program.file, [broker, String(port)], { execArgv: [] });
    this.#process.on("message", (report: Report) => {
      if (report.type === "event") this.events.push(report.event);
      else this.#reports.push(report);
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  static async start(program: NodeProgram, broker: string, port: number): Promise<NodeProcess> {
    const node = new NodeProcess(program, broker, port);
    const report = await node.#next("listening");
    if (report.type === "listening") {
      node.url = report.url;
      node.nodeId = report.nodeId;
    }
    return node;
  }

  /** Connects a client, and makes it a member of a room. */
  async join(room: string): Promise<Client> {
    const client = new Client(await connect(this.url), room);
    client.connection.send(room);
    await client.until(() => client.got[0] === "joined");
    client.got.shift();
    this.clients.push(client);
    return client;
  }

  /** Resolves when all of it is on its way. */
  async publish(from: number, to: number): Promise<void> {
    this.#send({ type: "publish", from, to });
    await this.#next("published");
  }

  async fetchMembers(room: string): Promise<{ count: number; missing: readonly string[] }> {
    this.#send({ type: "fetchMembers", room, timeoutMs: 1_000 });
    const report = await this.#next("members");
    if (report.type !== "members") throw new Error("there is no such report");
    return { count: report.ids.length, missing: report.missing };
  }

  /** Resolves when an event like this has come, be it long ago. */
  async until(condition: (events: readonly ClusterEvent[]) => boolean): Promise<void> {
    while (!condition(this.events)) await this.#changed();
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exited;
  }

  async #next(type: Report["type"]): Promise<Report> {
    for (;;) {
      const index = this.#reports.findIndex((report) => report.type === type);
      const [report] = index === -1 ? [] : this.#reports.splice(index, 1);
      if (report !== undefined) return report;
      await this.#changed();
    }
  }

  async #changed(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #send(command: Command): void {
    this.#process.send(command);
  }
}

/** A client that keeps what it gets. */
export class Client {
  readonly connection: WebSocketConnection;
  readonly room: string;
  readonly got: string[] = [];
  readonly #wake: (() => void)[] = [];

  constructor(connection: WebSocketConnection, room: string) {
    this.connection = connection;
    this.room = room;
    connection.on("message", (message) => {
      this.got.push(String(message));
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }
}
