/** An http server that several want the upgrades of. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ServerOptions } from "../../src/node/server/options.js";
import { WebSocketServer } from "../../src/node/server/server.js";
import { portOf, RawClient, upgradeRequest } from "./raw-client.js";

export class Site implements AsyncDisposable {
  readonly http: Server;
  readonly #servers: WebSocketServer<unknown>[] = [];

  constructor(http: Server) {
    this.http = http;
  }

  /** @param http - By default one that answers each request with the path it asks for. */
  static async start(http: Server = createServer(servePage)): Promise<Site> {
    const site = new Site(http);
    await new Promise<void>((resolve) => {
      site.http.listen(0, "127.0.0.1", resolve);
    });
    return site;
  }

  get port(): number {
    return portOf(this.http);
  }

  /** Adds a server that greets with its name. */
  add(name: string, options: ServerOptions<unknown> = {}): WebSocketServer<unknown> {
    const server = new WebSocketServer<unknown>({ server: this.http, ...options });
    server.on("connection", (connection) => connection.send(name));
    this.#servers.push(server);
    return server;
  }

  /** The name of the server that answers, or the status of the refusal. */
  async who(target: string): Promise<string | number> {
    using client = await RawClient.send(this, upgradeRequest(target));
    const head = await client.head();
    if (!head.startLine.includes("101")) return Number(head.startLine.split(" ")[1]);
    return Buffer.from((await client.frame()).payload).toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.shutdown({ deadlineMs: 0 })));
    this.http.closeAllConnections();
    this.http.close();
  }
}

function servePage(request: IncomingMessage, response: ServerResponse): void {
  response.end(`page ${request.url}`);
}
