/** Nodes in processes of their own, and their clients here. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "rolldown";
import type { ClusterEvent } from "../../src/manager/index.js";
import { connect, type WebSocketConnection } from "../../src/node/index.js";
import type { Command, Report } from "./node-process.js";

const ROOT = path.join(import.meta.dirname, "../..");

/** The program of a node, in one file: a process of its own has no test runner to read TypeScript. */
export class NodeProgram {
  readonly file: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.file = path.join(folder, "node-process.js");
  }

  static async make(): Promise<NodeProgram> {
    mkdirSync(path.join(ROOT, ".cache"), { recursive: true });
    const folder = mkdtempSync(path.join(ROOT, ".cache/nodes-"));
    await build({
      input: path.join(ROOT, "test/brokers/node-process.ts"),
      platform: "node",
      external: /^[@a-z]/, // what is installed stays where it is
      output: { dir: folder },
      logLevel: "silent",
    });
    return new NodeProgram(folder);
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
