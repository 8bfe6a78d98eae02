// Whole streams of frames: cut anywhere, wrong in one place, and taken by applications that act meanwhile.
import * as fc from "fast-check";
import { expect } from "vitest";
import type { WebSocketConnection } from "../../src/node/index.js";
import { eventually, NO_DEFLATE_LIMITS, settle } from "../support/raw-peer.js";
import { referenceOutcome } from "../support/reference-decoder.js";
import {
  ENDS,
  IS_LONG,
  sample,
  SURFACES,
  type Surface,
  test,
  type World,
} from "../support/universal.js";
import { conversation } from "../support/wire-arbitraries.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  concat,
  CONTINUATION,
  frame,
  PING,
  PONG,
  TEXT,
  type WireFrame,
} from "../support/wire-frame.js";
import { shown } from "../support/witness.js";

/** 40 frames: whole messages, fragments, control frames between them, compressed ones. */
function longConversation(): WireFrame[] {
  const frames: WireFrame[] = [];
  for (let i = 0; i < 5; i++) {
    frames.push(
      frame(TEXT, `é ${i}`),
      frame(BINARY, new Uint8Array(i === 4 ? 130 : i)),
      frame(TEXT, "a", { fin: false }),
      frame(PING, `${i}`),
      frame(CONTINUATION, "b", { fin: false }),
      frame(CONTINUATION, ""),
      frame(TEXT, Uint8Array.of(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00), { rsv: 4 }), // RFC 7692 §7.2.3.1
      frame(PONG, ""),
    );
  }
  return [...frames.slice(0, -1), frame(CLOSE, closePayload(4000, "bye"))];
}

/** Loops get messages in microtasks, and control frames do not wait: only each kind has an order. */
function comparable({ reading }: Surface, log: readonly string[]): readonly string[] {
  if (reading === "listener") return log;
  const isControl = (event: string): boolean => event.startsWith("p");
  return [...log.filter((event) => !isControl(event)), ...log.filter(isControl)];
}

async function logOf(
  world: World,
  surface: Surface,
  cut: (bytes: Uint8Array) => readonly Uint8Array[],
): Promise<string[]> {
  const { peer, seen } = world.peer(surface, { deflate: NO_DEFLATE_LIMITS });
  const bytes = concat(longConversation().map((one) => peer.encode(one)));
  for (const piece of cut(bytes)) peer.transport.push(piece); // a segment each
  peer.transport.push(null);
  peer.socket.end();
  await eventually(() => seen.closes.length === 1);
  return [
    ...comparable(surface, seen.log),
    `close ${seen.info.code} ${seen.info.reason} ${seen.info.sent?.code}`,
  ];
}

test.for(SURFACES)(
  "a conversation of 40 frames cut in two at every byte, and into bytes, at $name [B01]",
  async (surface, { world }) => {
    const expected = await logOf(world, surface, (bytes) => [bytes]);
    expect(expected).toHaveLength(4 * 5 + 9 + 1);
    const bytewise = await logOf(world, surface, (bytes) =>
      Array.from(bytes, (byte) => Uint8Array.of(byte)),
    );
    expect(bytewise).toEqual(expected);
    for (let at = 1, length = 2; at < length; at += sample(17, 1)) {
      const log = await logOf(world, surface, (bytes) => {
        length = bytes.length;
        return [bytes.slice(0, at), bytes.slice(at)];
      });
      expect(log, `cut at ${at}`).toEqual(expected);
    }
  },
);

test.for(SURFACES)(
  "good, bad and good frames in one segment, at $name [B20]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    seen.connection.on("ping", () => void seen.connection.send("echo"));
    peer.send(frame(TEXT, "good"), frame(PING), frame(TEXT, "", { rsv: 2 }), frame(TEXT, "late"));
    peer.socket.end();
    await eventually(() => seen.closes.length === 1);
    expect(comparable(surface, seen.log)).toEqual(['text "good"', "ping"]);
    await settle();
    expect(peer.frames.map(({ opcode }) => opcode)).toEqual([PONG, TEXT, CLOSE]);
  },
);

const ACTS: readonly [string, (connection: WebSocketConnection) => unknown][] = [
  ["close", (connection) => connection.close()],
  ["terminate", (connection) => connection.terminate()],
  ["pause", (connection) => connection.pause()],
  ["send", (connection) => connection.send("x")],
  ["ping", (connection) => connection.ping()],
];

