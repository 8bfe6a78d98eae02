/** Serves all examples: `npm start`. It ends with an error text when the port is in use. */
import { fork } from "node:child_process";
import path from "node:path";
import { Redis } from "ioredis";
import { RedisBroker } from "plainsocket/brokers/redis";
import { type Broker, MemoryBroker } from "plainsocket/manager";
import { serveChat } from "./chat/server.js";
import { moveProjects } from "./dashboard/projects.js";
import { serveDashboard } from "./dashboard/server.js";
import { Site } from "./site.js";
import { serveTaskProgress } from "./task-progress/server.js";
import { work } from "./task-progress/work.js";
import { FrameWatch } from "./wire/frames.js";
import { serveWire } from "./wire/server.js";

const PORT = Number(process.env["PORT"] ?? 8080);
if (!(PORT <= 65_535)) throw new RangeError("PORT must be a number up to 65535");
const STEP_MS = 400;

/** With Redis the worker is a process of its own. Without Redis it runs in this process. */
function joinWorker(redisUrl: string | undefined): Broker {
  if (redisUrl === undefined) {
    const broker = new MemoryBroker();
    work(broker, STEP_MS);
    return broker;
  }
  const redis = new Redis(redisUrl);
  redis.on("error", (error) => console.error(`Redis: ${error.message}`));
  fork(path.join(import.meta.dirname, "task-progress", "worker.js"));
  return new RedisBroker(redis);
}

const site = new Site();
try {
  const url = await site.listen(PORT);
  const watch = new FrameWatch(site);
  const redisUrl = process.env["REDIS_URL"];
  serveWire(site, watch);
  serveChat(site, {
    origins: [url, url.replace("127.0.0.1", "localhost")],
    onFrame: (tab, frame) => watch.show(tab, frame),
  });
  moveProjects(serveDashboard(site, (line) => console.log(line)));
  serveTaskProgress(site, { broker: joinWorker(redisUrl) });
  site.get("/", (_request, response) => response.writeHead(302, { Location: "/chat/" }).end());
  console.log(url);
  if (redisUrl === undefined)
    console.log("The tasks' worker is in this process: REDIS_URL joins one of its own.");
} catch (error) {
  const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  console.error(isTaken ? `Port ${PORT} is taken: try PORT=8081 npm start` : error);
  process.exitCode = 1;
}
