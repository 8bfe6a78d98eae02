import { connect as connectTls, TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import { HandshakeError } from "../../../src/protocol/index.js";
import { CA, KEY, LOCALHOST, OTHER_HOST } from "../../support/certificates/index.js";
import { settle } from "../../support/raw-peer.js";
import { memoryPeer, StubPeer, StubServer } from "../../support/stub-server.js";
import { TEXT } from "../../support/wire-frame.js";
import { MemorySocket } from "../../support/wire-memory.js";

const TRUSTED = { tls: { ca: CA } };

async function failureOf(opening: Promise<unknown>): Promise<HandshakeError> {
  const error: unknown = await opening.catch((reason: unknown) => reason);
  if (!(error instanceof HandshakeError)) throw new Error("no HandshakeError", { cause: error });
  return error;
}

describe("over a connection of one's own", () => {
  it("works with any Duplex, at once or later", async () => {
    const { peer, createConnection } = memoryPeer();
    const opening = connect("ws://h/", { createConnection: async () => createConnection() });
    await peer.accept();
    const connection = await opening;
    connection.send("hello");
    expect(await peer.frame()).toMatchObject({ opcode: TEXT });
    connection.terminate();
  });

  it("has only the listeners of the connection once that is open", async () => {
    const [ours, theirs] = MemorySocket.pair();
    const bare = ours.eventNames().map((name) => [name, ours.listenerCount(name)]);
    const peer = new StubPeer(theirs);
    const opening = connect("ws://h/", { createConnection: () => ours });
    await peer.accept();
    const connection = await opening;
    expect(bare).not.toContainEqual(["data", 1]);
    expect(ours.listenerCount("data")).toBe(1);
    expect(ours.listenerCount("close")).toBe(1);
    connection.terminate();
  });

  it("runs TLS on it for wss", async () => {
    const [ours, theirs] = MemorySocket.pair();
    const peer = new StubPeer(new TLSSocket(theirs, { isServer: true, key: KEY, cert: LOCALHOST }));
    const opening = connect("wss://localhost/", { createConnection: () => ours, ...TRUSTED });
    await peer.accept();
    const connection = await opening;
    connection.send("hello");
    expect(await peer.frame()).toMatchObject({ opcode: TEXT });
    connection.terminate();
  });

  it("checks the certificate all the same", async () => {
    const [ours, theirs] = MemorySocket.pair();
    const peer = new StubPeer(
      new TLSSocket(theirs, { isServer: true, key: KEY, cert: OTHER_HOST }),
    );
    const error = await failureOf(
      connect("wss://localhost/", { createConnection: () => ours, ...TRUSTED }),
    );
    expect(error.detail).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(peer.bytes).toHaveLength(0);
    expect(ours.destroyed).toBe(true);
  });

  it("runs no TLS on what has it already", async () => {
    await using server = await StubServer.start({ tls: { key: KEY, cert: LOCALHOST } });
    const { port } = server;
    const opening = connect("wss://localhost/", {
      createConnection: () => connectTls({ host: "localhost", port, ca: CA }),
    });
    expect((await (await server.next()).accept()).startLine).toBe("GET / HTTP/1.1");
    (await opening).terminate();
  });

  it.each([
    [
      "throws",
      (): never => {
        throw new Error("no route");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no route"))],
  ])("keeps the cause when it %s", async (_case, createConnection) => {
    const error = await failureOf(connect("ws://h/", { createConnection }));
    expect(error.code).toBe("TRANSPORT_FAILED");
    expect(error.cause).toEqual(new Error("no route"));
  });

  it("fails when it has ended before it is used", async () => {
    const [ended] = MemorySocket.pair();
    ended.destroy();
    await settle();
    const gone = await failureOf(connect("ws://h/", { createConnection: () => ended }));
    expect(gone.code).toBe("TRANSPORT_ENDED");

    const [half, other] = MemorySocket.pair();
    half.resume();
    other.end();
    await settle();
    expect(half.readableEnded).toBe(true);
    const over = await failureOf(connect("ws://h/", { createConnection: () => half }));
    expect(over.code).toBe("TRANSPORT_ENDED");

    const [broken] = MemorySocket.pair();
    broken.on("error", () => {});
    broken.destroy(new Error("it broke"));
    await settle();
    const error = await failureOf(connect("ws://h/", { createConnection: () => broken }));
    expect(error.cause).toEqual(new Error("it broke"));
  });
});
