// One message to many: who gets it, what it costs, and that nobody can hold up the rest.
import { describe, expect, it } from "vitest";
import { prepareMessage } from "../../src/protocol/index.js";
import { closeOf, ManagedPeers, textsOf } from "../support/managed-peers.js";
import { eventually, NO_DEFLATE_LIMITS, type RawPeer, settle } from "../support/raw-peer.js";

const ALL_SENT = { buffered: 0, dropped: 0, closed: 0 };

describe("a broadcast", () => {
  it("reaches all but those it excepts, by connection or by id, one or several", async () => {
    const peers = new ManagedPeers();
    const [one, two, three] = threeOf(peers);
    const { manager } = peers;
    const idOfTwo = manager.idOf(two.connection) ?? "";

    expect(manager.broadcast("all")).toEqual({ ...ALL_SENT, sent: 3 });
    expect(manager.broadcast("not 1", { except: one.connection })).toMatchObject({ sent: 2 });
    expect(manager.broadcast("not 2", { except: idOfTwo })).toMatchObject({ sent: 2 });
    expect(
      manager.broadcast("only 3", { except: new Set([one.connection, idOfTwo]) }),
    ).toMatchObject({ sent: 1 });
    expect(manager.broadcast("all again", { except: ["nobody"] })).toMatchObject({ sent: 3 });
    await eventually(() => textsOf(three).length === 5);

    expect(textsOf(one)).toEqual(["all", "not 2", "all again"]);
    expect(textsOf(two)).toEqual(["all", "not 1", "all again"]);
    expect(textsOf(three)).toEqual(["all", "not 1", "not 2", "only 3", "all again"]);
  });

  it("carries what can be sent, and refuses anything else before anything is sent", async () => {
    const peers = new ManagedPeers();
    const peer = peers.add();
    const { manager } = peers;
    manager.broadcast(new DataView(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2));
    manager.broadcast(Uint8Array.of(104, 105), { type: "text" });
    manager.broadcast(prepareMessage("prepared"));
    // @ts-expect-error -- not a message
    expect(() => manager.broadcast({ a: 1 })).toThrow(TypeError);
    expect(() => manager.broadcast(Uint8Array.of(0xff), { type: "text" })).toThrow("not UTF-8");
    expect(() => manager.broadcast(prepareMessage("a"), { type: "binary" })).toThrow(TypeError);
    await eventually(() => peer.frames.length === 3);

    expect([...(peer.frames[0]?.payload ?? [])]).toEqual([2, 3]);
    expect(textsOf(peer)).toEqual(["hi", "prepared"]);
  });

  it("goes to those who were there when it began, whoever comes or goes meanwhile [F05]", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const room = manager.room("a");
    const late = peers.add();
    let calls = 0;
    const all: RawPeer[] = [];
    /** A hook that runs in the middle of the broadcast: everybody reads too slowly. */
    const bufferPolicy = (): undefined => {
      if (++calls !== 2) return;
      void room.join(late.connection);
      for (const { connection } of all.slice(2)) room.leave(connection);
      all[4]?.connection.close(4000);
    };
    for (let index = 0; index < 5; index++) {
      const peer = peers.add({ bufferPolicy, maxBufferedBytes: 10 }, "stalled");
      all.push(peer);
      void room.join(peer.connection);
      peer.connection.send("x".repeat(200_000));
    }
    const result = room.broadcast("now");

    expect(result).toEqual({ sent: 0, buffered: 4, dropped: 0, closed: 1 });
    expect([...room.members]).toHaveLength(3);
    for (const peer of all) peer.read();
    await eventually(() => all.slice(0, 4).every((peer) => textsOf(peer).includes("now")));
    expect(all.slice(0, 4).map((peer) => textsOf(peer).slice(1))).toEqual(
      Array.from({ length: 4 }, () => ["now"]),
    );
    expect([late, ...all.slice(4)].flatMap(textsOf)).toEqual(["x".repeat(200_000)]);
  });

  it("counts those that have begun to close, and goes on [F06]", async () => {
    const peers = new ManagedPeers();
    const [one, two, three] = threeOf(peers);
    one.connection.close();
    two.connection.terminate();

    expect(peers.manager.broadcast("x")).toEqual({ ...ALL_SENT, sent: 1, closed: 2 });
    await eventually(() => textsOf(three).length === 1);
    one.socket.destroy();
    await eventually(() => peers.manager.size === 1);
    expect(peers.manager.broadcast("y")).toEqual({ ...ALL_SENT, sent: 1 });
    expect(peers.errors).toEqual([]);
  });

  it("is not held up by one who does not read or one who is cut off in the middle [F03]", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const readers = peers.addAll(998);
    const stalled = peers.add({ bufferPolicy: "close", maxBufferedBytes: 10_000 }, "stalled");
    stalled.connection.send("x".repeat(200_000));
    const cut = peers.add();
    const results = [];
    for (let round = 0; round < 5; round++) {
      if (round === 2) cut.socket.resetAndDestroy();
      results.push(manager.broadcast(`${round}`));
      await settle();
    }

    for (const reader of readers) expect(textsOf(reader).join("")).toBe("01234");
    expect(results[0]).toEqual({ ...ALL_SENT, sent: 999, closed: 1 });
    expect(results.at(-1)).toEqual({ ...ALL_SENT, sent: 998, closed: 1 });
    peers.clock.advance(20_000);
    await eventually(() => manager.size === 998);
    const info = await stalled.connection.closed;
    expect(info).toMatchObject({ error: { code: "BUFFER_OVERFLOW" }, sent: { code: 1013 } });
  });

  // Three messages of 30 000 bytes are more than may wait; four more come.
  it.each([
    ["wait", { sent: 2, buffered: 5, dropped: 0, closed: 0 }, "0123456"],
    ["dropNewest", { sent: 2, buffered: 1, dropped: 4, closed: 0 }, "012"],
    ["dropOldest", { sent: 2, buffered: 5, dropped: 0, closed: 0 }, "01256"],
    ["conflate", { sent: 2, buffered: 5, dropped: 0, closed: 0 }, "01236"],
  ] as const)(
    "meets the policy %s of a member who is slow [F01]",
    async (policy, expected, got) => {
      const peers = new ManagedPeers();
      const keyOf = (message: string | Uint8Array): unknown => String(message).startsWith("3");
      const bufferPolicy = policy === "conflate" ? keyOf : policy;
      const slow = peers.add({ bufferPolicy, maxBufferedBytes: 70_000 }, "stalled");
      const total = { sent: 0, buffered: 0, dropped: 0, closed: 0 };
      for (let round = 0; round < 7; round++) {
        const result = peers.manager.broadcast(`${round}${"x".repeat(30_000)}`);
        for (const key of ["sent", "buffered", "dropped", "closed"] as const) {
          total[key] += result[key];
        }
      }

      expect(total).toEqual(expected);
      slow.read();
      await eventually(() => textsOf(slow).length === got.length);
      await settle();
      const labels = textsOf(slow).map((text) => text[0]);
      expect(labels.join("")).toBe(got);
    },
  );

  it("that is volatile leaves out those for whom much is waiting", () => {
    const peers = new ManagedPeers();
    peers.add({}, "stalled").connection.send("x".repeat(200_000));
    peers.add();

    expect(peers.manager.broadcast("tick", { volatile: true })).toEqual({
      ...ALL_SENT,
      sent: 1,
      dropped: 1,
    });
    expect(peers.manager.broadcast("must", { volatile: false })).toEqual({ ...ALL_SENT, sent: 2 });
  });

  it("is framed once: all write the same bytes, the very same memory [F04]", async () => {
    const peers = new ManagedPeers();
    const written: Uint8Array[] = [];
    for (const peer of peers.addAll(100)) {
      const write = peer.transport.write.bind(peer.transport);
      peer.transport.write = (chunk: Uint8Array, ...rest: unknown[]) => {
        written.push(chunk);
        return Reflect.apply(write, peer.transport, [chunk, ...rest]);
      };
    }
    peers.manager.broadcast("x".repeat(100_000));
    await settle();

    expect(new Set(written.map(({ buffer }) => buffer)).size).toBeLessThanOrEqual(2);
    expect(written.reduce((sum, { length }) => sum + length, 0)).toBe(100 * 100_010);
  });

  it("is compressed once for all who agreed on the same, and is the same message for each [F04]", async () => {
    const peers = new ManagedPeers();
    const compressing = Array.from({ length: 20 }, () => peers.add({ deflate: NO_DEFLATE_LIMITS }));
    const plain = peers.add();
    const text = JSON.stringify(Array.from({ length: 100 }, (_, index) => ({ index, name: "x" })));
    peers.manager.broadcast(text);
    await eventually(() => [...compressing, plain].every((peer) => peer.frames.length === 1));
    const payloads = compressing.map(({ frames }) => Buffer.from(frames[0]?.payload ?? []));

    expect(textsOf(plain)).toEqual([text]);
    expect(new Set(payloads.map((payload) => payload.toString("hex"))).size).toBe(1);
    expect(payloads[0]?.length).toBeLessThan(text.length / 4);
  });

  it("shares its write with the others of its turn", async () => {
    const peers = new ManagedPeers();
    const writes: string[] = [];
    for (const { transport } of peers.addAll(3)) {
      const write = transport._write.bind(transport);
      const counted: typeof write = (bytes, encoding, done) => {
        writes.push(`${Buffer.from(bytes).length} bytes`);
        write(bytes, encoding, done);
      };
      transport._write = counted;
      transport._writev = (chunks, done) => {
        const bytes = chunks.map(({ chunk }): Uint8Array => chunk);
        counted(Buffer.concat(bytes), "buffer", done);
      };
    }
    for (let index = 0; index < 10; index++) peers.manager.broadcast(`tick ${index}`);
    await settle();

    expect(writes).toEqual(["80 bytes", "80 bytes", "80 bytes"]);
  });

  it("is told to listeners, with what came of it", () => {
    const peers = new ManagedPeers();
    peers.addAll(2);
    const told: unknown[] = [];
    peers.manager.on("broadcast", (result, room, message) =>
      told.push([result, room, message.data]),
    );
    peers.manager.broadcast("a");
    peers.manager.room("r").broadcast("b");

    expect(told).toEqual([
      [{ ...ALL_SENT, sent: 2 }, undefined, "a"],
      [{ ...ALL_SENT, sent: 0 }, "r", "b"],
    ]);
  });
});

