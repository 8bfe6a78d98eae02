// Over TCP: how Node gives a socket what it has read is what this depends on.
import { once } from "node:events";
import net, { Socket } from "node:net";
import { Readable } from "node:stream";
import { TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import {
  connectShared,
  readDirectly,
  shareReads,
} from "../../../src/node/connection/socket-internals.js";
import { type TransportUser, useTransport } from "../../../src/node/connection/transport-user.js";
import { listen } from "../../support/wire-transport.js";

const disposals: (() => void)[] = [];

afterEach(() => {
  for (const dispose of disposals.splice(0)) dispose();
});

interface Pair {
  /** Reads into shared memory, unless it is a plain one. */
  readonly reader: Socket;
  readonly peer: Socket;
}

async function pairs(count: number, which: "connected" | "accepted" | "plain"): Promise<Pair[]> {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true });
  disposals.push(() => server.close());
  const port = await listen(server);
  const found: Pair[] = [];
  for (let i = 0; i < count; i++) {
    const accepting = once(server, "connection");
    const options = { port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true };
    const isClient = which === "connected";
    const connected = isClient ? connectShared(options) : net.connect(options);
    const [accepted]: Socket[] = await accepting;
    if (accepted === undefined) throw new Error("there is a socket");
    disposals.push(() => [connected, accepted].forEach((socket) => socket.destroy()));
    if (which === "accepted") expect(shareReads(accepted)).toBe(true);
    found.push(
      isClient ? { reader: connected, peer: accepted } : { reader: accepted, peer: connected },
    );
  }
  return found;
}

interface Log extends TransportUser {
  readonly chunks: Buffer[];
  readonly buffers: Set<ArrayBufferLike>;
  text: () => string;
  until: (length: number) => Promise<void>;
  readonly ended: Promise<void>;
}

/** Copies what it is lent. */
function recorder(): Log {
  const chunks: Buffer[] = [];
  const buffers = new Set<ArrayBufferLike>();
  let wake = (): void => {};
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const text = (): string => Buffer.concat(chunks).toString("latin1");
  return {
    chunks,
    buffers,
    ended,
    text,
    until: async (length) => {
      while (text().length < length) await new Promise<void>((resolve) => (wake = resolve));
    },
    onLentData: (chunk) => {
      buffers.add(chunk.buffer);
      chunks.push(Buffer.from(chunk));
      wake();
    },
    onData: (chunk) => {
      chunks.push(Buffer.concat([Buffer.from("[copy]"), chunk]));
      wake();
    },
    onDrain: () => {},
    onEnd: () => end(),
    onError: () => {},
    onClose: () => {},
  };
}

describe.skipIf(process.platform === "win32").each(["connected", "accepted"] as const)(
  "shared reads of a socket that was %s",
  (which) => {
    it("give all sockets what is theirs, in the same memory", async () => {
      const all = await pairs(3, which);
      const logs = all.map(({ reader }) => {
        const log = recorder();
        useTransport(reader, log);
        return log;
      });
      let length = 0;
      for (const piece of ["a", "bc".repeat(1000), "d".repeat(300_000)]) {
        length += piece.length;
        all.forEach(({ peer }, i) => peer.write(`${i}${piece.slice(1)}`));
        await Promise.all(logs.map((log) => log.until(length)));
      }
      for (const [i, log] of logs.entries()) {
        const expected = `${i}${i}c${"bc".repeat(999)}${i}${"d".repeat(299_999)}`;
        expect(log.text() === expected).toBe(true);
      }
      expect(new Set(logs.flatMap((log) => [...log.buffers])).size).toBe(1);
      all.forEach(({ peer }) => peer.end());
      await Promise.all(logs.map((log) => log.ended));
      expect(all.map(({ reader }) => reader.bytesRead)).toEqual(Array(3).fill(length));
    });

    it("stop during a pause, and lose nothing", async () => {
      const [pair] = await pairs(1, which);
      if (pair === undefined) throw new Error("there is a pair");
      const log = recorder();
      const { reader, peer } = pair;
      useTransport(reader, {
        ...log,
        onLentData: (chunk) => {
          log.onLentData?.(chunk);
          reader.pause();
        },
      });
      const sent = "x".repeat(1_000_000);
      const written = new Promise((resolve) => peer.write(sent, resolve));
      for (let turns = 0; log.text().length < sent.length; turns++) {
        await log.until(log.text().length + 1);
        expect(reader.isPaused()).toBe(true);
        const { length } = log.chunks;
        await new Promise((resolve) => setImmediate(resolve));
        expect(log.chunks.length).toBe(length);
        reader.resume();
      }
      await written;
      expect(log.text() === sent).toBe(true);
    });

    it("give copies to the stream until there is one who takes what is lent", async () => {
      const [pair] = await pairs(1, which);
      if (pair === undefined) throw new Error("there is a pair");
      const { reader, peer } = pair;
      peer.write("one");
      const [first]: Buffer[] = await once(reader, "data");
      const log = recorder();
      reader.pause();
      peer.write("two"); // has come before the pause, or comes after it: in order either way
      reader.removeAllListeners("data");
      useTransport(reader, log);
      reader.resume();
      await log.until(3);
      peer.end("three");
      await log.ended;
      expect(first?.toString()).toBe("one");
      expect(log.text().replace("[copy]", "")).toBe("twothree");
    });
  },
);

