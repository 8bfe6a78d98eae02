import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { canReusePort } from "../../../src/node/server/listener.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { startServer } from "../../support/server-under-test.js";

describe("canReusePort", () => {
  it.each([
    ["20.20.2", false],
    ["22.11.0", false],
    ["22.12.0", true],
    ["23.0.0", false],
    ["23.1.0", true],
    ["24.0.0", true],
    ["26.1.0", true],
  ])("of Node %s is %s", (version, can) => {
    expect(canReusePort(version)).toBe(can);
  });
});

describe("reusePort", () => {
  it("goes with port, and is refused by a Node that would ignore it", () => {
    const socketPath = path.join(tmpdir(), "plainsocket-unused.sock");
    expect(() => new WebSocketServer({ socketPath, reusePort: true })).toThrow("goes with port");
    if (canReusePort(process.versions.node)) return;
    expect(() => new WebSocketServer({ port: 0, reusePort: true })).toThrow("node:cluster");
  });

  it.skipIf(!canReusePort(process.versions.node))(
    "lets a second server listen on the port, until the last has gone",
    async () => {
      await using one = await startServer({ reusePort: true });
      const options = { port: one.port, host: "127.0.0.1" };
      const two = new WebSocketServer({ ...options, reusePort: true });
      await two.listening();
      const three = new WebSocketServer(options);
      await expect(three.listening()).rejects.toMatchObject({ code: "EADDRINUSE" });
      await two.shutdown();
    },
  );
});
