/** What the options of a connection do, in each of the ways to get one. */
import type { ConnectionOptions } from "../../src/index.js";
import { FakeClock } from "../support/clock.js";
import { eventually } from "../support/raw-peer.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  CONTINUATION,
  frame,
  SCRIPT_KEY,
  TEXT,
  type WireFrame,
} from "../support/wire-frame.js";
import type { End, Open } from "./ends.js";
import { type Check, rowOn, type Table } from "./row.js";

const text = (payload: string, fin = true) => frame(TEXT, payload, { fin });
const last = (payload: string) => frame(CONTINUATION, payload);

/**
 * Options that are the same on both ends. Of limits one value is above the default: another
 * default elsewhere would clamp it.
 *
 * @param ways - The ways in to look at.
 * @param tcp - Those of them that are over TCP.
 */
export function connectionRows(
  ways: Readonly<Record<string, Open>>,
  tcp: Readonly<Record<string, Open>>,
): Table<ConnectionOptions> {
  const on = <Value>(
    values: readonly Value[],
    observe: (open: Open, value: Value) => unknown,
    expected: readonly unknown[],
  ): readonly Check[] => rowOn(ways, values, observe, expected);
  return {
    ...limitRows(on),
    ...timeRows(on),
    ...outputRows(on),
    ...messageRows(on),
    sharedReads: sharedReads(tcp),
  };
}

type On = <Value>(
  values: readonly Value[],
  observe: (open: Open, value: Value) => unknown,
  expected: readonly unknown[],
) => readonly Check[];

/** Messages of one turn wait for its end, so these are over a limit whatever the transport would take. */
const [LONG, B, C] = ["a".repeat(1_000), "b".repeat(300), "c".repeat(300)] as const;

const limitRows = (on: On) => ({
  maxMessageBytes: on(
    [1_000, 2_000_000],
    async (open, maxMessageBytes) => {
      using end = await open({ maxMessageBytes });
      end.send(text("x".repeat(1_500_000)));
      const outcome = await end.outcome();
      return typeof outcome === "string" ? outcome.length : outcome;
    },
    [1009, 1_500_000],
  ),
  maxFragments: on(
    [1_000, 18_000],
    async (open, maxFragments) => {
      using end = await open({ maxFragments });
      const rest = Array<WireFrame>(17_000).fill(frame(CONTINUATION, "b", { fin: false }));
      end.send(text("a", false), ...rest, last("c"));
      const outcome = await end.outcome();
      return typeof outcome === "string" ? outcome.length : outcome;
    },
    [1008, 17_002],
  ),
  maxBufferedBytes: on(
    [500, 3_000_000],
    async (open, maxBufferedBytes) => {
      using end = await open({ maxBufferedBytes, bufferPolicy: "dropNewest" });
      const came = await sentOf(end, Array<string>(1_500).fill(LONG));
      return came.length;
    },
    [1, 1_500],
  ),
  bufferPolicy: on(
    ["wait", "dropNewest", "dropOldest", "close", () => "the same"] as const,
    async (open, bufferPolicy) => {
      using end = await open({ bufferPolicy, maxBufferedBytes: 500 });
      return await sentOf(end, [LONG, B, C]);
    },
    [[LONG, B, C], [LONG], [LONG, C], [LONG, 1013], [LONG, C]],
  ),
  maxQueuedBytes: on(
    [100, 100_000],
    async (open, maxQueuedBytes) => {
      const frames: number[] = [];
      const listener = (): Promise<void> => {
        frames.push(end.received.length);
        return new Promise(() => {}); // a WebSocket does not wait for it
      };
      using end = await open({ maxQueuedBytes }, { listener });
      end.send(...Array.from({ length: 10 }, () => text("x".repeat(60))));
      await end.seen(2);
      return frames[1] ?? end.received.length;
    },
    [2, 10],
  ),
});

/** Sends all in one turn, and gives what comes to the peer. */
async function sentOf(end: End, messages: readonly string[]): Promise<unknown[]> {
  for (const message of messages) end.ours.send(message);
  end.ours.close();
  const came: unknown[] = [];
  for (;;) {
    const { opcode, payload } = await end.peer.frame();
    if (opcode !== CLOSE) came.push(Buffer.from(payload).toString());
    else
      return payload.length > 1 && Buffer.from(payload).readUInt16BE() === 1013
        ? [...came, 1013]
        : came;
  }
}

