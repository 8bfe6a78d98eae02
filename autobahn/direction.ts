/** Runs the suite against one end of ours, from start to report. */
import { readFile, rm, mkdir } from "node:fs/promises";
import path from "node:path";
import type { Child, Children, Command } from "./children.js";
import type { Runner } from "./find-runner.js";
import type { Folders } from "./install-suite.js";
import { findFreePort, waitForPort } from "./ports.js";
import type { CaseCounter } from "./progress.js";
import { type CaseResults, type Direction, parseIndex } from "./results.js";
import { reportFolder, suiteCommand, writeConfiguration } from "./suite.js";
import { Watchdog } from "./watchdog.js";

/** What a direction needs to run. */
export interface DirectionPlan {
  readonly direction: Direction;
  /**
   * Our end. A server prints its URL as its first line and runs until it is killed;
   * a client gets the URL of the suite as its last argument and ends by itself.
   */
  readonly endpoint: Command;
  /** Ids, or `["*"]`. */
  readonly cases: readonly string[];
  readonly runner: Runner;
  readonly folders: Folders;
  readonly children: Children;
  readonly counter: CaseCounter;
  /** Called when the counter has moved. */
  readonly onProgress: () => void;
}

/** How often to try when another program takes the port that was free. */
const PORT_ATTEMPTS = 3;

/**
 * Replaces the direction's last report and returns its results.
 *
 * @throws Error when an end cannot be started, the suite stands still, or it ends without a report
 */
export async function runDirection(plan: DirectionPlan): Promise<CaseResults> {
  const folder = reportFolder(plan.direction, plan.folders);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const watchdog = new Watchdog();
  const started: Child[] = [];
  try {
    const run = new DirectionRun(plan, watchdog, started);
    const done = plan.direction === "server" ? run.testServer() : run.testClient();
    await Promise.race([done, watchdog.bite]);
    plan.counter.finish();
    plan.onProgress();
    return parseIndex(await readFile(path.join(folder, "index.json"), "utf8"));
  } catch (error) {
    throw new Error(`${plan.direction}: the run failed, see the logs in ${folder}`, {
      cause: error,
    });
  } finally {
    watchdog.stop();
    for (const child of started) child.kill();
  }
}

class DirectionRun {
  readonly #plan: DirectionPlan;
  readonly #watchdog: Watchdog;
  readonly #started: Child[];

  constructor(plan: DirectionPlan, watchdog: Watchdog, started: Child[]) {
    this.#plan = plan;
    this.#watchdog = watchdog;
    this.#started = started;
  }

  /** Our server runs; the suite connects to it once for each case, and ends after the last. */
  async testServer(): Promise<void> {
    const url = await this.#startServer();
    const suite = await this.#startSuite(url);
    const exitCode = await suite.exited;
    if (exitCode !== 0) throw new Error(`wstest ended with exit code ${exitCode}`);
  }

  /** The suite listens until it is killed; our client asks for one case after the other. */
  async testClient(): Promise<void> {
    const url = await this.#startListeningSuite();
    const { endpoint } = this.#plan;
    const client = this.#start({ ...endpoint, args: [...endpoint.args, url] }, "endpoint.log");
    const exitCode = await client.exited;
    if (exitCode !== 0) throw new Error(`the client ended with exit code ${exitCode}`);
  }

  async #startServer(): Promise<string> {
    return new Promise((resolve, reject) => {
      const server = this.#start(this.#plan.endpoint, "endpoint.log", (line) => {
        if (line.startsWith("ws://")) resolve(line.trim());
      });
      server.exited.then(
        (exitCode) => reject(new Error(`the server ended with exit code ${exitCode}`)),
        reject,
      );
    });
  }

  async #startListeningSuite(): Promise<string> {
    for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt += 1) {
      const port = await findFreePort();
      const url = `ws://127.0.0.1:${port}`;
      const suite = await this.#startSuite(url);
      const ended = new AbortController();
      suite.exited.then(
        () => ended.abort(),
        () => ended.abort(),
      );
      if (await waitForPort(port, ended.signal)) return url;
    }
    throw new Error("wstest does not listen");
  }

  async #startSuite(url: string): Promise<Child> {
    const { direction, cases, counter, folders, onProgress, runner } = this.#plan;
    const file = await writeConfiguration(direction, url, cases, folders);
    return this.#start(suiteCommand(runner, direction, file, folders), "wstest.log", (line) => {
      if (!counter.observe(line)) return;
      this.#watchdog.feed(counter.current);
      onProgress();
    });
  }

  #start(command: Command, logName: string, onLine?: (line: string) => void): Child {
    const { children, direction, folders } = this.#plan;
    const logFile = path.join(reportFolder(direction, folders), logName);
    const child = children.start(command, logFile, onLine);
    this.#started.push(child);
    return child;
  }
}
