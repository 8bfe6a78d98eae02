/** The window of 2^n bytes that an option asks for is the one that messages are compressed with, on the wire. */
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import type { WebSocketConnection } from "../../../src/node/connection/connection.js";
import type { PerMessageDeflateOptions } from "../../../src/node/deflate.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import type { ObservedFrame } from "../../../src/protocol/index.js";
import { seeded } from "../../support/deflate-corpora.js";

/** As long as a match of DEFLATE can be. */
const REPEATED_BYTES = 258;

/** zlib looks ahead so far into its window that distances stay this far below it. */
const ZLIB_LOOKAHEAD = 262;

const WINDOWS = [8, 9, 10, 11, 12, 13, 14, 15];

function noise(length: number): Buffer {
  const random = seeded(length);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** Noise of `distance` bytes, and then its first bytes again. */
function repeating(distance: number, messages: "one message" | "two messages"): Buffer[] {
  const first = noise(distance);
  const again = first.subarray(0, REPEATED_BYTES);
  return messages === "one message" ? [Buffer.concat([first, again])] : [first, again];
}

/** How many bytes fewer `messages` take on the wire, from `sender` to the other end. */
async function savedBytes(
  sender: "server" | "client",
  perMessageDeflate: PerMessageDeflateOptions,
  messages: readonly Buffer[],
): Promise<number> {
  const frames: ObservedFrame[] = [];
  const onFrame = (frame: ObservedFrame): void => {
    if (frame.direction === "received" && frame.opcode === 2) frames.push(frame);
  };
  const options = { perMessageDeflate, onFrame };
  await using server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  await server.listening();
  const accepted = new Promise<WebSocketConnection>((resolve) => {
    server.on("connection", (connection) => resolve(connection));
  });
  const client = await connect(server.url, options);
  const ends = { server: await accepted, client };
  const [from, to] = sender === "server" ? [ends.server, ends.client] : [ends.client, ends.server];
  const received: Uint8Array[] = [];
  const done = new Promise<void>((resolve) => {
    to.on("message", (message) => {
      if (received.push(Buffer.from(message)) === messages.length) resolve();
    });
  });
  for (const message of messages) from.send(message);
  await done;
  expect(Buffer.concat(received).equals(Buffer.concat(messages))).toBe(true);
  client.terminate();
  const sum = (lengths: readonly number[]): number => lengths.reduce((all, one) => all + one, 0);
  return sum(messages.map(({ length }) => length)) - sum(frames.map((one) => one.payloadLength));
}

describe.each(["server", "client"] as const)("what a %s sends", (sender) => {
  const withWindow = (bits: number, codec: "ours" | "zlib"): PerMessageDeflateOptions => ({
    [`${sender}MaxWindowBits`]: bits,
    zlibMessageBytes: codec === "ours" ? Infinity : 0,
    zlibPayloadBytes: codec === "ours" ? Infinity : 0,
  });

  /** Whether a repeat `distance` bytes further back is found. */
  async function reaches(
    distance: number,
    options: PerMessageDeflateOptions,
    messages: "one message" | "two messages" = "one message",
  ): Promise<boolean> {
    const saved = await savedBytes(sender, options, repeating(distance, messages));
    const isFound = saved > REPEATED_BYTES / 2;
    if (!isFound) expect(saved).toBeLessThan(0); // noise alone takes more bytes than it has
    return isFound;
  }

  describe.each(["one message", "two messages"] as const)("with a repeat in %s", (messages) => {
    it.each(WINDOWS)("uses a window of 2^%i bytes as agreed, and no more", async (bits) => {
      const options = withWindow(bits, "ours");

      expect(await reaches(2 ** bits - 1, options, messages)).toBe(true);
      expect(await reaches(2 ** bits + 1, options, messages)).toBe(false);
    });

    it.each(WINDOWS.slice(1))("does so with zlib and 2^%i bytes", async (bits) => {
      const options = withWindow(bits, "zlib");

      expect(await reaches(2 ** bits - ZLIB_LOOKAHEAD, options, messages)).toBe(true);
      expect(await reaches(2 ** bits + 1, options, messages)).toBe(false);
    });
  });

  it("has a window of 2^12 bytes when nothing was asked for", async () => {
    const options = { zlibMessageBytes: Infinity };

    expect(await reaches(2 ** 12 - 1, options)).toBe(true);
    expect(await reaches(2 ** 12 + 1, options)).toBe(false);
  });
});