describe("sending to one", () => {
  it("goes by its id, which nobody can guess [G07]", async () => {
    const peers = new ManagedPeers();
    const [one, two] = threeOf(peers);
    const { manager } = peers;
    const id = manager.idOf(one.connection) ?? "";

    expect(manager.sendTo(id, "for you")).toBe("sent");
    expect(manager.sendTo(`${manager.nodeId}-AAAAAAAAAAAAAAAAAAAAAA`, "x")).toBe("unknown");
    expect(manager.sendTo("__proto__", "x")).toBe("unknown");
    expect([manager.get(id), manager.get("constructor")]).toEqual([one.connection, undefined]);
    await eventually(() => textsOf(one).length === 1);
    expect([textsOf(one), textsOf(two)]).toEqual([["for you"], []]);
    one.socket.destroy();
    await eventually(() => manager.size === 2);
    expect(manager.sendTo(id, "x")).toBe("unknown");
  });

  it("copies bytes, as all that goes to many or elsewhere [M09]", async () => {
    const peers = new ManagedPeers();
    const peer = peers.add();
    const { manager } = peers;
    const id = manager.idOf(peer.connection) ?? "";
    for (const length of [3, 100_000]) {
      const bytes = Buffer.alloc(length, 1);
      manager.sendTo(id, bytes);
      manager.broadcast(bytes);
      bytes.fill(2);
    }
    for (let i = 0; i < 4; i++) expect(new Set((await peer.next()).payload)).toEqual(new Set([1]));
  });

  it("user goes to all connections of that user", async () => {
    const peers = new ManagedPeers({ userOf: ({ data }) => data });
    const [one, two, three] = threeOf(peers);
    const { manager } = peers;
    three.connection.data = "other";
    manager.updateUser(three.connection);

    expect(manager.sendToUser("data", "yours", { except: two.connection })).toMatchObject({
      sent: 1,
    });
    expect(manager.sendToUser("nobody", "x")).toMatchObject({ sent: 0 });
    expect([...manager.ofUser("data")]).toEqual([one.connection, two.connection]);
    expect(manager.userOf(three.connection)).toBe("other");
    three.socket.destroy();
    await eventually(() => manager.size === 2);
    expect([...manager.ofUser("other")]).toEqual([]);
    expect(closeOf(one)).toBeUndefined();
  });
});

function threeOf(peers: ManagedPeers): [RawPeer, RawPeer, RawPeer] {
  return [peers.add(), peers.add(), peers.add()];
}
