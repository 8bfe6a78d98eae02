/** The HTTP server around the examples: pages, their files, and routes. It has nothing to do with WebSockets. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

// This file runs from a folder of compiled files; pages stay where they are.
const ROOT = path.dirname(createRequire(import.meta.url).resolve("plainsocket/package.json"));
const FOLDER = path.join(ROOT, "docs", "examples");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** Pages run only scripts of this server, and connect only to it. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export type Route = (request: IncomingMessage, response: ServerResponse) => unknown;

export class Site {
  readonly http: Server = createServer((request, response) => this.#answer(request, response));
  readonly #routes = new Map<string, Route>();

  constructor() {
    this.files("site.css");
  }

  /** Answers GET requests for `pathname`. */
  get(pathname: string, route: Route): void {
    this.#routes.set(pathname, route);
  }

  /** Serves files of the examples' folder under their own names, and a folder's page.html as the folder. */
  files(...names: readonly string[]): void {
    for (const name of names) {
      this.get(`/${name.replace(/page\.html$/, "")}`, (_request, response) => send(response, name));
    }
  }

  /** @returns The address at which it listens. */
  async listen(port: number): Promise<string> {
    await once(this.http.listen(port, "127.0.0.1"), "listening");
    const address = this.http.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : port}`;
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    this.http.close();
    if (this.http.listening) await once(this.http, "close");
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const route = request.method === "GET" ? this.#routes.get(pathname) : undefined;
    if (route !== undefined) void route(request, response);
    else response.writeHead(404, { "Content-Type": "text/plain" }).end("There is nothing here.\n");
  }
}

async function send(response: ServerResponse, name: string): Promise<void> {
  const content = await readFile(path.join(FOLDER, name));
  response.writeHead(200, {
    "Content-Type": TYPES[path.extname(name)],
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
  });
  response.end(content);
}
