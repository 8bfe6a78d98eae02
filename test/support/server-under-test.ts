/** A server of ours, reached in one of the ways there are: the same options, the same behaviour. */
import { createServer } from "node:http";
import { createServer as createTcpServer, type Server as NetServer } from "node:net";
import { WebSocketServer } from "../../src/node/server/server.js";
import type { ServerOptions } from "../../src/node/server/options.js";
import type { RefusedHandshake } from "../../src/node/server/refusal.js";
import { portOf } from "./raw-client.js";

/** An own listener; an http server that it is attached to; or sockets given to `handleUpgrade`. */
export const WAYS_IN = ["own listener", "http server", "handleUpgrade"] as const;

/** Those, and fresh sockets given to `accept`, which then answers as an own listener does. */
export const ALL_WAYS_IN = [...WAYS_IN, "accept"] as const;

export type WayIn = (typeof ALL_WAYS_IN)[number];

export interface ServerUnderTest<Data> extends AsyncDisposable {
  readonly server: WebSocketServer<Data>;
  readonly port: number;
  /** What has been refused so far. */
  readonly refused: RefusedHandshake[];
  /** What `onHandlerError` has got so far. */
  readonly errors: unknown[];
}

/** Starts one on a free port of 127.0.0.1. */
export async function startServer<Data = undefined>(
  options: ServerOptions<Data> = {},
  wayIn: WayIn = "own listener",
): Promise<ServerUnderTest<Data>> {
  const errors: unknown[] = [];
  const refused: RefusedHandshake[] = [];
  const base = { onHandlerError: (error: unknown) => errors.push(error), ...options };
  const httpServer =
    wayIn === "http server" || wayIn === "handleUpgrade" ? createServer() : undefined;
  const server = new WebSocketServer<Data>(
    wayIn === "own listener"
      ? { ...base, port: 0, host: "127.0.0.1" }
      : wayIn === "http server"
        ? { ...base, server: httpServer }
        : base,
  );
  server.on("refused", (refusal) => refused.push(refusal));
  if (wayIn === "handleUpgrade") {
    httpServer?.on("upgrade", (request, socket, head) => {
      server.handleUpgrade(request, socket, head);
    });
  }
  const tcpServer =
    wayIn === "accept" ? createTcpServer((socket) => server.accept(socket)) : undefined;
  const foreign = httpServer ?? tcpServer;
  if (foreign !== undefined) await listen(foreign);
  await server.listening();
  return {
    server,
    refused,
    errors,
    port: portOf(foreign ?? server),
    [Symbol.asyncDispose]: async () => {
      await server.shutdown({ deadlineMs: 0 });
      httpServer?.closeAllConnections();
      foreign?.close();
    },
  };
}

function listen(server: NetServer): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
}
