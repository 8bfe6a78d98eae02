/**
 * What does a broadcast cost that goes to three nodes? For each broker: how many a second, the processor time of the
 * nodes and of the engine for each, and how long one alone is under way.
 *
 * The three nodes are in one process, so their column holds one sending and three receivings (each node gets its own
 * back). The engines are started on this machine. What is left out is what follows a broadcast on each node: the
 * connections.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import { BrokerCluster } from "../src/cluster/cluster.js";
import { type Broker, type ClusterLocal, MemoryBroker } from "../src/manager/index.js";
import { BROKERS, type OpenBroker } from "../test/brokers/clients.js";
import { Engine, type EngineKind, redisServer } from "../test/support/engine.js";

const BROADCASTS = 20_000;
const PER_TURN = 100;
const ALONE = 500;
const ROUNDS = 3;
const TEXT = "x".repeat(100);
const KEPT = 1_000;
const MICROSECONDS_PER_TICK = 10_000; // /proc counts a hundred ticks a second

interface Costs {
  readonly perSecond: number;
  readonly nodesMicroseconds: number;
  readonly engineMicroseconds: number;
  readonly aloneMs: number;
}

/** A node that counts what it would deliver. */
class CountingNode {
  readonly cluster: BrokerCluster;
  #count = 0;
  #wanted = Infinity;
  #reached: () => void = () => {};

  constructor(nodeId: string, broker: Broker) {
    const nothing = (): void => {};
    const local: ClusterLocal = {
      nodeId,
      deliverToAll: nothing,
      deliverToUser: nothing,
      deliverTo: nothing,
      deliverToRoom: () => {
        this.#count++;
        if (this.#count === this.#wanted) this.#reached();
      },
      membersOf: () => [],
      rooms: () => [],
      closeAll: () => Promise.resolve(),
    };
    this.cluster = new BrokerCluster(local, { broker, maxQueuedMessages: Infinity });
    this.cluster.roomOpened("room");
  }

  /** Resolves when so many more have come. */
  receives(count: number): Promise<void> {
    this.#wanted = this.#count + count;
    return new Promise((resolve) => (this.#reached = resolve));
  }
}

async function measure(nodes: readonly CountingNode[], pid: number | undefined): Promise<Costs> {
  const [sender, ...others] = nodes;
  const message = { data: TEXT };
  const send = (): void => sender?.cluster.broadcast("room", message, []);
  const arrival = (count: number): Promise<unknown> =>
    Promise.all(others.map(async (node) => node.receives(count)));

  const aloneStart = performance.now();
  for (let index = 0; index < ALONE; index++) {
    const arrived = arrival(1);
    send();
    await arrived;
  }
  const aloneMs = (performance.now() - aloneStart) / ALONE;

  const [start, cpu, engine] = [performance.now(), process.cpuUsage(), ticksOf(pid)];
  const arrived = arrival(BROADCASTS);
  for (let index = 0; index < BROADCASTS; index++) {
    send();
    if (index % PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await arrived;
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (BROADCASTS / (performance.now() - start)) * 1_000,
    nodesMicroseconds: (user + system) / BROADCASTS,
    engineMicroseconds: ((ticksOf(pid) - engine) * MICROSECONDS_PER_TICK) / BROADCASTS,
    aloneMs,
  };
}

/** Processor time of another process, where the system tells. */
function ticksOf(pid: number | undefined): number {
  if (pid === undefined || process.platform !== "linux") return 0;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function row(
  name: string,
  brokers: readonly Broker[],
  pid: number | undefined,
): Promise<void> {
  const nodes = brokers.map((broker, index) => new CountingNode(`n${index}`, broker));
  for (const broker of brokers) {
    await broker.subscribe("ready", () => {}).ready;
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  const rounds: Costs[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(nodes, pid));
  const column = (of: (costs: Costs) => number, digits: number): string =>
    median(rounds.map(of)).toFixed(digits).padStart(10);
  console.log(
    name.padEnd(34) +
      column(({ perSecond }) => perSecond, 0) +
      column(({ nodesMicroseconds }) => nodesMicroseconds, 1) +
      column(({ engineMicroseconds }) => engineMicroseconds, 1) +
      column(({ aloneMs }) => aloneMs, 2),
  );
  await Promise.all(nodes.map(async ({ cluster }) => cluster.close()));
}

/** Redis on a port, so that nothing of this process is in between. */
async function redisOnPort(): Promise<{ kind: EngineKind; port: number }> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  server.close();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const target = { host: "127.0.0.1", port };
  return { port, kind: () => ({ program: redisServer ?? "", args, target: () => target }) };
}

async function startDirect(
  underTest: (typeof BROKERS)[number],
): Promise<{ engine: Engine; port: number }> {
  if (underTest.name.startsWith("Redis")) {
    const { kind, port } = await redisOnPort();
    return { engine: await Engine.start(kind), port };
  }
  const engine = await Engine.start(underTest.kind);
  const { target } = engine.proxy;
  return { engine, port: target !== undefined && "port" in target ? target.port : 0 };
}

console.log(`\nA broadcast of ${TEXT.length} bytes from one node to two others`);
console.log(`${" ".repeat(34)}  a second  nodes µs engine µs  alone ms`);
const memory = new MemoryBroker();
await row("memory", [memory, memory, memory], undefined);
for (const underTest of BROKERS) {
  if (!underTest.isHere) continue;
  for (const replay of [undefined, KEPT]) {
    const { engine, port } = await startDirect(underTest);
    const opened: OpenBroker[] = [];
    for (let node = 0; node < 3; node++) opened.push(await underTest.open(port, replay));
    const title = replay === undefined ? underTest.name : `${underTest.name}, kept for replay`;
    const brokers = opened.map(({ broker }) => broker);
    await row(title, brokers, engine.pid);
    for (const one of opened) await one.close();
    await engine[Symbol.asyncDispose]();
  }
}
