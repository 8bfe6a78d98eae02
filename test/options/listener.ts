/** What the options of an own listener do. */
import { linkSync, mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, vi } from "vitest";
import { type ServerOptions, WebSocketServer } from "../../src/index.js";
import { CA, KEY, LOCALHOST } from "../support/certificates/index.js";
import { portOf, RawClient, upgradeRequest } from "../support/raw-client.js";
import { row, type Row } from "./row.js";

type ListenerOption = "port" | "host" | "reusePort" | "backlog" | "tls";
type UnixOption = "socketPath" | "removeStaleSocket";

/** Where a server with these options listens, or the code of the error why it does not. */
async function whereWith(options: ServerOptions): Promise<unknown> {
  const server = new WebSocketServer(options);
  try {
    await server.listening();
    return server.address();
  } catch (error) {
    return String(error);
  } finally {
    await server.shutdown();
  }
}

const tcpRows: Readonly<Record<ListenerOption, Row>> = {
  port: row([undefined, 0], (port) => whereWith({ port }), [undefined, expect.any(Object)]),
  host: row(["127.0.0.1", "0.0.0.0"], (host) => whereWith({ port: 0, host }), [
    expect.objectContaining({ address: "127.0.0.1" }),
    expect.objectContaining({ address: "0.0.0.0" }),
  ]),
  reusePort: row(
    [false, true],
    async (reusePort) => {
      try {
        await using first = new WebSocketServer({ port: 0, host: "127.0.0.1", reusePort });
        await first.listening();
        return await whereWith({ port: portOf(first), host: "127.0.0.1", reusePort });
      } catch (error) {
        return String(error); // of a Node that has no such thing
      }
    },
    [expect.stringContaining("EADDRINUSE"), expect.not.stringContaining("EADDRINUSE")],
  ),
  backlog: row(
    [undefined, 7],
    async (backlog) => {
      const listen = vi.spyOn(net.Server.prototype, "listen");
      await whereWith({ port: 0, host: "127.0.0.1", backlog });
      const [[asked] = []] = listen.mock.calls;
      listen.mockRestore();
      return asked;
    },
    [expect.objectContaining({ backlog: 4096 }), expect.objectContaining({ backlog: 7 })],
  ),
  tls: row(
    [undefined, { key: KEY, cert: LOCALHOST }],
    async (tls) => {
      await using server = new WebSocketServer({ port: 0, host: "127.0.0.1", tls });
      await server.listening();
      const to = { port: portOf(server) };
      using client = await (tls ? RawClient.connectTls(to, CA) : RawClient.connect(to));
      client.send(upgradeRequest());
      return [(await client.answer()).httpStatus, server.url.split(":")[0]];
    },
    [
      [101, "ws"],
      [101, "wss"],
    ],
  ),
};

/** Calls `use` with a folder that is removed afterwards. */
async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), "options-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Leaves a socket's file behind that nobody listens on: Node removes it only under the name it has made it by. */
async function leaveStaleSocket(folder: string): Promise<string> {
  const [first, stale] = [path.join(folder, "first"), path.join(folder, "stale")];
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(first, resolve));
  linkSync(first, stale);
  await new Promise((resolve) => server.close(resolve));
  return stale;
}

const unixRows: Readonly<Record<UnixOption, Row>> = {
  socketPath: row(
    ["one", "two"],
    (name) =>
      inFolder(async (folder) => {
        const where = await whereWith({ socketPath: path.join(folder, name) });
        return typeof where === "string" && path.basename(where);
      }),
    ["one", "two"],
  ),
  removeStaleSocket: row(
    [true, false],
    (removeStaleSocket) =>
      inFolder(async (folder) => {
        const socketPath = await leaveStaleSocket(folder);
        return await whereWith({ socketPath, removeStaleSocket });
      }),
    [expect.not.stringContaining("EADDRINUSE"), expect.stringContaining("EADDRINUSE")],
  ),
};

export const LISTENER: Readonly<Record<ListenerOption | UnixOption, Row>> = {
  ...tcpRows,
  ...unixRows,
};
