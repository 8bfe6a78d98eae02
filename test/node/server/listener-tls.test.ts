// The own listener with TLS on it.
import { once } from "node:events";
import { createServer as createSecureServer } from "node:https";
import { connect as connectTls, TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import type { ServerOptions } from "../../../src/node/server/options.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import {
  CA,
  CLIENT,
  EXPIRED,
  KEY,
  LOCALHOST,
  OTHER_HOST,
} from "../../support/certificates/index.js";
import { FakeClock } from "../../support/clock.js";
import { portOf, RawClient, upgradeRequest } from "../../support/raw-client.js";
import { settle } from "../../support/raw-peer.js";
import { frame, PING, PONG, TEXT } from "../../support/wire-frame.js";

describe("TLS", () => {
  const tls = { key: KEY, cert: LOCALHOST };

  async function startTls(
    options: ServerOptions = {},
  ): Promise<WebSocketServer & { readonly port: number }> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", tls, ...options });
    await server.listening();
    return Object.assign(server, { port: portOf(server) });
  }

  it("carries everything, and makes the same origin an https one [6455-10-09] [6455-4.2.2-01]", async () => {
    await using server = await startTls();
    const isSecure: boolean[] = [];
    server.on("connection", (connection, request) => {
      isSecure.push(request.isSecure);
      connection.on("message", (message) => connection.send(message));
    });
    using client = await RawClient.connectTls(server, CA);
    client.send(upgradeRequest("/", { origin: "https://localhost" }));
    expect((await client.head()).startLine).toContain("101");
    client.sendFrames(frame(TEXT, "secret"));

    expect((await client.frame()).payload).toEqual(Uint8Array.from(Buffer.from("secret")));
    expect(isSecure).toEqual([true]);
    expect(server.url).toBe(`wss://127.0.0.1:${server.port}/`);

    using other = await RawClient.connectTls(server, CA);
    other.send(upgradeRequest("/", { origin: "http://localhost" }));
    expect((await other.answer()).httpStatus).toBe(403);
  });

  it("is not left out for a request in plain text [6455-4.2.2-01]", async () => {
    await using server = await startTls();
    using client = await RawClient.send(server, upgradeRequest());
    await client.ended();

    expect(Buffer.from(client.received).toString("latin1")).not.toContain("HTTP/1.1");
    expect(server.connections.size).toBe(0);
  });

  it("that fails, by an alert or a reset, does no harm", async () => {
    await using server = await startTls({ tls: { key: KEY, cert: EXPIRED } });
    const distrusting = connectTls({ host: "127.0.0.1", port: server.port, ca: CA });
    await new Promise((resolve) => {
      distrusting.on("error", resolve);
    });
    using rude = await RawClient.send(server, Uint8Array.of(0x16, 0x03, 0x01));
    await settle();
    rude.socket.resetAndDestroy();
    await settle();

    const trusting = connectTls({
      host: "127.0.0.1",
      port: server.port,
      rejectUnauthorized: false,
    });
    using client = new RawClient(trusting);
    client.send(upgradeRequest());
    expect((await client.head()).startLine).toContain("101");
    client.socket.destroy();
    await server.shutdown({ deadlineMs: Infinity }); // nothing is left of those that failed
  });

  it("that is not finished does not hold up a shutdown beyond its deadline", async () => {
    const clock = new FakeClock();
    const server = await startTls({ clock });
    using client = await RawClient.send(server, Uint8Array.of(0x16, 0x03, 0x01));
    await settle();
    const done = server.shutdown({ deadlineMs: 1_000 });
    await settle();
    clock.advance(1_000);

    await done;
    await client.ended();
  });

  it("gets a 101 at the end of what it negotiated, and a refusal without a reset", async () => {
    await using server = await startTls();
    using client = await RawClient.connectTls(server, CA);
    client.send(upgradeRequest("/", { "sec-websocket-key": "x" }));

    expect((await client.answer()).httpStatus).toBe(400);
    client.socket.end();
    await client.closed();
    expect(client.error).toBeUndefined();
  });

  /** For which name the certificate is that a client is shown. */
  async function shownBy(port: number): Promise<string | undefined> {
    const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
    await once(socket, "secureConnect");
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return [CN].flat()[0];
  }

  it("takes a new certificate for those who come, and leaves who is here alone", async () => {
    await using server = await startTls();
    using client = await RawClient.connectTls(server, CA);
    client.send(upgradeRequest());
    await client.head();
    const before = await shownBy(server.port);
    server.setSecureContext({ key: KEY, cert: OTHER_HOST });

    expect(before).not.toBe("other.example");
    expect(await shownBy(server.port)).toBe("other.example");
    client.sendFrames(frame(PING, "x"));
    expect(await client.frame()).toMatchObject({ opcode: PONG });
    expect(server.connections.size).toBe(1);
  });

  it("keeps whom it trusts when only the certificate is new", async () => {
    await using server = await startTls({ tls: { ...tls, ca: CA, requestCert: true } });
    server.setSecureContext({ key: KEY, cert: LOCALHOST });
    server.setSecureContext({ minVersion: "TLSv1.3" });
    const authorized: unknown[] = [];
    server.on("connection", ({ transport }) => {
      authorized.push(transport instanceof TLSSocket && transport.authorized);
    });
    const { port } = server;
    using client = new RawClient(
      connectTls({ host: "127.0.0.1", port, ca: CA, cert: CLIENT, key: KEY }),
    );
    client.send(upgradeRequest());
    await client.head();

    expect(authorized).toEqual([true]);
  });

  it("keeps the certificate it has when the new one is no good", async () => {
    await using server = await startTls();
    const before = await shownBy(server.port);

    expect(() => server.setSecureContext({ key: "x", cert: "y" })).toThrow();
    server.setSecureContext({ minVersion: "TLSv1.3" }); // the rest is still that from before
    expect(await shownBy(server.port)).toBe(before);
  });

  it("is of no use to a server that has none, or another's", async () => {
    const http = createSecureServer(tls);
    const servers = [
      new WebSocketServer(),
      new WebSocketServer({ server: http }),
      new WebSocketServer({ port: 0, host: "127.0.0.1" }),
    ];
    for (const server of servers) {
      expect(() => server.setSecureContext(tls)).toThrow("an https server has its own");
      await server.shutdown();
    }
  });

  it("with a key that is none is refused before listening", () => {
    expect(() => new WebSocketServer({ port: 0, tls: { key: "x", cert: "y" } })).toThrow();
  });
});
