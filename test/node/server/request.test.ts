// What a request lets hooks and listeners look at, by whichever way it came in.
import { once } from "node:events";
import { IncomingMessage, createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { Socket } from "node:net";
import { TLSSocket, connect as connectTls } from "node:tls";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { ServerRequest } from "../../../src/node/server/request.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { CA, CLIENT, KEY, LOCALHOST } from "../../support/certificates/index.js";
import { RawClient, portOf, upgradeRequest } from "../../support/raw-client.js";
import { ALL_WAYS_IN, startServer } from "../../support/server-under-test.js";

describe.each(ALL_WAYS_IN)("by way of an %s, a request", (wayIn) => {
  it("shows the socket it came over to authenticate, and the connection goes on showing it", async () => {
    const seen: ServerRequest[] = [];
    await using under = await startServer(
      { authenticate: (request) => (seen.push(request), true) },
      wayIn,
    );
    const sockets: unknown[] = [];
    under.server.on("connection", (connection, request) => {
      sockets.push(request.socket, connection.transport);
    });
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();

    const [socket] = seen.map((request) => request.socket);
    expect(socket).toBeInstanceOf(Socket);
    expect(socket).toMatchObject({ remotePort: client.socket.localPort });
    expect(sockets).toEqual([socket, socket]);
  });

  it("has a raw one where an http server has read it", async () => {
    const raws: unknown[] = [];
    await using under = await startServer({}, wayIn);
    under.server.on("connection", (_, { raw }) => raws.push(raw));
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();

    const isHttp = wayIn === "http server" || wayIn === "handleUpgrade";
    expect(raws).toEqual([isHttp ? expect.any(IncomingMessage) : undefined]);
  });

  it("shows no secret when it is printed", async () => {
    const printed: string[] = [];
    await using under = await startServer({}, wayIn);
    under.server.on("connection", (connection, request) => {
      for (const one of [request, connection]) printed.push(inspect(one), JSON.stringify(one));
    });
    const secrets = { cookie: "a=s3cret", authorization: "s3cret" };
    using client = await RawClient.send(under, upgradeRequest("/x?token=s3cret", secrets));
    await client.head();

    expect(printed).toHaveLength(4);
    expect(printed.join()).not.toContain("s3cret");
  });
});

describe("a client with a certificate", () => {
  const tls = { key: KEY, cert: LOCALHOST, ca: CA, requestCert: true };

  it.each(["own listener", "http server", "handleUpgrade"])(
    "is known to authenticate and to listeners, by way of an %s",
    async (wayIn) => {
      const who = (socket: unknown): unknown =>
        socket instanceof TLSSocket && [socket.authorized, socket.getPeerCertificate().subject.CN];
      const http = wayIn === "own listener" ? undefined : createSecureServer(tls);
      const server = new WebSocketServer({
        authenticate: ({ socket }) => who(socket),
        ...(http === undefined && { port: 0, host: "127.0.0.1", tls }),
        ...(wayIn === "http server" && { server: http }),
      });
      if (wayIn === "handleUpgrade") {
        http?.on("upgrade", (message, socket, head) => server.handleUpgrade(message, socket, head));
      }
      if (http !== undefined) await once(http.listen(0, "127.0.0.1"), "listening");
      await server.listening();
      const known: unknown[] = [];
      server.on("connection", (connection, { socket }) => {
        known.push(connection.data, who(socket), who(connection.transport));
      });
      const port = portOf(http ?? server);
      using client = new RawClient(
        connectTls({ port, host: "127.0.0.1", ca: CA, cert: CLIENT, key: KEY }),
      );
      client.send(upgradeRequest("/", { origin: "https://localhost" }));

      expect((await client.head()).startLine).toContain("101");
      const ann = [true, expect.any(String)];
      expect(known).toEqual([ann, ann, ann]);
      await server.shutdown({ deadlineMs: 0 });
      http?.close();
    },
  );
});

describe("a request that has ended", () => {
  it("still has its socket and raw one, closed", async () => {
    const http = createServer();
    const server = new WebSocketServer({ server: http });
    http.listen(0, "127.0.0.1");
    await server.listening();
    const ended = new Promise<ServerRequest>((resolve) => {
      server.on("connection", (connection, request) => {
        void connection.closed.then(() => resolve(request));
      });
    });
    using client = await RawClient.send({ port: portOf(http) }, upgradeRequest());
    await client.head();
    client.socket.destroy();
    const { socket, raw } = await ended;

    expect(socket.destroyed).toBe(true);
    expect(raw?.url).toBe("/");
    await server.shutdown();
    http.close();
  });
});
