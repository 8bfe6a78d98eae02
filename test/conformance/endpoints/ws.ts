/** The npm package `ws` behind the interface that scripts run against: an oracle, and a peer. */
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import { type AppCommand, type Application, Unsupported } from "../../support/wire-application.js";
import { CA } from "../../support/certificates/index.js";
import { MemorySocket } from "../../support/wire-memory.js";
import type { Endpoint } from "../../support/wire-open.js";
import type { ScriptNeeds } from "../../support/wire-script.js";
import {
  dial,
  listen,
  meet,
  portOf,
  TLS_IDENTITY,
  type TransportName,
} from "../../support/wire-transport.js";

const DEFAULT_LIMIT = 1_048_576;

export class WsServerEndpoint implements Endpoint {
  readonly role = "server";
  readonly #transport: TransportName;
  readonly #http: Server;
  readonly #waiting = new Map<unknown, { application: Application; needs: ScriptNeeds }>();

  constructor(transport: TransportName) {
    this.#transport = transport;
    this.#http = transport === "tls" ? createTlsServer(TLS_IDENTITY) : createServer();
    this.#http.on("request", (_request, response) => {
      response.writeHead(426, { Connection: "close" }).end();
    });
    this.#http.on("upgrade", (request, socket, head) => {
      const key = socket instanceof Socket ? socket.remotePort : socket;
      const waiting = this.#waiting.get(key);
      if (waiting === undefined) throw new Error("nobody waits for this connection");
      const { application, needs } = waiting;
      const { path, subprotocols = [], origins } = needs;
      const server = new WebSocketServer({
        noServer: true,
        ...wsOptions(needs),
        ...given({ path }),
        handleProtocols: (offered) => [...offered].find((it) => subprotocols.includes(it)) ?? false,
        verifyClient: ({ origin }, done) => done(origins?.includes(origin) ?? true, 403),
      });
      server.handleUpgrade(request, socket, head, (connection) => {
        report(connection, application, needs);
      });
    });
  }

  async open(application: Application, needs: ScriptNeeds): Promise<Duplex> {
    if (this.#transport === "memory") {
      const [client, server] = MemorySocket.pair();
      this.#waiting.set(server, { application, needs });
      this.#http.emit("connection", server);
      return client;
    }
    if (!this.#http.listening) await listen(this.#http);
    const raw = await dial(this.#transport, portOf(this.#http));
    if (raw instanceof Socket) this.#waiting.set(raw.localPort, { application, needs });
    return raw;
  }

  stop(): void {
    this.#http.close();
  }
}

export class WsClientEndpoint implements Endpoint {
  readonly role = "client";
  readonly #transport: TransportName;

  constructor(transport: TransportName) {
    this.#transport = transport;
  }

  async open(application: Application, needs: ScriptNeeds): Promise<Duplex> {
    const { origin, createConnection, accepted } = await meet(this.#transport);
    const client = new WebSocket(origin, [...(needs.subprotocols ?? [])], {
      ...wsOptions(needs),
      ca: CA,
      ...(createConnection === undefined ? {} : { createConnection }),
    });
    client.on("open", () => report(client, application, needs));
    client.on("error", () => {});
    return accepted;
  }
}

function wsOptions(needs: ScriptNeeds): object {
  const { maxMessageBytes = DEFAULT_LIMIT, maxFragments, closeTimeoutMs, deflate } = needs;
  return given({
    maxPayload: maxMessageBytes,
    maxFragments,
    closeTimeout: closeTimeoutMs,
    perMessageDeflate: deflate === undefined ? false : { threshold: 0, ...given(deflate) },
  });
}

/** Without the members that are undefined: ws takes those for values. */
function given(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function report(connection: WebSocket, application: Application, needs: ScriptNeeds): void {
  connection.on("message", (data, isBinary) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : data;
    const buffer = bytes instanceof ArrayBuffer ? Buffer.from(bytes) : bytes;
    const message = isBinary ? buffer : buffer.toString();
    application.received(message);
    if (needs.application !== "silent") connection.send(message, () => {});
  });
  connection.on("error", () => {});
  connection.on("close", (code, reason) => {
    application.closed(code, reason.toString(), code !== 1006);
  });
  application.opened((command) => perform(connection, command), connection.protocol);
}

function perform(connection: WebSocket, command: AppCommand): void {
  if ("send" in command) connection.send(command.send, () => {});
  else if ("ping" in command) connection.ping(command.ping);
  else if ("close" in command) connection.close(command.close.code, command.close.reason);
  else if ("terminate" in command) connection.terminate();
  else throw new Unsupported();
}