test.for(SURFACES)(
  "listeners that act inside an event, at $name [B22]",
  async (surface, { world }) => {
    for (const [name, act] of ACTS) {
      const { peer, seen } = world.peer(surface);
      let depth = 0;
      let deepest = 0;
      let isActing = true;
      const handle = (): void => {
        if (!isActing) return;
        deepest = Math.max(deepest, ++depth);
        act(seen.connection);
        depth--;
      };
      seen.connection.on("ping", handle).on("pong", handle).on("close", handle);
      if (surface.reading === "listener") seen.connection.on("message", handle);
      peer.send(frame(TEXT, "1"), frame(PING), frame(PONG), frame(TEXT, "2"));
      await settle();
      expect(deepest).toBe(1);
      if (name === "send" || name === "ping") {
        const all = ['text "1"', "ping", "pong", 'text "2"'];
        expect(comparable(surface, seen.log)).toEqual(comparable(surface, all));
      }
      if (name === "close") peer.send(frame(CLOSE, closePayload(1000)));
      isActing = false;
      peer.socket.end();
      seen.connection.resume();
      await eventually(() => seen.closes.length === 1);
    }
  },
);

test.for(ENDS)(
  "pause in a listener with 10 000 messages behind it, at $name [B23]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(
      { ...surface, reading: "nobody" },
      { maxQueuedBytes: 100_000 },
    );
    const got: string[] = [];
    seen.connection.on("message", (message) => {
      got.push(message.toString());
      if (got.length === 10) seen.connection.pause();
    });
    const texts = Array.from({ length: 10_000 }, (_, i) => `${i}`.padEnd(100, "."));
    for (const text of texts) peer.message(text);
    await settle();
    expect(got).toHaveLength(10);
    await eventually(() => peer.socket.writableLength > 0 && peer.transport.isPaused());
    seen.connection.resume();
    await eventually(() => got.length === texts.length);
    expect(got).toEqual(texts);
  },
);

test.for(ENDS)(
  "a loop whose body works with 10 000 messages behind it, at $name [B23]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(
      { ...surface, reading: "nobody" },
      { maxQueuedBytes: 100_000 },
    );
    const got: string[] = [];
    let goOn = (): void => {};
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const texts = Array.from({ length: 10_000 }, (_, i) => `${i}`.padEnd(100, "."));
    const looping = (async (): Promise<void> => {
      for await (const message of seen.connection) {
        got.push(message.toString());
        if (got.length === 10) await gate;
        if (got.length === texts.length) break;
      }
    })();
    for (const text of texts) peer.message(text);
    await eventually(() => peer.socket.writableLength > 0 && peer.transport.isPaused());
    expect(got).toHaveLength(10);
    goOn();
    await looping;
    expect(got).toEqual(texts);
  },
);

const LIMITS = { maxMessageBytes: 400, maxFragments: 7 };

/** What the reference decoder says, in the words of a witness. */
function expectedLog(surface: Surface, stream: Uint8Array) {
  const deflate = { windowBits: 15, contextTakeover: true };
  const { events, doubtful, unfinished } = referenceOutcome(stream, {
    role: surface.role,
    deflate,
    maxCompressedBytes: 520,
    ...LIMITS,
  });
  const log: string[] = [];
  let end = "";
  for (const event of events) {
    if (event.type === "text") log.push(shown(event.text));
    else if (event.type === "binary") log.push(shown(Buffer.from(event.bytes, "hex")));
    else if (event.type === "failed") end = `failed ${event.closeCode}`;
    else if (event.type === "close") end = `close ${event.code} ${event.reason}`;
    else log.push(`${event.type} ${event.bytes}`.trim());
  }
  return { log, end, doubtful: doubtful === true, mayFail: unfinished === "header" };
}

test.for(SURFACES)(
  "conversations with one thing wrong, at $name [B24]",
  async (surface, { world }) => {
    await fc.assert(
      fc.asyncProperty(
        conversation({ role: surface.role, deflate: { windowBits: 15, contextTakeover: true } }),
        async (stream) => {
          const { log, end, doubtful, mayFail } = expectedLog(surface, stream);
          fc.pre(!doubtful);
          const { peer, seen } = world.peer(surface, { deflate: NO_DEFLATE_LIMITS, ...LIMITS });
          peer.sendBytes(stream.slice());
          peer.socket.end();
          await eventually(() => seen.closes.length === 1);
          const { sent, received, error } = seen.info;
          expect(comparable(surface, seen.log)).toEqual(comparable(surface, log));
          if (end.startsWith("failed")) expect(`failed ${sent?.code}`).toBe(end);
          else if (end.startsWith("close"))
            expect(`close ${received?.code} ${received?.reason}`).toBe(end);
          else if (!mayFail) expect([received, error]).toEqual([undefined, undefined]);
          expect(seen.faults).toEqual([]);
          world.forget(seen);
        },
      ),
      IS_LONG ? {} : { numRuns: 20 },
    );
  },
);
