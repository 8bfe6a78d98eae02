/** The work: takes orders from the broker, and reports each step. It knows nothing of connections. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Broker, BrokerSubscription } from "plainsocket/manager";
import { type Order, orders, states } from "./tasks.js";

const STEPS = 10;

/** Begins to take orders. @param stepMs - The duration of a step. */
export function work(broker: Broker, stepMs: number): BrokerSubscription {
  return orders.subscribe(broker, (order) => {
    carryOut(broker, order, stepMs).catch((error: unknown) => console.error(error));
  });
}

async function carryOut(broker: Broker, { task_id, fails }: Order, stepMs: number): Promise<void> {
  for (let step = 1; step < STEPS; step++) {
    await sleep(stepMs);
    await states.publish(broker, { task_id, status: "running", progress: (step / STEPS) * 100 });
  }
  await sleep(stepMs);
  if (fails) {
    const result = "the last step could not be done";
    await states.publish(broker, { task_id, status: "failed", progress: 90, result });
  } else {
    const result = `${STEPS} steps done`;
    await states.publish(broker, { task_id, status: "completed", progress: 100, result });
  }
}
