/** This library behind the interface that scripts run against, in both roles. */
import type { Duplex } from "node:stream";
import {
  connect,
  type ConnectionOptions,
  type WebSocketConnection,
  WebSocketServer,
} from "plainsocket";
import type { AppCommand, Application } from "../../support/wire-application.js";
import { MemorySocket } from "../../support/wire-memory.js";
import type { Endpoint } from "../../support/wire-open.js";
import type { ScriptNeeds } from "../../support/wire-script.js";
import {
  dial,
  meet,
  TLS_IDENTITY,
  TRUST,
  type TransportName,
} from "../../support/wire-transport.js";

/** A server with its own listener, or with transports handed to it. */
export class ServerEndpoint implements Endpoint {
  readonly role = "server";
  readonly #transport: TransportName;
  /** One server for each kind of needs. */
  readonly #servers = new Map<string, { server: WebSocketServer; port: number }>();
  #next: Application | undefined;

  constructor(transport: TransportName) {
    this.#transport = transport;
  }

  async open(application: Application, needs: ScriptNeeds): Promise<Duplex> {
    this.#next = application;
    const { server, port } = await this.#serverFor(needs);
    if (this.#transport !== "memory") return dial(this.#transport, port);
    const [client, transport] = MemorySocket.pair();
    server.accept(transport);
    return client;
  }

  async stop(): Promise<void> {
    const running = [...this.#servers.values()];
    await Promise.all(running.map(({ server }) => server.shutdown({ deadlineMs: 0 })));
  }

  async #serverFor(needs: ScriptNeeds): Promise<{ server: WebSocketServer; port: number }> {
    const key = JSON.stringify(needs);
    const running = this.#servers.get(key);
    if (running !== undefined) return running;

    const server = new WebSocketServer({
      ...optionsFor(needs),
      subprotocols: needs.subprotocols,
      origins: needs.origins,
      path: needs.path,
      ...(this.#transport === "memory" ? {} : { port: 0, host: "127.0.0.1" }),
      ...(this.#transport === "tls" ? { tls: TLS_IDENTITY } : {}),
    });
    server.on("connection", (connection) => {
      if (this.#next === undefined) throw new Error("nobody waits for this connection");
      report(connection, this.#next, needs);
    });
    await server.listening();
    const address = server.address();
    const port = typeof address === "object" ? address.port : 0;
    this.#servers.set(key, { server, port });
    return { server, port };
  }
}

export class ClientEndpoint implements Endpoint {
  readonly role = "client";
  readonly #transport: TransportName;

  constructor(transport: TransportName) {
    this.#transport = transport;
  }

  async open(application: Application, needs: ScriptNeeds): Promise<Duplex> {
    const { origin, createConnection, accepted } = await meet(this.#transport);
    const options = { ...optionsFor(needs), subprotocols: needs.subprotocols };
    connect(origin, { ...options, createConnection, tls: TRUST }).then(
      (connection) => report(connection, application, needs),
      () => {},
    );
    return accepted;
  }
}

function optionsFor(needs: ScriptNeeds): ConnectionOptions {
  const { maxMessageBytes = 1_048_576, maxFragments = 16_384 } = needs;
  return {
    maxMessageBytes,
    maxFragments,
    closeTimeoutMs: needs.closeTimeoutMs,
    perMessageDeflate: needs.deflate ?? needs.offersDeflate ?? false,
    pingIntervalMs: Infinity,
  };
}

function report(
  connection: WebSocketConnection,
  application: Application,
  needs: ScriptNeeds,
): void {
  connection.on("message", (message) => {
    application.received(message);
    if (needs.application !== "silent") connection.send(message);
  });
  connection.on("close", ({ code, reason, wasClean }) => {
    application.closed(code, reason, wasClean);
  });
  application.opened((command) => perform(connection, command), connection.subprotocol);
}

function perform(connection: WebSocketConnection, command: AppCommand): void {
  if ("send" in command) connection.send(command.send);
  else if ("ping" in command) void connection.ping(command.ping).catch(() => {});
  else if ("close" in command) connection.close(command.close.code, command.close.reason);
  else connection.terminate();
}
