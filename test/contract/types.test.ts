// What the types of a contract let through, and what not: each line that must be an error is marked.
import type { WebSocket as UndiciWebSocket } from "undici";
import * as v from "valibot";
import { expect, expectTypeOf, it } from "vitest";
import type { WebSocket as WsWebSocket } from "ws";
import { z } from "zod";
import {
  type ContractPeer,
  defineContract,
  type HandlerContext,
  nothing,
} from "../../src/contract/index.js";
import type { WebSocket, WebSocketConnection } from "../../src/index.js";

interface Point {
  readonly x: number;
}

function isPoint(value: unknown): value is Point {
  return typeof value === "object" && value !== null && "x" in value && typeof value.x === "number";
}

const contract = defineContract({
  fromClient: {
    move: isPoint,
    say: z.object({ text: z.string().default("hello") }),
    leave: nothing,
    list: { request: v.object({ room: v.string() }), response: z.array(z.coerce.date()) },
    count: { request: nothing, response: z.number() },
  },
  fromServer: {
    moved: isPoint,
    ask: { request: z.string(), response: z.boolean() },
  },
});

type Server = ReturnType<typeof serveOurs>;

function serveOurs(connection: WebSocketConnection<{ user: string }>) {
  return contract.serve(connection, {
    handlers: {
      move: (data) => expectTypeOf(data).toEqualTypeOf<Point>(),
      say: (data, { connection, peer, type, signal }) => {
        expectTypeOf(data).toEqualTypeOf<{ text: string }>();
        expectTypeOf(connection.data).toEqualTypeOf<{ user: string }>();
        expectTypeOf(type).toEqualTypeOf<string>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
        peer.send("moved", { x: 1 });
      },
      list: async ({ room }) => [new Date(0), room],
      // @ts-expect-error -- the response is a number
      count: () => "one",
    },
    authorize: (type) => {
      expectTypeOf(type).toEqualTypeOf<"move" | "say" | "leave" | "list" | "count">();
      return type === "move";
    },
  });
}

// Never called: only its types are of interest.
async function useServer(peer: Server): Promise<void> {
  peer.send("moved", { x: 1 });
  // @ts-expect-error -- the wrong data
  peer.send("moved", { x: "1" });
  // @ts-expect-error -- no data
  peer.send("moved");
  // @ts-expect-error -- clients send this
  peer.send("move", { x: 1 });
  // @ts-expect-error -- a request is no event
  peer.send("ask", "sure?");
  // @ts-expect-error -- an event is no request
  await peer.request("moved", { x: 1 });
  const answer = await peer.request("ask", "sure?", { timeoutMs: 1 });
  expectTypeOf(answer).toEqualTypeOf<boolean>();
  // @ts-expect-error -- servers send this
  peer.on("moved", () => {});
  peer.on("count", async () => 1);
  // @ts-expect-error -- the response is a number
  peer.on("count", async () => "1");
  contract.serialize("moved", { x: 1 });
  // @ts-expect-error -- only what the server sends can be broadcast
  contract.serialize("move", { x: 1 });
}

async function useClient(socket: globalThis.WebSocket): Promise<void> {
  const peer = contract.wrap(socket, { handlers: { moved: ({ x }) => x } });
  peer.send("say", {});
  peer.send("leave");
  const dates = await peer.request("list", { room: "a" });
  expectTypeOf(dates).toEqualTypeOf<Date[]>();
  expectTypeOf(await peer.request("count")).toEqualTypeOf<number>();
  await peer.request("count", undefined, { timeoutMs: 1 });
  peer.on("ask", (question) => question === "sure?");
  expectTypeOf(peer.connection).toEqualTypeOf<globalThis.WebSocket>();
}

function useOthers(ws: WsWebSocket, undici: UndiciWebSocket, ours: WebSocket): void {
  const peer = contract.serve(ws);
  expectTypeOf(peer.connection).toEqualTypeOf<WsWebSocket>();
  contract.wrap(undici);
  contract.wrap(ours);
  // @ts-expect-error -- a number is no connection
  contract.serve(1);
}

function define(): void {
  // @ts-expect-error -- not a validator
  defineContract({ fromClient: { move: 1 } });
  // @ts-expect-error -- a request needs a response
  defineContract({ fromClient: { move: { request: isPoint } } });
}

it("compiles", () => {
  expect([serveOurs, useServer, useClient, useOthers, define]).toHaveLength(5);
  expectTypeOf<Server>().toExtend<ContractPeer>();
  expectTypeOf<HandlerContext["signal"]>().toEqualTypeOf<AbortSignal>();
});
