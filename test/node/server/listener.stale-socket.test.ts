// Unix sockets whose process was killed, and what is none of these.
import { existsSync, linkSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import type { ServerOptions } from "../../../src/node/server/options.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { removeStaleSocket } from "../../../src/node/server/listener.js";

let folder: string;
let socketPath: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "plainsocket-"));
  socketPath = path.join(folder, "app.sock");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Leaves the file of a socket at `socketPath`, as a process that was killed does. */
async function leaveSocket(): Promise<void> {
  const server = createServer();
  const listened = path.join(folder, "killed.sock");
  await new Promise<void>((resolve) => {
    server.listen(listened, resolve);
  });
  linkSync(listened, socketPath); // under this name nobody removes it
  await new Promise((resolve) => server.close(resolve));
  expect([existsSync(listened), existsSync(socketPath)]).toEqual([false, true]);
}

async function start(options: ServerOptions = {}): Promise<WebSocketServer> {
  const server = new WebSocketServer({ socketPath, ...options });
  await server.listening();
  return server;
}

/** Whether a client gets to a server that greets with `name`. */
async function isReached(server: WebSocketServer): Promise<boolean> {
  const arrived = new Promise<boolean>((resolve) => {
    server.once("connection", () => resolve(true));
  });
  const connection = await connect("ws://localhost/", { socketPath });
  connection.terminate();
  return arrived;
}

describe("a server on a Unix socket", () => {
  it("listens where a killed process has left its socket", async () => {
    await leaveSocket();
    const server = await start();

    expect(await isReached(server)).toBe(true);
    await server.shutdown();
    expect(existsSync(socketPath)).toBe(false);
  });

  it("does not when it must not remove it", async () => {
    await leaveSocket();

    await expect(start({ removeStaleSocket: false })).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(existsSync(socketPath)).toBe(true);
  });

  it("takes no socket from one who listens", async () => {
    const first = await start();

    await expect(start()).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(await isReached(first)).toBe(true);
    await first.shutdown();
  });

  it("is the only one of several that start at the same time", async () => {
    await leaveSocket();
    const servers = Array.from({ length: 4 }, () => new WebSocketServer({ socketPath }));
    const outcomes = await Promise.allSettled(servers.map((server) => server.listening()));
    const listening = servers.filter((_, index) => outcomes[index]?.status === "fulfilled");

    expect(listening).toHaveLength(1);
    for (const server of listening) expect(await isReached(server)).toBe(true);
    await Promise.all(servers.map((server) => server.shutdown()));
  });

  it("leaves a file alone that is no socket", async () => {
    writeFileSync(socketPath, "precious");

    await expect(start()).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(existsSync(socketPath)).toBe(true);
  });

  it("can be shut down while it looks whether somebody listens", async () => {
    await leaveSocket();
    const server = new WebSocketServer({ socketPath });
    await server.shutdown();

    expect(server.address()).toBeUndefined();
    expect(existsSync(socketPath)).toBe(false);
  });
});

describe("removeStaleSocket", () => {
  it("has nothing to do where nothing is", async () => {
    expect(await removeStaleSocket(socketPath)).toBe(true);
  });

  it("takes what is no path for what is in the way", async () => {
    expect(await removeStaleSocket("\0abstract")).toBe(false);
    expect(await removeStaleSocket(path.join(socketPath, "x".repeat(5_000)))).toBe(false);
  });

  it("does not take one away that somebody has put there meanwhile", async () => {
    await leaveSocket();
    const removed = removeStaleSocket(socketPath); // asks whether somebody listens
    rmSync(socketPath);
    const server = await start();

    expect(await removed).toBe(false);
    expect(await isReached(server)).toBe(true);
    await server.shutdown();
  });
});
