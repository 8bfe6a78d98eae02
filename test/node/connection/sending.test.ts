import { describe, expect, it, vi } from "vitest";
import {
  connectedPair,
  eventually,
  NO_DEFLATE_LIMITS,
  RawPeer,
  settle,
} from "../../support/raw-peer.js";
import { BINARY, closePayload, hex, utf8 } from "../../support/wire-frame.js";

const text = (payload: Uint8Array): string => Buffer.from(payload).toString();

describe("send", () => {
  it("keeps call order across Blobs, messages in fragments and close [WHATWG-14]", async () => {
    const peer = new RawPeer();
    const { connection } = peer;
    connection.send("one");
    connection.send(new Blob([hex("0203")]));
    const streamed = connection.sendStream(["th", "ree"]);
    connection.send("four");
    connection.send(new Blob(["five"]));
    await streamed;
    connection.close(1000);
    const seen: string[] = [];
    for (let i = 0; i < 8; i++) {
      const { opcode, fin, payload } = await peer.next();
      seen.push(`${opcode}${fin ? "" : "+"} ${text(payload)}`);
    }
    expect(seen).toEqual([
      "1 one",
      "2 \u0002\u0003",
      "1+ th",
      "0+ ree",
      "0 ",
      "1 four",
      "2 five",
      `8 ${text(closePayload(1000))}`,
    ]);
  });

  it("keeps call order behind a message that is compressed elsewhere", async () => {
    const { client, server } = connectedPair({
      deflate: NO_DEFLATE_LIMITS,
      maxMessageBytes: 8_000_000,
    });
    client.send("big ".repeat(1_000_000)); // large enough to leave the main thread
    client.send(new Blob(["blob"]));
    client.send("text");
    const streamed = client.sendStream(["stream"]);
    client.send("last");
    client.close(1000);
    const got: string[] = [];
    for await (const message of server) got.push(message.toString().slice(0, 6));
    expect(got).toEqual(["big bi", "blob", "text", "stream", "last"]);
    expect(await streamed).toBe("sent");
  });

  it.each(["server", "client"] as const)(
    "copies bytes of a %s that wait, as it copies those that do not",
    async (role) => {
      const pair = connectedPair();
      const [sender, receiver] =
        role === "server" ? [pair.server, pair.client] : [pair.client, pair.server];
      const short = Buffer.from("short");
      const long = Buffer.alloc(5_000, "long");
      sender.send(new Blob(["first"]));
      sender.send(short);
      if (role === "client") sender.send(long);
      short.fill(0);
      long.fill(0);
      sender.close(1000);
      const got: string[] = [];
      for await (const message of receiver) got.push(message.toString().slice(0, 5));
      expect(got).toEqual(["first", "short", ...(role === "client" ? ["longl"] : [])]);
    },
  );

  it("says what became of a message", async () => {
    const peer = new RawPeer({ maxBufferedBytes: 100_000 }, false);
    const big = Buffer.alloc(90_000);
    expect(peer.connection.send(big)).toBe("sent");
    expect(peer.connection.send(big)).toBe("buffered");
    expect(peer.connection.bufferedAmount).toBeGreaterThan(100_000);
    const drained = peer.connection.drained();
    const drain = vi.fn<() => void>();
    peer.connection.on("drain", drain);
    peer.read();
    expect(await drained).toBe(true);
    expect(peer.connection.bufferedAmount).toBe(0);
    expect(drain).toHaveBeenCalledTimes(1);

    peer.connection.close();
    expect(peer.connection.send("late")).toBe("closed");
  });

  it.each<[string, unknown]>([
    ["a number", 5],
    ["null", null],
    ["undefined", undefined],
    ["an object", {}],
    ["an array", [1]],
  ])("refuses %s and sends nothing", async (_name, value) => {
    const peer = new RawPeer();
    const { connection } = peer;
    // @ts-expect-error: what a caller without types may do
    expect(() => connection.send(value)).toThrow(TypeError);
    connection.send("next");
    expect((await peer.next()).payload).toEqual(utf8("next"));
  });

  it.each([
    ["Uint8Array", new Uint8Array([1, 2, 3])],
    ["a view into the middle", new Uint8Array([0, 1, 2, 3, 0]).subarray(1, 4)],
    ["Int8Array", new Int8Array([1, 2, 3])],
    ["DataView", new DataView(Uint8Array.of(9, 1, 2, 3, 9).buffer, 1, 3)],
    ["ArrayBuffer", Uint8Array.of(1, 2, 3).buffer],
    ["SharedArrayBuffer", shared([1, 2, 3])],
    ["Blob", new Blob([Uint8Array.of(1, 2, 3)])],
  ])("takes exactly the bytes of %s", async (_name, value) => {
    const peer = new RawPeer({ role: "client" });
    peer.connection.send(value);
    expect(await peer.next()).toMatchObject({ opcode: BINARY, payload: hex("010203") });
  });

  it("takes every element of wider arrays", async () => {
    const peer = new RawPeer();
    const floats = Float32Array.of(1.5, -2);
    peer.connection.send(floats);
    expect((await peer.next()).payload).toEqual(new Uint8Array(floats.buffer));
  });

  it("drops the newest, or the oldest that waits, or an older one of the same key, and counts", async () => {
    const results: Record<string, string[]> = {};
    for (const bufferPolicy of [
      "dropNewest",
      "dropOldest",
      (m: unknown) => String(m)[0],
    ] as const) {
      const peer = new RawPeer({ maxBufferedBytes: 70_000, bufferPolicy }, false);
      peer.connection.send("x".repeat(150_000)); // more than the transport takes
      for (const name of ["a1", "b1", "a2"]) peer.connection.send(name.padEnd(30_000, "."));
      peer.read();
      const got: string[] = [];
      await peer.next();
      await eventually(() => peer.connection.bufferedAmount === 0);
      await settle();
      for (const one of peer.frames) got.push(text(one.payload).slice(0, 2));
      results[String(bufferPolicy).slice(0, 10)] = [
        ...got,
        String(peer.connection.droppedMessages),
      ];
    }
    expect(Object.values(results)).toEqual([["3"], ["b1", "a2", "1"], ["b1", "a2", "1"]]);
  });

  it("asks once for the key of a message, however many wait", async () => {
    let asked = 0;
    const bufferPolicy = (message: unknown): unknown => {
      asked++;
      return message;
    };
    const peer = new RawPeer({ maxBufferedBytes: 1_000_000, bufferPolicy }, false);
    peer.connection.send("x".repeat(1_100_000));
    for (let i = 0; i < 1_000; i++) expect(peer.connection.send(`${i}`)).toBe("buffered");
    expect(asked).toBe(1_000);
    expect(peer.connection.send("0")).toBe("buffered");
    expect(peer.connection.droppedMessages).toBe(1);
  });

  it("does not let tiny messages that wait take many times the bound", async () => {
    const peer = new RawPeer({ maxBufferedBytes: 100_000, bufferPolicy: "dropOldest" }, false);
    peer.connection.send("x".repeat(200_000));
    for (let i = 0; i < 10_000; i++) peer.connection.send("");
    expect(peer.connection.droppedMessages).toBeGreaterThan(9_000);
  });
});

function shared(bytes: readonly number[]): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  return buffer;
}
