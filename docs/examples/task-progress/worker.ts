/** A worker in a process of its own: `REDIS_URL=redis://… node worker.js`. Prints a line when it is ready. */
import { Redis } from "ioredis";
import { RedisBroker } from "plainsocket/brokers/redis";
import { work } from "./work.js";

const redis = new Redis(process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379");
redis.on("error", (error) => console.error(`worker: ${error.message}`));
await work(new RedisBroker(redis), Number(process.env["STEP_MS"] ?? 400)).ready;
console.log("worker: ready");

// The process that started it is gone.
process.on("disconnect", () => process.exit());