const timeRows = (on: On) => ({
  messageTimeoutMs: on(
    [30_000, 120_000],
    async (open, messageTimeoutMs) => {
      const clock = new FakeClock();
      using end = await open({ messageTimeoutMs, pingIntervalMs: Infinity, clock });
      end.send(text("a", false));
      await end.seen(1);
      clock.advance(90_000);
      end.send(last("b"));
      return await end.outcome();
    },
    [1008, "ab"],
  ),
  closeTimeoutMs: on(
    [5_000, 20_000],
    async (open, closeTimeoutMs) => {
      const clock = new FakeClock();
      using end = await open({ closeTimeoutMs, clock });
      end.ours.close();
      await end.peer.frame();
      clock.advance(15_000);
      end.send(frame(CLOSE, closePayload(3000)));
      end.peer.end();
      await eventually(() => end.ends.length > 0);
      return end.ends;
    },
    [[1006], [3000]],
  ),
  pingIntervalMs: on(
    [10_000, 60_000],
    async (open, pingIntervalMs) => {
      const clock = new FakeClock();
      using end = await open({ pingIntervalMs, pongTimeoutMs: Infinity, clock });
      clock.advance(40_000);
      end.ours.send("behind it");
      return await end.next();
    },
    ["ping", "message"],
  ),
  pongTimeoutMs: on(
    [10_000, 30_000],
    async (open, pongTimeoutMs) => {
      const clock = new FakeClock();
      using end = await open({ pingIntervalMs: 1_000, pongTimeoutMs, clock });
      clock.advance(1_000);
      await end.peer.frame();
      clock.advance(20_000);
      end.send(frame(CLOSE, closePayload(3000)));
      end.peer.end();
      await eventually(() => end.ends.length > 0);
      return end.ends;
    },
    [[1006], [3000]],
  ),
  clock: on(
    [true, false],
    async (open, isSet) => {
      const clock = new FakeClock();
      using end = await open({ clock: isSet ? clock : undefined });
      clock.advance(30_000);
      end.ours.send("behind it");
      return await end.next();
    },
    ["ping", "message"],
  ),
});

const outputRows = (on: On) => ({
  perMessageDeflate: on(
    [true, false],
    async (open, perMessageDeflate) => {
      using end = await open({ perMessageDeflate }, { extensions: "permessage-deflate" });
      end.ours.send(LONG);
      const { rsv, payload } = await end.peer.frame();
      return { rsv, isShort: payload.length < LONG.length };
    },
    [
      { rsv: 4, isShort: true },
      { rsv: 0, isShort: false },
    ],
  ),
  onFrame: on(
    [true, false],
    async (open, isSet) => {
      const seen: unknown[] = [];
      const onFrame = isSet
        ? ({ opcode }: { opcode: number }) => void seen.push(opcode)
        : undefined;
      using end = await open({ onFrame });
      end.send(text("a"), frame(BINARY, "b"));
      await eventually(() => end.got.length === 2);
      return seen;
    },
    [[TEXT, BINARY], []],
  ),
  onHandlerError: on(
    ["one hook", "another"],
    async (open, name) => {
      const told: unknown[] = [];
      const onHandlerError = (error: unknown): void => void told.push([name, String(error)]);
      const listener = (): never => {
        throw new RangeError("a fault");
      };
      using end = await open({ onHandlerError }, { listener });
      end.send(text("a"));
      await end.peer.frame();
      return told;
    },
    [[["one hook", "RangeError: a fault"]], [["another", "RangeError: a fault"]]],
  ),
});

const messageRows = (on: On) => ({
  messagesWhileClosing: on(
    ["drop", "deliver"] as const,
    async (open, messagesWhileClosing) => {
      using end = await open({ messagesWhileClosing });
      end.ours.close();
      await end.peer.frame();
      end.send(text("late"), frame(CLOSE, closePayload(1000)));
      end.peer.end();
      await eventually(() => end.ends.length > 0);
      return end.got;
    },
    [[], ["late"]],
  ),
  textAs: on(
    ["string", "bytes"] as const,
    async (open, textAs) => {
      using end = await open({ textAs });
      end.send(text("abc"));
      return await end.outcome();
    },
    ["abc", Buffer.from("abc")],
  ),
  zeroCopy: on(
    [false, true],
    async (open, zeroCopy) => {
      using end = await open({ zeroCopy });
      end.send(text("in front"), frame(BINARY, "view"));
      await eventually(() => end.got.length === 2);
      return isBehindHeader(end.got[1]);
    },
    [false, true],
  ),
});

/** Whether a message of four bytes is a view of the chunk that was read: then its header is in front of it. */
function isBehindHeader(message: unknown): boolean {
  if (!Buffer.isBuffer(message)) throw new TypeError("not a Buffer");
  if (message.byteOffset < 6) return message.byteOffset === 6;
  const front = Buffer.from(message.buffer, message.byteOffset - 4, 4);
  return front.equals(SCRIPT_KEY) || front.subarray(2).equals(Buffer.of(0x82, 4));
}

/** Of the chunk that a message of 5 000 bytes was read in nobody but the message needs more than its header. */
const sharedReads = (ways: Readonly<Record<string, Open>>): readonly Check[] =>
  rowOn(
    ways,
    [false, process.platform !== "win32"],
    async (open, isShared) => {
      using end = await open({ sharedReads: isShared, textAs: "bytes" });
      end.send(text("x".repeat(5_000)));
      const message = await end.outcome();
      if (!Buffer.isBuffer(message)) throw new TypeError("not a Buffer");
      const { byteLength } = message.buffer;
      return byteLength === 5_000 || byteLength > 5_008 ? "a copy" : "a view of what was read";
    },
    ["a view of what was read", "a copy"],
  );