describe("shared reads", () => {
  it("come behind what waits in the stream", async () => {
    const [pair] = await pairs(1, "connected");
    if (pair === undefined) throw new Error("there is a pair");
    const { reader, peer } = pair;
    const log = recorder();
    useTransport(reader, log);
    Readable.prototype.pause.call(reader); // not the socket's own, which stops reading, too
    peer.write("one");
    while (reader.readableLength === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(log.text()).toBe("");
    reader.resume();
    await log.until(3);
    peer.end("two");
    await log.ended;
    expect(log.text()).toBe("[copy]onetwo");
  });

  it("are not for TLS, nor for sockets that are not as expected: those stay as they are", () => {
    const closed = new net.Socket();
    expect(shareReads(closed)).toBe(false);
    const secure = new TLSSocket(closed);
    disposals.push(() => secure.destroy());
    expect(shareReads(secure)).toBe(false);
  });
});

/** Both ends of a connection; the first has its reads made direct. */
async function pair(): Promise<Pair> {
  const [one] = await pairs(1, "plain");
  if (one === undefined) throw new Error("there is a pair");
  readDirectly(one.reader);
  return one;
}

/** What comes, and the promise of so many bytes of it. */
function collect(reader: Socket) {
  let got = "";
  let wake = (): void => {};
  reader.on("data", (chunk) => {
    got += chunk.toString("latin1");
    wake();
  });
  return {
    text: () => got,
    until: async (length: number) => {
      while (got.length < length) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

/** Resolves when something waits in the stream's queue. */
async function whenQueued(reader: Socket): Promise<void> {
  while (reader.readableLength === 0) await new Promise((resolve) => setImmediate(resolve));
}

describe("direct reads", () => {
  it("give each chunk to the listeners, and nothing to the queue of the stream", async () => {
    const { reader, peer } = await pair();
    const got = collect(reader);
    peer.write("one");
    await got.until(3);
    peer.end("two");
    await once(reader, "end");
    expect(got.text()).toBe("onetwo");
    expect(reader.readableDidRead).toBe(false);
  });

  it("leave what comes during a pause to the queue, and keep the order", async () => {
    const { reader, peer } = await pair();
    const got = collect(reader);
    let expected = "";
    for (let round = 0; round < 20; round++) {
      reader.pause();
      peer.write(`a${round};`);
      await whenQueued(reader);
      reader.resume();
      peer.write(`b${round};`); // may come before what waits has gone
      expected += `a${round};b${round};`;
      await got.until(expected.length);
      expect(got.text()).toBe(expected);
    }
    expect(reader.readableLength).toBe(0);
  });

  it("come after what was put back, and not before it has gone", async () => {
    const socket = new Socket();
    readDirectly(socket);
    const got = collect(socket);
    socket.unshift("first ");
    socket.push("second"); // it flows, and yet nothing has come before the next tick
    expect(got.text()).toBe("");
    await got.until(12);
    expect(got.text()).toBe("first second");
  });

  it("are not for sockets whose pushes somebody else looks at", () => {
    class Watched extends Socket {
      override push(chunk: unknown): boolean {
        return super.push(chunk);
      }
    }
    const sockets = [new Socket(), new Watched()];
    for (const socket of sockets) readDirectly(socket);
    expect(sockets.map((socket) => Object.hasOwn(socket, "push"))).toEqual([true, false]);
  });
});
