import { mkdtemp, rm } from "node:fs/promises";
import { connect as connectTcp, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { describe, expect, it, vi } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import type { ConnectionTarget } from "../../../src/node/client/route.js";
import { HandshakeError } from "../../../src/protocol/index.js";
import {
  CA,
  CLIENT,
  EXPIRED,
  KEY,
  LOCALHOST,
  OTHER_HOST,
} from "../../support/certificates/index.js";
import { memoryPeer, type StubPeer, StubServer } from "../../support/stub-server.js";
import { frame, TEXT } from "../../support/wire-frame.js";
import { valuesOf } from "../../support/wire-handshake.js";

const TRUSTED = { tls: { ca: CA } };

async function failureOf(opening: Promise<unknown>): Promise<HandshakeError> {
  const error: unknown = await opening.catch((reason: unknown) => reason);
  if (!(error instanceof HandshakeError)) throw new Error("no HandshakeError", { cause: error });
  return error;
}

describe("over TCP", () => {
  it.each([
    ["ws://h/", { host: "h", port: 80, secure: false }, "h"],
    ["ws://h:80/", { host: "h", port: 80, secure: false }, "h"],
    ["ws://h:8080/", { host: "h", port: 8080, secure: false }, "h:8080"],
    ["http://h/", { host: "h", port: 80, secure: false }, "h"],
    ["ws://[::1]:9/", { host: "::1", port: 9, secure: false }, "[::1]:9"],
    ["ws://BÜCHER.example/", { host: "xn--bcher-kva.example", port: 80, secure: false }, undefined],
  ])("%s goes to %j [6455-3-02] [6455-4.1-13]", async (url, target, host) => {
    const { peer, createConnection } = memoryPeer();
    const targets: ConnectionTarget[] = [];
    const opening = connect(url, {
      createConnection: (given) => {
        targets.push(given);
        return createConnection();
      },
    });
    const head = await peer.accept();
    (await opening).terminate();
    expect(targets).toEqual([target]);
    expect(valuesOf(head, "host")).toEqual([host ?? target.host]);
  });

  it("fails once when nobody listens [6455-4.1-05]", async () => {
    const server = await StubServer.start();
    const { authority } = server;
    await server[Symbol.asyncDispose]();
    const error = await failureOf(connect(`ws://${authority}/`));
    expect(error).toMatchObject({ code: "TRANSPORT_FAILED", detail: "ECONNREFUSED" });
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("fails when there is no such host [6455-4.1-05]", async () => {
    const tooLong = "a".repeat(64); // for a label: nobody has to be asked
    const error = await failureOf(connect(`ws://${tooLong}/`));
    expect(error).toMatchObject({ code: "TRANSPORT_FAILED", detail: "ENOTFOUND" });
  });

  it("does not wait for small writes to add up", async () => {
    await using server = await StubServer.start();
    const setNoDelay = vi.spyOn(Socket.prototype, "setNoDelay");
    const opening = connect(`ws://${server.authority}/`);
    await (await server.next()).accept();
    const connection = await opening;
    const sockets = setNoDelay.mock.contexts.filter((context) => context instanceof Socket);
    expect(sockets.map((socket) => socket.remotePort)).toContain(server.port);
    expect(setNoDelay).not.toHaveBeenCalledWith(false);
    setNoDelay.mockRestore();
    connection.terminate();
  });

  it("does not wait for another attempt to the same address [6455-4.1-02]", async () => {
    await using server = await StubServer.start();
    const openings = Array.from({ length: 20 }, () => connect(`ws://${server.authority}/`));
    const peers: StubPeer[] = [];
    for (const _ of openings) peers.push(await server.next());
    await Promise.all(peers.map((peer) => peer.accept()));
    for (const opening of openings) (await opening).terminate();
    expect(server.connections).toBe(20);
  });
});

describe("over TLS", () => {
  it("sends the request only when TLS is done [6455-4.1-06]", async () => {
    await using server = await StubServer.start({ tls: { key: KEY, cert: LOCALHOST } });
    const opening = connect(`wss://localhost:${server.port}/`, TRUSTED);
    const peer = await server.next();
    expect((await peer.accept([], [frame(TEXT, "hi")])).startLine).toBe("GET / HTTP/1.1");
    const connection = await opening;
    const first = await connection[Symbol.asyncIterator]().next();
    expect(first.value).toBe("hi");
    connection.terminate();
  });

  it("starts with a ClientHello whatever the case of the scheme [6455-3-03]", async () => {
    for (const scheme of ["WSS", "wss", "HTTPS"]) {
      await using server = await StubServer.start();
      const failed = failureOf(connect(`${scheme}://${server.authority}/`));
      const peer = await server.next();
      await peer.arrived(3);
      expect(peer.bytes[0]).toBe(0x16); // a TLS handshake record
      peer.end();
      expect((await failed).code).toBe("TRANSPORT_ENDED");
    }
  });

  it("goes to port 443 unless told otherwise [6455-3-02]", async () => {
    const targets: ConnectionTarget[] = [];
    const createConnection = (target: ConnectionTarget): never => {
      targets.push(target);
      throw new Error("far enough");
    };
    await failureOf(connect("wss://h/", { createConnection }));
    expect(targets).toEqual([{ host: "h", port: 443, secure: true }]);
  });

  it.each([
    ["is signed by itself", CA, "DEPTH_ZERO_SELF_SIGNED_CERT", / \(the option tls\.ca /, {}],
    ["nobody trusted has signed", LOCALHOST, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", / tls\.ca /, {}],
    ["is for another host", OTHER_HOST, "ERR_TLS_CERT_ALTNAME_INVALID", /tls\.servername/, TRUSTED],
    ["has expired", EXPIRED, "CERT_HAS_EXPIRED", /EXPIRED$/, TRUSTED],
  ])(
    "refuses a certificate that %s, and says what to do [6455-4.1-07]",
    async (_case, cert, code, advice, options) => {
      await using server = await StubServer.start({ tls: { key: KEY, cert } });
      const error = await failureOf(connect(`wss://localhost:${server.port}/`, options));
      expect(error).toMatchObject({ code: "TRANSPORT_FAILED", cause: { code } });
      expect(error.detail?.startsWith(code)).toBe(true);
      expect(error.detail).toMatch(advice);
      await server.deserted();
      for (const peer of server.waiting) expect(peer.bytes).toHaveLength(0);
    },
  );

  it("sends the server's name, but never an address [6455-4.1-08]", async () => {
    const names: string[] = [];
    const SNICallback = (name: string, done: (error: null) => void): void => {
      names.push(name);
      done(null);
    };
    await using server = await StubServer.start({
      tls: { key: KEY, cert: LOCALHOST, SNICallback },
    });
    for (const host of ["localhost", "127.0.0.1"]) {
      const opening = connect(`wss://${host}:${server.port}/`, TRUSTED);
      await (await server.next()).accept();
      (await opening).terminate();
    }
    expect(names).toEqual(["localhost"]);
  });

  it("sends the server's name without the dot at its end", async () => {
    const names: string[] = [];
    const SNICallback = (name: string, done: (error: null) => void): void => {
      names.push(name);
      done(null);
    };
    await using server = await StubServer.start({
      tls: { key: KEY, cert: LOCALHOST, SNICallback },
    });
    const { port } = server;
    const createConnection = (): Socket => connectTcp({ host: "127.0.0.1", port });
    const opening = connect("wss://localhost./", { createConnection, ...TRUSTED });
    await (await server.next()).accept();
    (await opening).terminate();
    expect(names).toEqual(["localhost"]);
  });

  it("checks that a certificate is for the address when the URL has one [6455-4.1-07]", async () => {
    await using server = await StubServer.start({ tls: { key: KEY, cert: LOCALHOST } });
    const { port } = server;
    const createConnection = (): Socket => connectTcp({ host: "127.0.0.1", port });
    const error = await failureOf(connect("wss://127.0.0.2/", { createConnection, ...TRUSTED }));
    expect(error.detail).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("shows a client certificate when it has one", async () => {
    const tls = { key: KEY, cert: LOCALHOST, ca: CA, requestCert: true };
    await using server = await StubServer.start({ tls });
    const url = `wss://localhost:${server.port}/`;
    const opening = connect(url, { tls: { ca: CA, key: KEY, cert: CLIENT } });
    const { socket } = await acceptNext(server);
    (await opening).terminate();
    if (!(socket instanceof TLSSocket)) throw new Error("this is not TLS");
    expect(socket.getPeerCertificate().subject.CN).toBe("test client");
  });

  it("fails clearly when the server does not speak it", async () => {
    await using server = await StubServer.start();
    const failed = failureOf(connect(`wss://${server.authority}/`));
    (await server.next()).write("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(await failed).toMatchObject({
      code: "TRANSPORT_FAILED",
      detail: expect.stringContaining("ws in place of wss"),
    });
    await server.deserted();
  });

  it("fails clearly when the server ends it with an alert", async () => {
    await using server = await StubServer.start();
    const failed = failureOf(connect(`wss://${server.authority}/`));
    const peer = await server.next();
    await peer.arrived(3);
    peer.write(Buffer.from("15030300020228", "hex")); // fatal, handshake_failure
    expect((await failed).code).toBe("TRANSPORT_FAILED");
    await server.deserted();
  });

  it.each([
    ["ws", {}, "the server sent nothing, as one does that speaks TLS here (wss)"],
    ["wss", { ca: CA }, "the server sent nothing"],
  ])("is thought of when a server of %s ends without a word", async (scheme, tls, detail) => {
    const ofServer = scheme === "ws" ? {} : { tls: { key: KEY, cert: LOCALHOST } };
    await using server = await StubServer.start(ofServer);
    const failed = failureOf(connect(`${scheme}://localhost:${server.port}/`, { tls }));
    const peer = await server.next();
    await peer.head();
    peer.end();
    expect(await failed).toMatchObject({ code: "TRANSPORT_ENDED", detail });
    await server.deserted();
  });

  it("fails clearly when ws meets a server that speaks it", async () => {
    await using server = await StubServer.start({ tls: { key: KEY, cert: LOCALHOST } });
    const error = await failureOf(connect(`ws://localhost:${server.port}/`));
    expect(["HEAD_MALFORMED", "TRANSPORT_ENDED", "TRANSPORT_FAILED"]).toContain(error.code);
    if (error.code !== "TRANSPORT_FAILED") expect(error.detail).toContain("TLS");
  });
});

describe("over a Unix socket", () => {
  it.each([
    ["ws", undefined],
    ["wss", { key: KEY, cert: LOCALHOST }],
  ])("%s works, and the URL says what to ask for", async (scheme, tls) => {
    const folder = await mkdtemp(join(tmpdir(), "plainsocket-"));
    const path = join(folder, "socket");
    try {
      await using server = await StubServer.start(tls === undefined ? { path } : { path, tls });
      const url = `${scheme}://localhost/room?1`;
      const opening = connect(url, { socketPath: path, ...TRUSTED });
      const head = await (await server.next()).accept();
      expect(head.startLine).toBe("GET /room?1 HTTP/1.1");
      expect(valuesOf(head, "host")).toEqual(["localhost"]);
      (await opening).terminate();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is not left behind for a redirect elsewhere", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plainsocket-"));
    const socketPath = join(folder, "socket");
    try {
      await using server = await StubServer.start({ path: socketPath });
      const failed = failureOf(connect("ws://h/", { socketPath, followRedirects: true }));
      await (await server.next()).answer(["HTTP/1.1 302 Found", "Location: /here"]);
      await (await server.next()).answer(["HTTP/1.1 302 Found", "Location: ws://other/"]);
      expect(await failed).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: 302 });
      expect((await failed).message).toContain("Unix socket");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("fails when there is none", async () => {
    const error = await failureOf(connect("ws://h/", { socketPath: "/no/such/socket" }));
    expect(error).toMatchObject({ code: "TRANSPORT_FAILED", detail: "ENOENT" });
  });
});

async function acceptNext(server: StubServer): Promise<StubPeer> {
  const peer = await server.next();
  await peer.accept();
  return peer;
}
