import { describe, expect, it } from "vitest";
import { prepareMessage } from "../../../src/protocol/index.js";
import { connectedPair, eventually, NO_DEFLATE_LIMITS, RawPeer } from "../../support/raw-peer.js";
import { BINARY, TEXT, utf8 } from "../../support/wire-frame.js";

describe("a prepared message", () => {
  it.each(["server", "client"] as const)("is sent by a %s like any other", async (role) => {
    const peer = new RawPeer({ role });
    const { connection } = peer;
    const text = prepareMessage("Hello");
    connection.send("before");
    expect(connection.send(text)).toBe("sent");
    connection.send(prepareMessage(utf8("Hello")));
    connection.send(text, { type: "text", compress: false });
    const seen = [await peer.next(), await peer.next(), await peer.next(), await peer.next()];

    expect(seen.map(({ opcode, payload }) => [opcode, Buffer.from(payload).toString()])).toEqual([
      [TEXT, "before"],
      [TEXT, "Hello"],
      [BINARY, "Hello"],
      [TEXT, "Hello"],
    ]);
    connection.close();
    expect(connection.send(text)).toBe("closed");
  });

  it("is the same bytes for every connection of a server, and none is spoilt", async () => {
    const peers = Array.from({ length: 3 }, () => new RawPeer());
    const message = prepareMessage("x".repeat(20_000));
    const short = prepareMessage("short");
    for (const { connection } of peers) {
      connection.send(short);
      connection.send(message);
      connection.send(short);
    }
    for (const peer of peers) {
      const lengths = [await peer.next(), await peer.next(), await peer.next()];
      expect(lengths.map(({ payload }) => payload.length)).toEqual([5, 20_000, 5]);
    }
    expect(message.plainFrame(fail).payload.every((byte) => byte === 0x78)).toBe(true);
  });

  it("keeps its place when it is compressed off the main thread, once for all", async () => {
    const pairs = Array.from({ length: 3 }, () =>
      connectedPair({ deflate: NO_DEFLATE_LIMITS, maxMessageBytes: 2_000_000 }),
    );
    const big = prepareMessage("big ".repeat(250_000));
    const all = pairs.map(async ({ client, server }, i) => {
      server.send(`one ${i} `.repeat(20));
      server.send(big);
      server.send("two ".repeat(20));
      server.send(big);
      server.send("three ".repeat(20));
      server.close(1000);
      const got: string[] = [];
      for await (const message of client)
        got.push(`${String(message).slice(0, 4)}${message.length}`);
      return got;
    });

    for (const got of await Promise.all(all)) {
      expect(got).toEqual(["one 120", "big 1000000", "two 80", "big 1000000", "thre120"]);
    }
  });

  it("is judged by the buffer policy like what it was made of", async () => {
    const keys: unknown[] = [];
    const bufferPolicy = (message: string | Uint8Array): unknown => {
      keys.push(message);
      return String(message)[0];
    };
    const peer = new RawPeer({ maxBufferedBytes: 1000, bufferPolicy }, false);
    peer.connection.send("x".repeat(150_000)); // more than the transport takes
    expect(peer.connection.send(prepareMessage("a1"))).toBe("buffered");
    expect(peer.connection.send(prepareMessage(utf8("b1")))).toBe("buffered");
    expect(peer.connection.send(prepareMessage("a2"))).toBe("buffered");
    expect(peer.connection.droppedMessages).toBe(1);
    expect(keys).toContain("a1");
    expect(keys).toContainEqual(utf8("b1"));

    peer.read();
    await peer.next();
    const rest = [await peer.next(), await peer.next()];
    expect(rest.map(({ payload }) => Buffer.from(payload).toString())).toEqual(["b1", "a2"]);
  });

  it.each(["wait", "close", "dropNewest", "dropOldest"] as const)(
    'is bounded by the policy "%s"',
    async (bufferPolicy) => {
      const peer = new RawPeer({ maxBufferedBytes: 10_000, bufferPolicy }, false);
      const { connection } = peer;
      const message = prepareMessage("m".repeat(5_000));
      const statuses = new Set<string>();
      for (let i = 0; i < 100; i++) {
        statuses.add(connection.send(message));
        expect(connection.bufferedAmount).toBeLessThan(170_000);
      }
      const last = {
        wait: "closed",
        close: "closed",
        dropNewest: "dropped",
        dropOldest: "buffered",
      };
      expect([...statuses].at(-1)).toBe(last[bufferPolicy]);
      connection.terminate();
      await connection.closed;
    },
  );

  it("of another type than asked for is refused at once, also behind what is not ready", async () => {
    const peer = new RawPeer();
    const { connection } = peer;
    const message = prepareMessage("Hello");
    expect(() => connection.send(message, { type: "binary" })).toThrow(TypeError);
    connection.send(new Blob(["blob"]));
    expect(() => connection.send(message, { type: "binary" })).toThrow(TypeError);
    expect(() => connection.send(Uint8Array.of(0xff), { type: "text" })).toThrow(TypeError);
    connection.send(utf8("bytes"), { type: "text" });
    connection.send(message);
    await eventually(() => peer.frames.length === 3);

    expect(peer.frames.map(({ opcode, payload }) => [opcode, payload])).toEqual([
      [BINARY, utf8("blob")],
      [TEXT, utf8("bytes")],
      [TEXT, utf8("Hello")],
    ]);
  });
});

function fail(): never {
  throw new Error("framed already");
}
