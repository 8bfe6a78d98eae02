// A contract over real sockets: our server and that of ws, and the WebSockets of ours, of ws, of undici and of Node.
import { once } from "node:events";
import { WebSocket as UndiciWebSocket } from "undici";
import { afterEach, expect, it, vi } from "vitest";
import { WebSocket as WsWebSocket, WebSocketServer as WsServer } from "ws";
import { z } from "zod";
import {
  type ContractPeer,
  defineContract,
  type StandardWebSocket,
} from "../../src/contract/index.js";
import { WebSocket, WebSocketServer } from "../../src/index.js";
import { PATIENCE_MS } from "../support/wire-signal.js";

const fromClient = {
  say: z.object({ text: z.string() }),
  add: { request: z.array(z.number()), response: z.number() },
};
const fromServer = {
  said: z.object({ text: z.string(), from: z.string() }),
  name: { request: z.string(), response: z.string() },
};
const contract = defineContract({ fromClient, fromServer });

const cleanup: (() => unknown)[] = [];

afterEach(async () => {
  for (const undo of cleanup.splice(0)) await undo();
});

type Peer = ContractPeer<typeof fromServer, typeof fromClient>;

/** What the server does with each of its peers. */
function attend(peer: Peer): void {
  peer.on("say", async ({ text }) => {
    const from = await peer.request("name", "who are you?");
    peer.send("said", { text, from });
  });
  peer.on("add", (numbers) => numbers.reduce((sum, number) => sum + number, 0));
}

async function startOurs(): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (connection) => attend(contract.serve(connection)));
  await server.listening();
  cleanup.push(() => server.shutdown());
  return server.url;
}

async function startWs(): Promise<string> {
  const server = new WsServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => attend(contract.serve(socket)));
  await once(server, "listening");
  cleanup.push(() => {
    for (const socket of server.clients) socket.terminate();
    return new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `ws://127.0.0.1:${address.port}/`;
}

const SERVERS = { plainsocket: startOurs, ws: startWs };

const SOCKETS: Readonly<Record<string, (url: string) => StandardWebSocket>> = {
  plainsocket: (url) => new WebSocket(url),
  ws: (url) => new WsWebSocket(url),
  undici: (url) => new UndiciWebSocket(url),
};

// oxfmt-ignore
it.each([
  ["plainsocket", "plainsocket"], ["plainsocket", "ws"], ["plainsocket", "undici"],
  ["ws", "plainsocket"], ["ws", "ws"],
] as const)("runs between a server of %s and a WebSocket of %s, asked from both ends", async (server, client) => {
  const url = await SERVERS[server]();
  const socket = SOCKETS[client]?.(url);
  if (socket === undefined) throw new Error("no such client");
  const said = vi.fn();
  const peer = contract.wrap(socket, { handlers: { said, name: (question) => `Ada, ${question}` } });
  await peer.opened;

  peer.send("say", { text: "hello" });
  await expect(peer.request("add", [1, 2, 3.5])).resolves.toBe(6.5);
  await vi.waitFor(() => expect(said).toHaveBeenCalledOnce(), PATIENCE_MS);
  expect(said.mock.calls[0]?.[0]).toEqual({ text: "hello", from: "Ada, who are you?" });
  await expect(peer.ping()).resolves.toBeGreaterThanOrEqual(0);

  peer.close(1000);
  await new Promise<void>((resolve) => {
    peer.signal.addEventListener("abort", () => resolve());
  });
  await expect(peer.request("add", [])).rejects.toMatchObject({ code: "CLOSED" });
});
