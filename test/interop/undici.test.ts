import { execFile } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket as UndiciWebSocket } from "undici";
import type { WebSocketConnection } from "../../src/node/connection/connection.js";
import type { WebSocketServer } from "../../src/node/server/server.js";
import { DEFLATE_VARIANTS, messages, startEcho } from "./messages.js";

const run = promisify(execFile);

let server: WebSocketServer | undefined;
afterEach(() => server?.shutdown({ deadlineMs: 0 }));

async function join(
  ...options: Parameters<typeof startEcho>
): Promise<{ client: UndiciWebSocket; connection: WebSocketConnection<undefined> }> {
  server = await startEcho(...options);
  const accepted = connectionOf(server);
  const client = new UndiciWebSocket(server.url);
  client.binaryType = "arraybuffer";
  await once(client, "open");
  return { client, connection: await accepted };
}

function connectionOf(from: WebSocketServer): Promise<WebSocketConnection<undefined>> {
  return new Promise((resolve) => {
    from.once("connection", resolve);
  });
}

describe("undici's WebSocket and our server", () => {
  it.each(DEFLATE_VARIANTS)("exchange messages of 0 to 1 MiB %s", async (_name, deflate) => {
    const { client } = await join({ perMessageDeflate: deflate });
    expect(client.extensions.startsWith("permessage-deflate")).toBe(deflate !== false);
    for (const message of messages()) {
      client.send(message);
      const [{ data }] = await once(client, "message");
      if (typeof message === "string") expect(data === message).toBe(true);
      else expect(message.equals(Buffer.from(data))).toBe(true);
    }
    client.close(1000);
    await once(client, "close");
  });

  it("exchange messages in fragments, and pings", async () => {
    const { client, connection } = await join();
    const arrived = once(client, "message");
    const [, pingedMs] = await Promise.all([
      connection.sendStream(["one, ", "", "two"]),
      connection.ping("between"),
    ]);
    expect((await arrived)[0].data).toBe("one, two");
    expect(pingedMs).toBeGreaterThanOrEqual(0);
    client.close();
  });

  it.each([
    [1000, ""],
    [3000, "héllo ✓"],
    [4999, "x".repeat(123)],
  ])("close with %d %j, from either side", async (code, reason) => {
    for (const side of ["client", "server"]) {
      const { client, connection } = await join();
      const closed = once(client, "close");
      if (side === "client") client.close(code, reason);
      else connection.close(code, reason);
      expect((await closed)[0]).toMatchObject({ code, reason, wasClean: true });
      // undici answers a Close frame with its code alone.
      const told = side === "client" ? reason : "";
      expect(await connection.closed).toMatchObject({ code, reason: told, wasClean: true });
      await server?.shutdown({ deadlineMs: 0 });
    }
  });

  it("agree that no code is 1005", async () => {
    const { client, connection } = await join();
    client.close();
    expect(await connection.closed).toMatchObject({ code: 1005, wasClean: true });
  });

  it("agree on a subprotocol", async () => {
    server = await startEcho({ subprotocols: ["b", "c"] });
    const client = new UndiciWebSocket(server.url, ["a", "b"]);
    await once(client, "open");
    expect(client.protocol).toBe("b");
    client.close();
  });
});

describe("the WebSocket that Node has itself, and our server", () => {
  it.each(DEFLATE_VARIANTS)("exchange messages %s, and close", async (_name, deflate) => {
    server = await startEcho({ perMessageDeflate: deflate });
    const script = fileURLToPath(new URL("global-client.mjs", import.meta.url));
    // Since Node 22 it is there without the flag, which is still known.
    const { stdout } = await run(process.execPath, [
      "--no-warnings",
      "--experimental-websocket",
      script,
      server.url,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      echoed: 14,
      extensions: expect.stringMatching(deflate === false ? /^$/ : /^permessage-deflate/),
      close: { code: 4001, reason: "done", wasClean: true },
    });
  });
});
