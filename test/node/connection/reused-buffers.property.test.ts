// A buffer may be filled again after flushed() or onWritten, and on a client at once: the peer gets what was in it when it was sent.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectedPair, NO_DEFLATE_LIMITS } from "../../support/raw-peer.js";

/** Around what is copied, written at once, compressed elsewhere, and more than the transport takes. */
const LENGTHS = [1, 4_096, 4_097, 65_536, 70_000, 200_000];

const sent = fc.record({
  length: fc.constantFrom(...LENGTHS),
  /** What tells that the bytes are out; `"nobody"` has a client's changed at once. */
  asks: fc.constantFrom("flushed", "onWritten", "source", "nobody"),
  /** Something else that goes out in front. */
  before: fc.constantFrom("nothing", "text", "blob", "ping", "large bytes"),
});

const MAX = Math.max(...LENGTHS);

describe("a buffer that is filled again when it is out [M09]", () => {
  it.each([
    ["server", undefined],
    ["server", NO_DEFLATE_LIMITS],
    ["client", undefined],
    ["client", NO_DEFLATE_LIMITS],
  ] as const)("arrives from a %s as it was sent, with deflate %j", async (role, deflate) => {
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 8 }), async (messages) => {
        const pair = connectedPair({ ...(deflate && { deflate }), maxBufferedBytes: 50_000 });
        const sender = pair[role];
        const receiver = role === "server" ? pair.client : pair.server;
        const got: number[][] = [];
        receiver.on("message", (message) => {
          const bytes = Buffer.from(message);
          if (bytes[0] !== 0) got.push([bytes.length, ...new Set(bytes)]);
        });
        const buffer = Buffer.alloc(MAX);
        for (const [index, { length, asks, before }] of messages.entries()) {
          if (before === "text") sender.send("\0");
          else if (before === "blob") sender.send(new Blob(["\0blob"]));
          else if (before === "ping") void sender.ping();
          else if (before === "large bytes") sender.send(Buffer.alloc(100_000));
          const bytes = buffer.subarray(0, length).fill(index + 1);
          if (asks === "nobody" && role === "client") sender.send(bytes);
          else if (asks === "flushed" || asks === "nobody") {
            sender.send(bytes);
            expect(await sender.flushed()).toBe(true);
          } else if (asks === "onWritten") {
            const error = await new Promise((onWritten) => sender.send(bytes, { onWritten }));
            expect(error).toBe(undefined);
          } else {
            await sender.sendStream(refilling(bytes));
          }
          buffer.fill(0xff);
        }
        sender.close(1000);
        await receiver.closed;
        expect(got).toEqual(messages.map(({ length }, index) => [length, index + 1]));
      }),
      { numRuns: 40 },
    );
  });
});

/** Gives `bytes` in one fragment, and spoils them when it is asked for more. */
function* refilling(bytes: Buffer): Generator<Uint8Array> {
  yield bytes;
  bytes.fill(0xff);
}
