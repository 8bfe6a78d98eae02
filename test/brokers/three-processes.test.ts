// Three server processes on a real engine, ninety clients (three hundred in the long run), and everything that can go
// wrong on the way: each message is counted.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClusterEvent } from "../../src/manager/index.js";
import { Engine } from "../support/engine.js";
import type { TcpProxy } from "../support/tcp-proxy.js";
import { IS_LONG, sample } from "../support/universal.js";
import { BROKERS, type BrokerUnderTest } from "./clients.js";
import { type Client, NodeProcess, NodeProgram } from "./node-parent.js";
import { roomOf, ROOMS } from "./node-process.js";

// A few seconds on a machine that does nothing else; much longer on a busy one.
vi.setConfig({ testTimeout: 300_000 });

const CLIENTS_PER_NODE = sample(30, 100);
/** Of each publisher. */
const MESSAGES = sample(800, 10_000);
const QUARTER = MESSAGES / 4;

/** Of an engine's clients, the first one shows what becomes of its nodes; the long run asks the others, too. */
const isFirst = ({ kind, name }: BrokerUnderTest): boolean =>
  IS_LONG || BROKERS.find((one) => one.kind === kind)?.name === name;

const brokers = BROKERS.filter(({ isHere, name }) => isHere && !name.includes("not sharded"));

let program: NodeProgram;

beforeAll(async () => {
  if (brokers.length === 0) return undefined;
  program = await NodeProgram.make();
  return () => program.remove();
});

/** What a client got of each publisher, in the order it got it. */
function numbersByPublisher({ got }: Client): Map<string, number[]> {
  const numbers = new Map<string, number[]>();
  for (const text of got) {
    const [from = "", number] = text.split(" ");
    const ofPublisher = numbers.get(from) ?? [];
    ofPublisher.push(Number(number));
    numbers.set(from, ofPublisher);
  }
  return numbers;
}

/** The numbers among these that go to a room. */
function numbersFor(room: string, from: number, to: number): number[] {
  const all = Array.from({ length: to - from }, (_, index) => from + index);
  return all.filter((number) => roomOf(number) === room);
}

/** What was going on when a number was said. */
function timeOf(number: number): "engine there" | "engine away" | "one cut off" | "return" {
  const times = ["engine there", "engine away", "engine away", "one cut off"] as const;
  return times[Math.floor(number / QUARTER)] ?? "return";
}

const countOf = (type: ClusterEvent["type"], events: readonly ClusterEvent[]): number =>
  events.filter((event) => event.type === type).length;

/** Whether the node reaches the others, as it has said last. */
function latestStatus(events: readonly ClusterEvent[]): string | undefined {
  return events.findLast(({ type }) => type === "up" || type === "down")?.type;
}

/** Whether the node has said that messages of a publisher to a room may be missing. */
function hasReported(node: NodeProcess, room: string, publisher: string): boolean {
  return node.events.some(
    (event) =>
      event.type === "gap" &&
      [room, undefined].includes(event.room) &&
      [publisher, undefined].includes(event.nodeId),
  );
}

/** Resolves when a client has got the last of these numbers that is for its room. */
async function hasLast(client: Client, nodeId: string, from: number, to: number): Promise<void> {
  const last = `${nodeId} ${numbersFor(client.room, from, to).at(-1)}`;
  let seen = 0;
  await client.until(() => {
    const isThere = client.got.includes(last, seen);
    seen = client.got.length;
    return isThere;
  });
}

