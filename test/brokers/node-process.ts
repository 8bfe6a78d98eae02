// One node in a process of its own: a server whose clients are members of rooms, on a broker. Its parent tells it what
// to publish, and asks what it knows.
import { type ClusterEvent, ConnectionManager } from "../../src/manager/index.js";
import { WebSocketServer } from "../../src/node/index.js";
import { BROKERS } from "./clients.js";

/** What the parent says, in turn. */
export type Command =
  | { readonly type: "publish"; readonly from: number; readonly to: number }
  | { readonly type: "fetchMembers"; readonly room: string; readonly timeoutMs: number };

/** What the node says. */
export type Report =
  | { readonly type: "listening"; readonly url: string; readonly nodeId: string }
  | { readonly type: "event"; readonly event: ClusterEvent }
  | { readonly type: "published"; readonly to: number }
  | {
      readonly type: "members";
      readonly ids: readonly string[];
      readonly missing: readonly string[];
    };

/** How messages are spread: each goes to one room, in turn. */
export const ROOMS = 10;

export const roomOf = (number: number): string => `room ${number % ROOMS}`;

const PER_TURN = 100;
const HEARTBEAT_MS = 200;
const TTL_MS = 1_000;

const report = (message: Report): void => void process.send?.(message);

/** Publishes numbers in order, some in each turn of the event loop. */
async function publish(manager: ConnectionManager, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) {
    manager.room(roomOf(number)).broadcast(`${manager.nodeId} ${number}`);
    if (number % PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  report({ type: "published", to });
}

async function run(name: string, port: number): Promise<void> {
  const underTest = BROKERS.find((one) => one.name === name);
  if (underTest === undefined) throw new Error(`there is no broker ${name}`);
  const { broker } = await underTest.open(port);
  const server = new WebSocketServer<unknown>({ port: 0, host: "127.0.0.1" });
  const clusterLimits = { heartbeatIntervalMs: HEARTBEAT_MS, nodeTtlMs: TTL_MS };
  const manager = new ConnectionManager({ server, broker, clusterLimits });
  manager.on("cluster", (event) => {
    if (event.type !== "presence") report({ type: "event", event });
  });
  manager.on("message", (connection, room) => manager.room(String(room)).join(connection));
  manager.on("join", (connection) => connection.send("joined"));
  process.on("message", (command: Command) => {
    if (command.type === "publish") void publish(manager, command.from, command.to);
    else {
      const { room, timeoutMs } = command;
      void manager
        .room(room)
        .fetchMembers({ timeoutMs })
        .then(({ members, missingNodes }) =>
          report({ type: "members", ids: members.map(({ id }) => id), missing: missingNodes }),
        );
    }
  });
  await server.listening();
  report({ type: "listening", url: server.url, nodeId: manager.nodeId });
}

const [, program, name, port] = process.argv;
if (program === import.meta.filename && name !== undefined) await run(name, Number(port));
