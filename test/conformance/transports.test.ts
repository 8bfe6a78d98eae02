import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  connect,
  type ConnectOptions,
  type ServerOptions,
  type WebSocketConnection,
  WebSocketServer,
} from "../../src/index.js";
import { CA, KEY, LOCALHOST } from "../support/certificates/index.js";
import { MemorySocket } from "../support/wire-memory.js";
import { conformanceSuite, type Ends, type Open } from "./suite.js";

const credentials = { cert: LOCALHOST, key: KEY };
const tls = { ca: CA };

/** Connects to `server`, and waits for both ends. */
async function ends(
  server: WebSocketServer,
  url: string,
  options: ConnectOptions,
  stop: () => Promise<unknown>,
): Promise<Ends> {
  const accepted = new Promise<WebSocketConnection>((resolve) => {
    server.once("connection", resolve);
  });
  const client = await connect(url, options);
  const dispose = async (): Promise<void> => {
    client.terminate();
    await server.shutdown({ deadlineMs: 0 });
    await stop();
  };
  return { client, server: await accepted, dispose };
}

const own =
  (
    serverOptions: () => ServerOptions,
    clientOptions: (unixSocket: string) => ConnectOptions,
  ): Open =>
  async (options = {}) => {
    const server = new WebSocketServer({ ...options, ...serverOptions() });
    await server.listening();
    const address = server.address();
    const isUnix = typeof address === "string";
    const url = isUnix ? "ws://localhost/" : server.url;
    const others = clientOptions(isUnix ? address : "");
    return ends(server, url, { ...options, ...others }, () => Promise.resolve());
  };

const attached =
  (
    create: typeof createHttpServer | (() => ReturnType<typeof createHttpsServer>),
    more: ServerOptions = {},
  ): Open =>
  async (given = {}) => {
    const options = { ...given, ...more };
    const http = create().listen(0, "localhost");
    await once(http, "listening");
    const server = new WebSocketServer({ ...options, server: http });
    return ends(server, server.url, { ...options, tls }, async () => {
      http.close();
      await once(http, "close");
    });
  };

const inMemory: Open = async (options = {}) => {
  const server = new WebSocketServer(options);
  const [here, there] = MemorySocket.pair();
  server.accept(there);
  const createConnection = (): MemorySocket => here;
  return ends(server, "ws://memory/", { ...options, createConnection }, () => Promise.resolve());
};

const folder = mkdtempSync(path.join(tmpdir(), "plainsocket-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let sockets = 0;

conformanceSuite("in memory", inMemory);
conformanceSuite(
  "over TCP",
  own(
    () => ({ host: "localhost", port: 0 }),
    () => ({}),
  ),
);
conformanceSuite(
  "over TCP, with shared reads on both ends",
  own(
    () => ({ host: "localhost", port: 0, sharedReads: true }),
    () => ({ sharedReads: true }),
  ),
);
conformanceSuite(
  "over TCP, with shared reads on neither end",
  own(
    () => ({ host: "localhost", port: 0, sharedReads: false }),
    () => ({ sharedReads: false }),
  ),
);
conformanceSuite(
  "over TLS",
  own(
    () => ({ host: "localhost", port: 0, tls: credentials }),
    () => ({ tls }),
  ),
);
conformanceSuite(
  "over a Unix socket",
  own(
    () => ({ socketPath: path.join(folder, String(sockets++)) }),
    (address) => ({ socketPath: address }),
  ),
);
conformanceSuite("on an http server", attached(createHttpServer));
conformanceSuite(
  "on an http server, with shared reads",
  attached(createHttpServer, { sharedReads: true }),
);
conformanceSuite(
  "on an https server",
  attached(() => createHttpsServer(credentials)),
);
