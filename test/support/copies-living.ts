/** Servers and connections of one copy of the package in the hands of another; see {@link EXCHANGES}. */
import { expect } from "vitest";
import type * as Contract from "../../src/contract/index.js";
import type * as Main from "../../src/index.js";
import type * as Manager from "../../src/manager/index.js";
import type * as Protocol from "../../src/protocol/index.js";
import { MemorySocket } from "./wire-memory.js";

/** All entry points that anything can be handed over by. */
export interface Copy {
  readonly main: typeof Main;
  readonly protocol: typeof Protocol;
  readonly contract: typeof Contract;
  readonly manager: typeof Manager;
}

/** `theirs` makes something, and `ours` gets it. */
export type Exchange = readonly [
  what: string,
  run: (ours: Copy, theirs: Copy) => Promise<void> | void,
];

/** Two open connections, one of each copy, over one transport. */
export function joined(
  server: Copy,
  client: Copy,
): Record<"server" | "client", Main.WebSocketConnection> {
  const transports = MemorySocket.pair();
  const ends = [
    { main: server.main, role: "server" },
    { main: client.main, role: "client" },
  ] as const;
  const [first, second] = ends.map(({ main, role }, i) => {
    const options = main.resolveConnectionOptions({}, role);
    const setup = { role, options, subprotocol: "", deflate: undefined, data: undefined };
    const transport = transports[i]!;
    return new main.WebSocketConnection({ ...setup, transport, received: new Uint8Array(0) });
  });
  return { server: first!, client: second! };
}

export async function messagesOf(
  connection: Main.WebSocketConnection,
  count: number,
): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const message of connection) if (messages.push(message) === count) break;
  return messages;
}

export const LIVING: readonly Exchange[] = [
  [
    "a server: a manager takes its connections, keeps its own limits, and reaches them",
    async ({ manager }, { main }) => {
      await using server = new main.WebSocketServer({ port: 0, host: "127.0.0.1" });
      await using all = new manager.ConnectionManager({ server, maxConnections: 1 });
      all.on("connection", (connection) => void all.room("lobby").join(connection));
      await server.listening();
      const client = await main.connect(server.url);
      await expect(main.connect(server.url)).rejects.toMatchObject({ httpStatus: 503 });
      expect(all.room("lobby").broadcast("hi")).toMatchObject({ sent: 1 });
      expect(await messagesOf(client, 1)).toEqual(["hi"]);
      client.terminate();
    },
  ],
  [
    "a connection: a manager takes it in, guards it, and lets it join and leave a room",
    async (ours, theirs) => {
      const { server, client } = joined(theirs, ours);
      const manager = new ours.manager.ConnectionManager({
        authenticateFirst: { check: (message) => message === "secret" },
      });
      const room = manager.room("lobby");
      expect(() => room.join(server)).toThrow("give it to add(connection) first");
      const heard: unknown[] = [];
      manager.on("message", (_connection, message) => heard.push(message));
      const authenticated = new Promise((resolve) => {
        manager.on("authenticated", resolve);
      });
      expect(manager.add(server)).toBe(manager.idOf(server));
      client.send("secret");
      client.send("hello");
      await authenticated;
      expect(await room.join(server)).toBe("joined");
      expect(room.broadcast(theirs.main.prepareMessage("to all"))).toMatchObject({ sent: 1 });
      expect(await messagesOf(client, 1)).toEqual(["to all"]);
      client.close(1000);
      await server.closed;
      expect([heard, room.size, manager.size]).toEqual([["hello"], 0, 0]);
    },
  ],
  [
    "a connection that breaks a rule: metrics count it for what it is",
    async (ours, theirs) => {
      const [transport, peer] = MemorySocket.pair();
      const options = theirs.main.resolveConnectionOptions({}, "server");
      const setup = { role: "server", options, subprotocol: "", deflate: undefined } as const;
      const more = { transport, data: undefined, received: Uint8Array.of(0xff, 0xff) };
      const connection = new theirs.main.WebSocketConnection({ ...setup, ...more });
      const manager = new ours.manager.ConnectionManager();
      manager.add(connection);
      peer.resume().end();
      const { error } = await connection.closed;
      expect(error).toBeInstanceOf(ours.main.ProtocolError);
      expect(manager.metrics()).toMatchObject({
        protocolErrors: { RSV_UNEXPECTED: 1 },
        handlerErrors: 0,
      });
    },
  ],
  [
    "a connection: a contract speaks over it",
    async (ours, theirs) => {
      const { server, client } = joined(theirs, ours);
      const { defineContract, nothing } = ours.contract;
      const shared = defineContract({
        fromClient: { ask: { request: nothing, response: nothing } },
      });
      const handlers = {
        ask: () => {
          throw new theirs.contract.ErrorReply("FORBIDDEN");
        },
      };
      shared.serve(server, { handlers });
      client.send('{"type":"ask","id":1}');
      const [reply] = await messagesOf(client, 1);
      expect(JSON.parse(String(reply))).toMatchObject({ reply: 1, error: { code: "FORBIDDEN" } });
    },
  ],
];