describe.each(brokers)("three processes on $name", (underTest) => {
  const { name, kind } = underTest;
  let engine: Engine;
  let nodes: NodeProcess[];
  let ways: TcpProxy[];

  beforeEach(async () => {
    engine = await Engine.start(kind);
    ways = await Promise.all([1, 2, 3].map(async () => engine.anotherWay()));
    nodes = await Promise.all(ways.map(async ({ port }) => NodeProcess.start(program, name, port)));
    for (const node of nodes) {
      await node.until((events) => countOf("nodeJoined", events) >= 2);
    }
  });

  afterEach(async () => {
    for (const node of nodes) for (const { connection } of node.clients) connection.terminate();
    await Promise.all(nodes.map(async (node) => node.kill()));
    await Promise.all(ways.map(async (way) => way.close()));
    await engine[Symbol.asyncDispose]();
  });

  /** All publish a quarter; their own clients have it, whatever becomes of the engine. */
  async function publishQuarter(quarter: number): Promise<void> {
    const [from, to] = [quarter * QUARTER, (quarter + 1) * QUARTER];
    await Promise.all(
      nodes.map(async (node) => {
        await node.publish(from, to);
        const { nodeId } = node;
        await Promise.all(node.clients.map(async (client) => hasLast(client, nodeId, from, to)));
      }),
    );
  }

  /** What all have said reaches the clients of all; the engine must be there. */
  async function untilEverywhere(quarter: number): Promise<void> {
    const clients = nodes.flatMap((node) => node.clients);
    const [from, to] = [quarter * QUARTER, (quarter + 1) * QUARTER];
    for (const { nodeId } of nodes) {
      await Promise.all(clients.map(async (client) => hasLast(client, nodeId, from, to)));
    }
  }

  /** One more message for each room from everybody, again and again until a round has come everywhere. */
  async function untilAllIsWell(): Promise<number> {
    for (let from = MESSAGES; ; from += ROOMS) {
      await Promise.all(nodes.map(async (node) => node.publish(from, from + ROOMS)));
      // The answers come the same way as what was published before, or not in time.
      for (const node of nodes) await node.fetchMembers(roomOf(from));
      if (nodes.every((node) => node.clients.every((client) => hasRound(client, from)))) {
        return from + ROOMS;
      }
    }
  }

  function hasRound(client: Client, from: number): boolean {
    const [number] = numbersFor(client.room, from, from + ROOMS);
    return nodes.every(({ nodeId }) => client.got.includes(`${nodeId} ${number}`));
  }

  it("delivers once and in order, or reports a gap, while the engine stands still, dies and is cut off [H01] [H07]", async () => {
    for (const node of nodes) {
      const joining = Array.from({ length: CLIENTS_PER_NODE }, (_, index) =>
        node.join(roomOf(index)),
      );
      await Promise.all(joining);
    }
    await publishQuarter(0);
    await untilEverywhere(0);
    engine.stop();
    await publishQuarter(1);
    engine.goOn();
    await engine.kill();
    await publishQuarter(2);
    await engine.startAgain();
    for (const way of ways) way.target = engine.proxy.target;
    const [first] = nodes;
    if (first === undefined) throw new Error("three");
    for (const node of nodes) await node.until((events) => latestStatus(events) === "up");
    const downs = countOf("down", first.events);
    ways[0]?.cut();
    await first.until((events) => countOf("down", events) > downs);
    await publishQuarter(3);
    ways[0]?.heal();
    await first.until((events) => latestStatus(events) === "up");
    // With the last round everything has arrived, or is lost.
    const total = await untilAllIsWell();

    for (const node of nodes) {
      for (const client of node.clients) {
        const expected = numbersFor(client.room, 0, total);
        const numbers = numbersByPublisher(client);
        for (const publisher of nodes) {
          const got = numbers.get(publisher.nodeId) ?? [];
          const there = new Set(got);
          const missing = expected.length - there.size;
          // In order, and once: what is missing is missing, and nothing else is different.
          expect(got).toEqual(expected.filter((number) => there.has(number)));
          if (publisher === node) expect(missing).toBe(0);
          if (missing > 0) expect(hasReported(node, client.room, publisher.nodeId)).toBe(true);
          // What was said while the engine was there for both arrives.
          const isCutOff = [publisher, node].includes(first);
          const safe = expected.filter(
            (number) =>
              timeOf(number) === "engine there" || (timeOf(number) === "one cut off" && !isCutOff),
          );
          expect(safe.filter((number) => !there.has(number))).toEqual([]);
          if (publisher !== first) continue;
          // What is said where the way to the engine is cut waits there, but for what is said before the loss is noticed.
          const late = expected.filter(
            (number) => timeOf(number) === "one cut off" && number >= 3.5 * QUARTER,
          );
          expect(late.filter((number) => !there.has(number))).toEqual([]);
        }
      }
    }
  });

  if (!isFirst(underTest)) return;

  it("forgets the members of a process that is killed, and names it meanwhile [H04] [H09]", async () => {
    const [a, b, killed] = nodes;
    if (a === undefined || b === undefined || killed === undefined) throw new Error("three");
    await Promise.all(nodes.map(async (node) => node.join("lobby")));
    expect(await a.fetchMembers("lobby")).toEqual({ count: 3, missing: [] });
    await killed.kill();
    expect(await a.fetchMembers("lobby")).toEqual({ count: 2, missing: [killed.nodeId] });
    for (const node of [a, b]) {
      await node.until((events) => events.some(({ type }) => type === "nodeLeft"));
    }
    while ((await a.fetchMembers("lobby")).missing.length > 0);
    expect(await b.fetchMembers("lobby")).toEqual({ count: 2, missing: [] });
    expect(a.events).toContainEqual({
      type: "nodeLeft",
      nodeId: killed.nodeId,
      reason: "silence",
    });
    // Its client looks for another place, and is a member again.
    await expect(killed.join("lobby")).rejects.toThrow();
    await b.join("lobby");
    let members = await a.fetchMembers("lobby");
    while (members.count < 3) members = await a.fetchMembers("lobby");
    expect(members).toEqual({ count: 3, missing: [] });
  });

  it("agrees again after a partition in which nothing was closed [H08]", async () => {
    const [a, , cut] = nodes;
    if (a === undefined || cut === undefined) throw new Error("three");
    await Promise.all(nodes.map(async (node) => node.join("lobby")));
    ways[2]?.silence();
    await a.until((events) => events.some(({ type }) => type === "nodeLeft"));
    // It misses the others before it knows that it is itself who is cut off.
    await cut.until((events) => countOf("nodeLeft", events) === 2 && countOf("down", events) === 1);
    await cut.join("lobby");
    ways[2]?.heal();
    for (const node of [a, cut]) {
      const away = node === a ? 1 : 2;
      await node.until((events) => countOf("nodeJoined", events) >= 2 + away);
    }
    for (const node of nodes) {
      let members = await node.fetchMembers("lobby");
      while (members.count < 4) members = await node.fetchMembers("lobby");
      expect(members).toEqual({ count: 4, missing: [] });
    }
    expect(cut.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["down", "up", "gap"]),
    );
  });
});
