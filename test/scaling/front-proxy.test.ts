// Real proxies in front of real servers, with the configurations that docs/scaling/ shows.
import { connect as dial } from "node:net";
import { describe, expect, it } from "vitest";
import { ConnectionManager } from "../../src/manager/index.js";
import { CloseCode, connect, type WebSocketConnection } from "../../src/index.js";
import { FrontProxy, HAPROXY, NGINX } from "../support/front-proxy.js";
import { type ServerUnderTest, startServer } from "../support/server-under-test.js";
import type { ServerOptions } from "../../src/node/server/options.js";

/** Sends its name and whom it takes the client for, then echoes. */
async function backend(
  name: string,
  options: ServerOptions = {},
): Promise<ServerUnderTest<undefined>> {
  const under = await startServer({ trustedProxies: ["127.0.0.1"], ...options });
  under.server.on("connection", (connection, { remoteAddress, isSecure, host }) => {
    connection.send(JSON.stringify({ name, remoteAddress, isSecure, host }));
    connection.on("message", (message) => connection.send(message));
  });
  return under;
}

async function next(connection: WebSocketConnection): Promise<string> {
  for await (const message of connection) return message.toString();
  throw new Error("the connection has ended");
}

async function greeted(url: string, options = {}) {
  const connection = await connect(url, options);
  const greeting: unknown = JSON.parse(await next(connection));
  return { connection, greeting, name: String(Object(greeting).name) };
}

/** Every address of 127.0.0.0/8 is this machine, where the system is Linux. */
const CLIENT_ADDRESS = "127.0.0.2";

describe.each([NGINX, HAPROXY])("behind $name", (kind) => {
  const itWith = it.skipIf(kind.program === undefined);

  itWith("messages pass both ways, compressed, of any size", async () => {
    await using one = await backend("one", { subprotocols: ["chat"] });
    await using two = await backend("two", { subprotocols: ["chat"] });
    await using front = await FrontProxy.start(kind, { backends: [one.port, two.port] });
    const { connection } = await greeted(front.url, { subprotocols: ["chat"] });
    expect(connection.extensions).toBe("permessage-deflate");
    expect(connection.subprotocol).toBe("chat");
    for (const message of ["small", "x".repeat(900_000), ""]) {
      connection.send(message);
      expect((await next(connection)) === message).toBe(true);
    }
    connection.close(4001, "done");
    expect(await connection.closed).toMatchObject({ code: 4001, reason: "done", wasClean: true });
  });

  itWith("a page of the proxy's own origin may connect, and one of another may not", async () => {
    await using one = await backend("one");
    await using front = await FrontProxy.start(kind, { backends: [one.port, one.port] });
    const own = await greeted(front.url, { origin: `http://127.0.0.1:${front.port}` });
    own.connection.terminate();
    const other = connect(front.url, { origin: "http://elsewhere.example" });
    await expect(other).rejects.toMatchObject({ httpStatus: 403 });
  });

  itWith("the server knows the client's address, and believes no client about it", async () => {
    await using trusting = await backend("trusting");
    await using doubting = await backend("doubting", { trustedProxies: [] });
    const spoofed = { "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https" };
    for (const { port } of [trusting, doubting]) {
      await using front = await FrontProxy.start(kind, { backends: [port, port] });
      const { connection, greeting } = await greeted(front.url, {
        headers: spoofed,
        // Not that of the proxy: one who is trusted may say what it likes.
        createConnection: () =>
          dial({ port: front.port, host: "127.0.0.1", localAddress: CLIENT_ADDRESS }),
      });
      const remoteAddress = port === trusting.port ? CLIENT_ADDRESS : "127.0.0.1";
      expect(greeting).toMatchObject({ remoteAddress, isSecure: false });
      connection.terminate();
    }
  });

  itWith("a limit per address counts clients, not the proxy", async () => {
    await using under = await backend("limited");
    const manager = new ConnectionManager({ server: under.server, maxConnectionsPerAddress: 1 });
    await using front = await FrontProxy.start(kind, { backends: [under.port, under.port] });
    const from = (localAddress: string, headers = {}) =>
      greeted(front.url, {
        headers,
        createConnection: () => dial({ port: front.port, host: "127.0.0.1", localAddress }),
      });
    const one = await from("127.0.0.2");
    const two = await from("127.0.0.3");
    await expect(from("127.0.0.2")).rejects.toMatchObject({ httpStatus: 429 });
    const spoofed = from("127.0.0.2", { "X-Forwarded-For": "127.0.0.4" });
    await expect(spoofed).rejects.toMatchObject({ httpStatus: 429 });
    expect(manager.size).toBe(2);
    for (const { connection } of [one, two]) connection.terminate();
  });

  itWith("an idle connection is kept by pings, and cut without them", async () => {
    await using one = await backend("one", { pingIntervalMs: 250, pongTimeoutMs: 1_750 });
    await using two = await backend("two", { pingIntervalMs: Infinity });
    const kept = { backends: [one.port, one.port], idleSeconds: 3 } as const;
    const cut = { backends: [two.port, two.port], idleSeconds: 3 } as const;
    await using keeping = await FrontProxy.start(kind, kept);
    await using cutting = await FrontProxy.start(kind, cut);
    const patient = await greeted(keeping.url, { pingIntervalMs: Infinity });
    let pings = 0;
    patient.connection.on("ping", () => pings++);
    const silent = await greeted(cutting.url, { pingIntervalMs: Infinity });

    expect(await silent.connection.closed).toMatchObject({ code: 1006 });
    // More than the proxy's patience: there are 2 s from one to the next.
    await new Promise<void>((resolve) => {
      patient.connection.on("ping", () => pings >= 3 && resolve());
    });
    patient.connection.send("still there?");
    expect(await next(patient.connection)).toBe("still there?");
    patient.connection.terminate();
  });

  itWith("a server is drained: its clients get 1012 and come back to the other", async () => {
    await using one = await backend("one");
    await using two = await backend("two");
    await using front = await FrontProxy.start(kind, { backends: [one.port, two.port] });
    const all = await Promise.all(Array.from({ length: 6 }, () => greeted(front.url)));
    const ofOne = all.filter(({ name }) => name === "one");
    expect(ofOne.length).toBeGreaterThan(0);
    expect(ofOne.length).toBeLessThan(6);

    const down = one.server.shutdown({ code: CloseCode.SERVICE_RESTART, reason: "restart" });
    for (const { connection } of ofOne) {
      expect(await connection.closed).toMatchObject({ code: 1012, reason: "restart" });
      const { connection: again, name } = await greeted(front.url);
      expect(name).toBe("two");
      again.terminate();
    }
    await down;
    for (const { connection, name } of all) {
      if (name !== "two") continue;
      connection.send("not affected");
      expect(await next(connection)).toBe("not affected");
      connection.terminate();
    }
  });

  itWith(
    "a reload of the proxy leaves connections alone, and new ones get the new servers",
    async () => {
      await using old = await backend("old");
      await using young = await backend("young");
      await using front = await FrontProxy.start(kind, { backends: [old.port, old.port] });
      const { connection } = await greeted(front.url);
      front.reload({ backends: [young.port, young.port] });
      for (;;) {
        const { connection: another, name } = await greeted(front.url);
        another.terminate();
        if (name === "young") break;
      }
      connection.send("still there?");
      expect(await next(connection)).toBe("still there?");
      connection.terminate();
      await Promise.all(Array.from(old.server.connections, ({ closed }) => closed));
    },
  );
});
