// What comes from another realm, such as jsdom or a vm context, is sent as what it is, on every way.
import { describe, expect, it } from "vitest";
import { prepareMessage } from "../../../src/index.js";
import { ConnectionManager } from "../../../src/manager/index.js";
import {
  FOREIGN_BLOBS,
  FOREIGN_BYTES,
  FOREIGN_CONTENT,
  unreadableBlob,
} from "../../support/foreign-values.js";
import { ManagedPeers } from "../../support/managed-peers.js";
import { connectedPair, NO_DEFLATE_LIMITS, RawPeer } from "../../support/raw-peer.js";
import { opened } from "../../support/websocket-peer.js";
import { BINARY, PING, PONG, TEXT } from "../../support/wire-frame.js";

const binary = { opcode: BINARY, payload: FOREIGN_CONTENT };

describe.each(FOREIGN_BYTES)("%s [M10]", (_name, value) => {
  it.each(["client", "server"] as const)("is sent by a %s as it is", async (role) => {
    const peer = new RawPeer({ role });
    const { connection } = peer;
    connection.send(value);
    connection.send(value, { type: "text" });
    void connection.ping(value);
    connection.pong(value);
    expect(await peer.next()).toMatchObject(binary);
    expect(await peer.next()).toMatchObject({ opcode: TEXT, payload: FOREIGN_CONTENT });
    expect(await peer.next()).toMatchObject({ opcode: PING, payload: FOREIGN_CONTENT });
    expect(await peer.next()).toMatchObject({ opcode: PONG, payload: FOREIGN_CONTENT });
  });

  it("is sent behind what has to wait, compressed, prepared, in fragments and to many", async () => {
    const manager = new ConnectionManager();
    const perMessageDeflate = { thresholdBytes: 0 };
    const { client, server } = connectedPair({ deflate: NO_DEFLATE_LIMITS, perMessageDeflate });
    manager.add(server);
    server.send(new Blob([FOREIGN_CONTENT]));
    server.send(value);
    server.send(prepareMessage(value));
    manager.broadcast(value);
    manager.sendTo(manager.idOf(server) ?? "", value);
    void server.sendStream([value, value]);
    server.close(1000);
    const got: unknown[] = [];
    for await (const message of client) got.push([...Buffer.from(message)]);
    expect(got).toEqual([...Array.from({ length: 5 }, () => [1, 2, 3]), [1, 2, 3, 1, 2, 3]]);
    expect(client.traffic.received.compressedBytes).toBeGreaterThan(0);
  });

  it("is sent by a WebSocket as it is", async () => {
    const { socket, peer } = await opened();
    socket.send(value);
    expect(socket.bufferedAmount).toBe(3);
    expect(await peer.frame()).toMatchObject(binary);
    socket.close();
  });
});

describe.each(FOREIGN_BLOBS)("%s [M10]", (_name, blob) => {
  it("is read, and sent as it is", async () => {
    const peer = new RawPeer();
    peer.connection.send(blob);
    expect(await peer.next()).toMatchObject(binary);
    const { socket, peer: server } = await opened();
    socket.send(blob);
    expect(socket.bufferedAmount).toBe(3);
    expect(await server.frame()).toMatchObject(binary);
    socket.close();
  });
});

describe("a Blob", () => {
  it("that cannot be read is refused at once, and says what to use [M10]", async () => {
    const peer = new RawPeer();
    expect(() => peer.connection.send(unreadableBlob())).toThrow(
      new TypeError(
        "cannot read this Blob: it has no arrayBuffer(), as in jsdom before 28.1; use the Blob of node:buffer",
      ),
    );
    const { socket } = await opened();
    expect(() => socket.send(unreadableBlob())).toThrow(TypeError);
    socket.close();
  });

  it("is refused where it cannot be waited for, and the error says what to do", async () => {
    const { connection } = new RawPeer();
    const { manager } = new ManagedPeers();
    const refusal = "cannot send Blob: give what its arrayBuffer() resolves with";
    for (const blob of [new Blob(["x"]), unreadableBlob()]) {
      // @ts-expect-error: what a caller without types may do
      expect(() => prepareMessage(blob)).toThrow(refusal);
      // @ts-expect-error: the same
      expect(() => manager.broadcast(blob)).toThrow(refusal);
      // @ts-expect-error: the same
      expect(() => connection.pong(blob)).toThrow(refusal);
      // @ts-expect-error: the same
      await expect(connection.ping(blob)).rejects.toThrow(refusal);
    }
  });
});
