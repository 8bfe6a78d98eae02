/** The messages of servers and workers about tasks, over a broker. */
import type { Broker, BrokerSubscription } from "plainsocket/manager";
import { z } from "zod";

/** The number of steps of a task, and whether the last one fails. */
const order = z.object({ task_id: z.string(), fails: z.boolean() });

/** The state of a task. It has a `result` at the end. */
const taskState = z.object({
  task_id: z.string(),
  status: z.enum(["pending", "running", "completed", "failed"]),
  progress: z.number(),
  result: z.string().optional(),
});

export type Order = z.infer<typeof order>;
export type TaskState = z.infer<typeof taskState>;

/** Both ends of the exchange over the broker. They ignore all other messages there. */
export const orders: Channel<Order> = channel("tasks:orders", order);
export const states: Channel<TaskState> = channel("tasks:states", taskState);

interface Channel<Data> {
  publish(broker: Broker, data: Data): Promise<void>;
  subscribe(broker: Broker, receive: (data: Data) => void): BrokerSubscription;
}

function channel<Data>(name: string, schema: z.ZodType<Data>): Channel<Data> {
  return {
    publish: (broker, data) => broker.publish(name, Buffer.from(JSON.stringify(data))),
    subscribe: (broker, receive) =>
      broker.subscribe(name, (payload) => {
        const { data } = schema.safeParse(parse(payload));
        if (data !== undefined) receive(data);
      }),
  };
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString());
  } catch {
    return undefined;
  }
}
