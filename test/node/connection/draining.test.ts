// What becomes of many messages: each is answered for once, whatever happens to the peer.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventually, RawPeer, settle } from "../../support/raw-peer.js";

describe("draining", () => {
  it("is told each time that much has waited and nothing does any more [F08]", async () => {
    const peer = new RawPeer({ maxBufferedBytes: 10_000 }, false);
    let drains = 0;
    peer.connection.on("drain", () => drains++);
    for (let round = 1; round <= 3; round++) {
      expect(peer.connection.send("x".repeat(200_000))).toBe("buffered");
      const drained = peer.connection.drained();
      if (round === 1) peer.read();
      await expect(drained).resolves.toBe(true);
      await eventually(() => drains === round);
      expect(peer.connection.bufferedAmount).toBe(0);
    }
    await settle();
    expect(drains).toBe(3);
  });

  it("is answered once, with true or false, and so is each send, when the peer dies at any time [F07]", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 999 }), async (dieAt) => {
        const peer = new RawPeer({ maxBufferedBytes: 1_000 }, false);
        const answers = new Map<string, number>();
        let pending = 0;
        for (let index = 0; index < 1_000; index++) {
          if (index === dieAt) peer.socket.resetAndDestroy();
          if (index % 100 === 0) await settle();
          const status = peer.connection.send("x".repeat(100));
          answers.set(status, (answers.get(status) ?? 0) + 1);
          if (status !== "buffered") continue;
          pending++;
          void peer.connection.drained().then(() => pending--);
        }
        await settle();

        expect([...answers.values()].reduce((sum, count) => sum + count, 0)).toBe(1_000);
        expect(pending).toBe(0);
        expect(peer.connection.bufferedAmount).toBe(0);
        expect(peer.connection.send("late")).toBe("closed");
      }),
      { numRuns: 100 }, // of 1000 sends each
    );
  });
});
