// The order of what arrives, how much of it may wait, and who waits for whom.
import { describe, expect, it, vi } from "vitest";
import { type PeerOptions, defineContract } from "../../src/contract/index.js";
import { FakeConnection, FakeSocket, settled } from "../support/contract-pair.js";
import { retainedBytes } from "../support/retained-bytes.js";

const isNumber = (value: unknown): value is number => typeof value === "number";
const both = { work: isNumber, ask: { request: isNumber, response: isNumber } };
const contract = defineContract({ fromClient: both, fromServer: both });

type Options = PeerOptions<typeof both, typeof both, FakeConnection>;

/** A server whose handler of `work` is done when the test says so. */
function working(options: Options = {}) {
  const connection = new FakeConnection();
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const peer = contract.serve(connection, {
    handlers: {
      work: (n) => {
        started.push(n);
        return new Promise<void>((resolve) => {
          finish.push(resolve);
        });
      },
    },
    ...options,
  });
  const work = (n: number): unknown => connection.receiveJson({ type: "work", data: n });
  const finishNext = async (): Promise<void> => {
    finish.shift()?.();
    await settled();
  };
  return { connection, started, peer, work, finishNext };
}

/** Whether what `receive` returned has settled. */
async function isSettled(held: unknown): Promise<boolean> {
  const pending = Symbol("pending");
  await settled();
  return (await Promise.race([held, Promise.resolve(pending)])) !== pending;
}

describe("messages", () => {
  it("are handled in order, each when the one before is done", async () => {
    const { work, started, finishNext } = working();
    for (const n of [1, 2, 3]) expect(work(n)).toBeUndefined();
    await settled();
    expect(started).toEqual([1]);
    await finishNext();
    expect(started).toEqual([1, 2]);
    await finishNext();
    expect(started).toEqual([1, 2, 3]);
  });

  it("may be handled several at a time, started in order", async () => {
    const { work, started, finishNext } = working({ concurrency: 2 });
    for (const n of [1, 2, 3, 4]) work(n);
    expect(started).toEqual([1, 2]);
    await finishNext();
    expect(started).toEqual([1, 2, 3]);
  });

  it("are answered in order, those included that cannot be read", async () => {
    const { connection, work, finishNext } = working();
    work(1);
    connection.receive("{");
    await settled();
    expect(connection.sent).toEqual([]);
    await finishNext();
    expect(connection.takeSent()).toMatchObject([{ error: { code: "MALFORMED" } }]);
  });

  it("for nobody but this layer overtake those that wait", async () => {
    const { connection, work } = working();
    work(1);
    work(2);
    connection.receiveJson({ ping: 1 });
    expect(connection.takeSent()).toEqual([{ pong: 1 }]);
  });
});

