// Processes under test: where what they have used comes from, and that none is left behind.
import path from "node:path";
import process from "node:process";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Child } from "../../bench/load/child.js";
import { ConnectionsRun } from "../../bench/load/connections-load.js";
import { commandPeer, knownServers, type Peer } from "../../bench/load/peers.js";
import { openConnection } from "../../bench/load/raw-connection.js";
import { ServerProcess } from "../../bench/load/server-process.js";
import { PATIENCE_MS } from "../support/wire-signal.js";

const root = path.join(import.meta.dirname, "..", "..");
const [net] = knownServers({ root, bun: undefined });
const COMMAND = `${process.execPath} ${path.join(root, "bench", "servers", "main.mjs")} net`;

async function started(peer: Peer): Promise<ServerProcess> {
  const server = await ServerProcess.start(peer, { mode: "echo", deflate: "" });
  onTestFinished(() => server.stop());
  return server;
}

const isHundredths = (seconds: number): boolean =>
  Math.abs(seconds * 100 - Math.round(seconds * 100)) < 1e-6;

describe("what a process has used", () => {
  test("is what it answers over its channel, when it can be asked", async () => {
    const answer = `process.on("message", (question) => process.send({ cpuSeconds: question }))`;
    const child = new Child({ ...net!, command: [process.execPath, "-e", answer] }, {});
    onTestFinished(() => child.stop());
    expect(await child.usage()).toEqual({ cpuSeconds: "usage" });
    expect(await child.usage("collect")).toEqual({ cpuSeconds: "collect" });
  });

  test("is the CPU time of the process and the most memory it had, from the servers that come along", async () => {
    const server = await started(net!);
    const before = await server.usage();
    const load = { kind: "connections", name: "", title: "", atATime: 4 } as const;
    await new ConnectionsRun(load, server).round({ messages: 100 });
    const after = await server.usage();
    expect(before.cpuSeconds).toBeGreaterThan(0);
    expect(after.cpuSeconds).toBeGreaterThan(before.cpuSeconds);
    expect(after.peakBytes).toBeGreaterThanOrEqual(after.residentBytes);
    expect(after.residentBytes).toBeGreaterThan(10_000_000);
  });

  // oxfmt-ignore
  test.skipIf(process.platform !== "linux").each([
    ["a command", COMMAND],
    ["a command that starts another", `sh -c '${COMMAND}; true'`],
  ])("is read from the process table for %s", async (_what, command) => {
    const server = await started(commandPeer(command));
    const load = { kind: "connections", name: "", title: "", atATime: 4 } as const;
    const run = new ConnectionsRun(load, server);
    await run.check();
    await run.round({ messages: 20 });
    const { cpuSeconds, residentBytes, peakBytes } = await server.usage();
    expect(cpuSeconds).toBeGreaterThan(0);
    expect(isHundredths(cpuSeconds)).toBe(true);
    expect(residentBytes).toBeGreaterThan(10_000_000);
    expect(peakBytes).toBeGreaterThanOrEqual(residentBytes);
  });
});

test.skipIf(process.platform === "win32")(
  "nothing of a command that starts another is left when it is stopped",
  async () => {
    const server = await started(commandPeer(`sh -c '${COMMAND}; true'`));
    const { socket } = await openConnection(server.port, "");
    socket.destroy();
    await server.stop();
    await vi.waitFor(async () => {
      await expect(openConnection(server.port, "")).rejects.toThrow();
    }, PATIENCE_MS);
  },
);

test("a command that ends is no server", async () => {
  await expect(started(commandPeer("false"))).rejects.toThrow("it ended with 1");
});
