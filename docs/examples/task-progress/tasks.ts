/** What servers and workers tell each other of tasks, over a broker. */
import type { Broker, BrokerSubscription } from "plainsocket/manager";
import { z } from "zod";

/** Steps to be done, and whether the last one is to fail. */
const order = z.object({ task_id: z.string(), fails: z.boolean() });

/** What is known of a task. `result` is there at the end. */
const taskState = z.object({
  task_id: z.string(),
  status: z.enum(["pending", "running", "completed", "failed"]),
  progress: z.number(),
  result: z.string().optional(),
});

export type Order = z.infer<typeof order>;
export type TaskState = z.infer<typeof taskState>;

/** Both ends of what runs over the broker. Whatever else turns up there is ignored. */
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
