// Several processes on one port of one machine. SIGHUP replaces them one after the other.
import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import process from "node:process";

const WORKERS = Number(process.env["WORKERS"] ?? availableParallelism());

if (cluster.isPrimary) await supervise();
else await import("./server.js"); // as it is: it listens by way of the primary

async function supervise(): Promise<void> {
  const workers = new Set<Worker>();
  let isStopping = false;
  cluster.on("exit", (worker) => {
    // A process that was replaced is no longer in the set. A process that crashed is.
    if (workers.delete(worker) && !isStopping) void start();
  });

  async function start(): Promise<void> {
    const worker = cluster.fork();
    workers.add(worker);
    await once(worker, "listening");
  }

  process.once("SIGTERM", () => {
    isStopping = true;
    for (const worker of workers) worker.process.kill("SIGTERM");
  });
  process.on("SIGHUP", () => void replaceAll());

  /** An old process ends when a new one listens, so there is always a process that takes connections. */
  async function replaceAll(): Promise<void> {
    const all = Array.from(workers);
    for (const old of all) {
      await start();
      workers.delete(old);
      old.process.kill("SIGTERM");
      await once(old, "exit");
    }
    console.log("replaced");
  }

  await Promise.all(Array.from({ length: WORKERS }, start));
  console.log("ready");
}
