/** The progress of a worker's tasks, and clients that send each other messages: see README.md beside this file. */
import { randomUUID } from "node:crypto";
import { type WebSocketConnection, WebSocketServer } from "plainsocket";
import { bareFormat, defineContract } from "plainsocket/contract";
import { type Broker, ConnectionManager } from "plainsocket/manager";
import { z } from "zod";
import type { Site } from "../site.js";
import { orders, states, type TaskState } from "./tasks.js";

export interface TaskProgressOptions {
  /** Joins this server to the worker. The caller made it, and closes it. */
  readonly broker: Broker;
  /** @defaultValue 100 */
  readonly maxClients?: number;
}

const clients = defineContract({
  format: bareFormat(), // errors are {"error":"…","details":[…]}
  fromClient: {
    broadcast: z.object({ message: z.string(), except: z.string().optional() }),
    personal: z.object({ to: z.string(), message: z.string() }),
    start_task: z.object({ fails: z.boolean().optional() }),
  },
  fromServer: {
    broadcast: z.object({ from: z.string(), message: z.string() }),
    personal: z.object({ from: z.string(), message: z.string() }),
    system: z.object({ message: z.string() }),
    task_started: z.object({ task_id: z.string() }),
  },
});

/** A client that follows a task sends no messages: each one gets an error reply. */
const followers = defineContract({ format: bareFormat() });

/** Starts the server. @returns A function that ends it. */
export function serveTaskProgress(site: Site, options: TaskProgressOptions): () => Promise<void> {
  // In a real application the states are in a database that all servers share.
  const tasks = new Map<string, TaskState>();
  const ends = [serveTasks(site, options, tasks), serveClients(site, options, tasks)];
  site.files("task-progress/page.html", "task-progress/page.js", "task-progress/page.css");
  return async () => {
    for (const end of ends) await end();
  };
}

/** `/ws/tasks/{task_id}`: the state now, each one after it, and the end. */
function serveTasks(
  site: Site,
  { broker }: TaskProgressOptions,
  tasks: Map<string, TaskState>,
): () => Promise<void> {
  const server = new WebSocketServer<string>({
    server: site.http,
    route: ({ path }) => path.startsWith("/ws/tasks/"),
    authenticate: ({ path }) => path.slice("/ws/tasks/".length),
  });
  const manager = new ConnectionManager({ server });
  manager.on("connection", (connection) => {
    const state = tasks.get(connection.data);
    if (state === undefined) {
      connection.send(JSON.stringify({ error: "Task not found" }));
      connection.close(1000);
      return;
    }
    followers.serve(connection);
    void manager.room(state.task_id).join(connection);
    tell([connection], state);
  });
  const subscription = states.subscribe(broker, (state) => {
    tasks.set(state.task_id, state);
    tell(manager.room(state.task_id).members, state);
  });
  return async () => {
    subscription.unsubscribe();
    await manager.shutdown({ deadlineMs: 0 });
  };
}

function tell(connections: Iterable<WebSocketConnection<string>>, state: TaskState): void {
  const isOver = state.status === "completed" || state.status === "failed";
  for (const connection of connections) {
    connection.send(JSON.stringify(state));
    if (isOver) connection.close(1000);
  }
}

/** `/ws/{client_id}`: messages to all, to all but one, and to one; and orders for the worker. */
function serveClients(
  site: Site,
  { broker, maxClients = 100 }: TaskProgressOptions,
  tasks: Map<string, TaskState>,
): () => Promise<void> {
  const server = new WebSocketServer<string>({
    server: site.http,
    route: ({ path }) => /^\/ws\/(?!updates$)[\w-]{1,64}$/.test(path), // the dashboard has /ws/updates
    authenticate: ({ path }) => path.slice("/ws/".length),
  });
  const manager = new ConnectionManager({
    server,
    broker,
    userOf: ({ data }) => data,
    maxConnections: maxClients,
    whenFull: { code: 1008, reason: "Too many connections" },
  });
  manager.on("connection", (connection) => {
    const from = connection.data;
    clients.serve(connection, {
      handlers: {
        broadcast: ({ message, except }) => {
          const all = clients.serialize("broadcast", { from, message });
          manager.broadcast(all, { except: except === undefined ? [] : manager.ofUser(except) });
        },
        personal: ({ to, message }) =>
          manager.sendToUser(to, clients.serialize("personal", { from, message })),
        start_task: async ({ fails = false }, { peer }) => {
          const task_id = randomUUID();
          tasks.set(task_id, { task_id, status: "pending", progress: 0 });
          await orders.publish(broker, { task_id, fails });
          peer.send("task_started", { task_id });
        },
      },
    });
  });
  manager.on("close", ({ data }) => {
    manager.broadcast(clients.serialize("system", { message: `Client ${data} left` }));
  });
  return async () => {
    await manager.shutdown({ deadlineMs: 0 });
  };
}