describe("a connection with backpressure", () => {
  it("is held back while too much waits", async () => {
    // Each message counts 256 more than its length, and what is being handled does not wait.
    const { work, started, finishNext } = working({ maxQueuedBytes: 600 });
    for (const n of [1, 2, 3]) expect(work(n)).toBeUndefined();
    const held = work(4);
    expect(held).toBeInstanceOf(Promise);
    expect(work(5)).toBe(held);
    await finishNext();
    expect(await isSettled(held)).toBe(false);
    await finishNext();
    expect(await isSettled(held)).toBe(true);
    expect(started).toEqual([1, 2, 3]);
    expect(work(6)).toBeInstanceOf(Promise);
  });

  it("is not held back while this end waits for a reply, which may be behind", async () => {
    const { work, peer, connection } = working({ maxQueuedBytes: 200 });
    const reply = peer.request("ask", 1);
    work(1);
    expect(work(2)).toBeUndefined();
    connection.receiveJson({ reply: 1, data: 2 });
    await expect(reply).resolves.toBe(2);
    expect(work(3)).toBeInstanceOf(Promise);
    expect(connection.closedWith).toBeUndefined();
  });

  it("may bring one message of any size", () => {
    const { connection, work } = working({ maxQueuedBytes: 0 });
    work(1);
    expect(connection.receive(" ".repeat(1e5))).toBeInstanceOf(Promise);
    expect(connection.closedWith).toBeUndefined();
  });

  it("that is held back is heard again when a handler begins to wait for a reply", async () => {
    const { connection, peer, work, finishNext } = working({ maxQueuedBytes: 200 });
    work(1);
    const held = work(2);
    expect(await isSettled(held)).toBe(false);
    const reply = peer.request("ask", 1);
    expect(await isSettled(held)).toBe(true);
    connection.receiveJson({ reply: 1, data: 2 });
    await expect(reply).resolves.toBe(2);
    expect(work(3)).toBeInstanceOf(Promise);
    await finishNext();
  });

  it("tells handlers of its end before the messages that wait, where it can", async () => {
    const { work, started, peer, connection, finishNext } = working({ maxQueuedBytes: 0 });
    work(1);
    work(2);
    connection.endTransport();
    expect(peer.signal.aborted).toBe(true);
    await finishNext();
    expect(started).toEqual([1, 2]);
  });

  it("has the replies that came before its end read", async () => {
    const { peer, connection } = working();
    const [answered, unanswered] = [peer.request("ask", 1), peer.request("ask", 2)];
    connection.endTransport();
    await expect(peer.request("ask", 3)).rejects.toMatchObject({ code: "CLOSED" });
    connection.receiveJson({ reply: 1, data: 2 });
    await expect(answered).resolves.toBe(2);
    connection.end();
    await expect(unanswered).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("that reads slowly gets its next answer when it has read the last", async () => {
    const { connection, peer } = working({ handlers: { ask: (n) => n } });
    connection.status = "buffered";
    peer.send("work", 0); // not an answer: nobody waits for it
    connection.receiveJson({ type: "ask", id: 1, data: 1 });
    connection.receiveJson({ type: "ask", id: 2, data: 2 });
    await settled();
    expect(connection.takeSent()).toEqual([
      { type: "work", data: 0 },
      { reply: 1, data: 1 },
    ]);
    connection.status = "sent";
    connection.drain();
    await settled();
    expect(connection.takeSent()).toEqual([{ reply: 2, data: 2 }]);
    connection.receiveJson({ type: "ask", id: 3, data: 3 });
    await settled();
    connection.receiveJson({ type: "ask", id: 4, data: 4 });
    await settled();
    expect(connection.takeSent()).toHaveLength(2);
  });

  it("that fails while it drains is reported, and the next message is handled", async () => {
    const onHandlerError = vi.fn();
    const { connection } = working({ handlers: { ask: (n) => n }, onHandlerError });
    connection.status = "buffered";
    connection.drained = () => Promise.reject(new Error("drain"));
    connection.receiveJson({ type: "ask", id: 1, data: 1 });
    connection.receiveJson({ type: "ask", id: 2, data: 2 });
    await settled();
    expect(connection.sent).toHaveLength(2);
    expect(onHandlerError).toHaveBeenCalledTimes(2);
  });
});

describe("an end that cannot be held back", () => {
  it("closes when 4 times the limit waits", async () => {
    const socket = new FakeSocket();
    const never = new Promise<never>(() => {});
    contract.wrap(socket, { maxQueuedBytes: 1000, handlers: { work: () => never } });
    const message = JSON.stringify({ type: "work", data: 1 });
    // One is being handled, and each of the others counts 256 and its length.
    const limit = Math.floor(4000 / (message.length + 256)) + 1;
    for (let i = 0; i <= limit; i++) socket.receive(message);
    expect(socket.closedWith).toBeUndefined();
    socket.receive(message);
    const bytes = limit * (message.length + 256);
    const reason = `too many messages wait: ${bytes} bytes, over 4 times maxQueuedBytes 1000`;
    expect(socket.closedWith).toEqual([4013, reason]);
  });

  it("holds no more than 8 MiB of small messages while its own request is unanswered", () => {
    const socket = new FakeSocket();
    const never = new Promise<never>(() => {});
    const peer = contract.wrap(socket, { handlers: { ask: () => never } });
    void peer.request("ask", 1).catch(() => {});
    const before = retainedBytes();
    let count = 0;
    for (; count < 100_000 && socket.closedWith === undefined; count++) {
      socket.receive(JSON.stringify({ type: "ask", id: count, data: 1 }));
    }
    expect(socket.closedWith?.[0]).toBe(4013);
    expect(count).toBeGreaterThan(10_000);
    expect(retainedBytes() - before).toBeLessThan(8 * 1_048_576);
    expect(peer).toBeDefined();
  });

  it("closes with 1013 on servers that wait for a reply of the peer", () => {
    const { work, peer, connection } = working({ maxQueuedBytes: 16 });
    void peer.request("ask", 1).catch(() => {});
    work(1);
    work(2);
    expect(connection.closedWith).toBeUndefined();
    work(3);
    expect(connection.closedWith).toEqual([1013, expect.stringMatching(/maxQueuedBytes 16$/)]);
  });
});
