// A peer that stops reading, and an application that goes on sending: a gigabyte of it.
import { describe, expect, it } from "vitest";
import { eventually, RawPeer, settle } from "../../support/raw-peer.js";
import { retainedBytes } from "../../support/retained-bytes.js";
import { BINARY } from "../../support/wire-frame.js";

const MESSAGE_BYTES = 65_536;
const MESSAGES = 16_384;
const LIMIT_BYTES = 1_048_576;
/** What the transport may hold on top of what waits for it: a message that was begun, and what it had room for. */
const TRANSPORT_BYTES = 4 * MESSAGE_BYTES;

const message = Buffer.alloc(MESSAGE_BYTES, 1);

async function flood(bufferPolicy: "close" | "dropNewest" | "dropOldest" | (() => unknown)) {
  const peer = new RawPeer({ maxBufferedBytes: LIMIT_BYTES, bufferPolicy }, false);
  const statuses: Record<string, number> = {};
  // What is framed cannot be dropped any more: with these policies as much again waits behind it.
  const isQueueing = bufferPolicy !== "close" && bufferPolicy !== "dropNewest";
  const limit = LIMIT_BYTES * (isQueueing ? 2 : 1) + TRANSPORT_BYTES;
  let mostBuffered = 0;
  const before = retainedBytes();
  for (let i = 0; i < MESSAGES; i++) {
    const status = peer.connection.send(message);
    statuses[status] = (statuses[status] ?? 0) + 1;
    mostBuffered = Math.max(mostBuffered, peer.connection.bufferedAmount);
    if (i % 1_000 === 0) await settle();
  }
  expect(retainedBytes() - before).toBeLessThan(4 * LIMIT_BYTES);
  expect(mostBuffered).toBeLessThanOrEqual(limit);
  return { peer, statuses };
}

/** How many messages come when the peer reads after all. */
async function arrivals(peer: RawPeer): Promise<number> {
  peer.read();
  await eventually(() => peer.connection.bufferedAmount === 0);
  await settle();
  return peer.frames.filter(({ opcode }) => opcode === BINARY).length;
}

describe("a peer that stops reading, while a gigabyte is sent to it [F01]", () => {
  it.each([
    ["dropNewest", "dropNewest"],
    ["dropOldest", "dropOldest"],
    ["conflate", () => "the only key"],
  ] as const)(
    "with %s gets what was kept, and each other message is counted",
    async (_, policy) => {
      const { peer } = await flood(policy);
      const { droppedMessages } = peer.connection;
      expect(droppedMessages).toBeGreaterThan(MESSAGES - 100);
      expect(await arrivals(peer)).toBe(MESSAGES - droppedMessages);
      expect(peer.connection.send("still there")).toBe("sent");
    },
  );

  it("with close is let go of once, with 1013", async () => {
    const { peer, statuses } = await flood("close");
    const { connection, clock } = peer;
    let closes = 0;
    connection.on("close", () => closes++);
    expect(statuses["closed"]).toBeGreaterThan(MESSAGES - 100);
    clock.advance(20_000);
    expect(await connection.closed).toMatchObject({
      error: { code: "BUFFER_OVERFLOW" },
      sent: { code: 1013 },
    });
    await settle();
    expect(closes).toBe(1);
  });

  it("with wait makes an application wait that awaits drained(), and costs others nothing", async () => {
    const peer = new RawPeer({ maxBufferedBytes: LIMIT_BYTES }, false);
    const { connection } = peer;
    let mostBuffered = 0;
    let sent = 0;
    const all = (async () => {
      for (; sent < MESSAGES; sent++) {
        if (connection.send(message) === "buffered") await connection.drained();
        mostBuffered = Math.max(mostBuffered, connection.bufferedAmount);
      }
    })();
    await settle();
    expect(sent).toBeLessThan(100);
    expect(connection.bufferedAmount).toBeLessThanOrEqual(LIMIT_BYTES + TRANSPORT_BYTES);
    let received = 0;
    peer.socket.on("data", (bytes: Buffer) => (received += bytes.length));
    await all;
    await eventually(() => received > MESSAGES * MESSAGE_BYTES);
    expect(mostBuffered).toBeLessThanOrEqual(LIMIT_BYTES + TRANSPORT_BYTES);
    expect(connection.droppedMessages).toBe(0);
  });
});
