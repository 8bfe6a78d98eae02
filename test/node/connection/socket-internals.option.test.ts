// The option on both ends, over TCP. Whether reads are shared shows in the memory of a message: text of
// 5 000 bytes is a view of the chunk that it was read in, which has a header more, or else a copy.
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import {
  connect,
  type ConnectOptions,
  type Message,
  type ServerOptions,
  type WebSocketConnection,
  WebSocketServer,
} from "../../../src/index.js";
import { portOf, RawClient, upgradeRequest } from "../../support/raw-client.js";
import { StubServer } from "../../support/stub-server.js";
import { BINARY, encodeFrame, SCRIPT_KEY, utf8 } from "../../support/wire-frame.js";

const LENGTH = 5_000;
const isPosix = process.platform !== "win32";

function nextMessage(connection: WebSocketConnection): Promise<Message> {
  return new Promise((resolve) => void connection.once("message", resolve));
}

const HEADER = 8;

const isCopy = (message: Message): boolean => {
  if (typeof message === "string") throw new TypeError("bytes were asked for");
  const { byteLength } = message.buffer;
  return byteLength === LENGTH || byteLength > LENGTH + HEADER;
};

async function withServer(
  options: ServerOptions,
  use: (server: WebSocketServer) => Promise<void>,
): Promise<void> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
  await server.listening();
  await use(server);
  await server.shutdown({ deadlineMs: 0 });
}

describe.runIf(isPosix)("sharedReads", () => {
  it.each<[string, ServerOptions, boolean]>([
    ["is off for a server", {}, false],
    ["can be on for a server", { sharedReads: true }, true],
    ["has views on a server give way to it", { sharedReads: true, zeroCopy: true }, true],
  ])("%s", async (_what, options, expected) => {
    await withServer({ textAs: "bytes", ...options }, async (server) => {
      const opened = new Promise<WebSocketConnection>((resolve) => {
        server.once("connection", resolve);
      });
      const client = await connect(server.url, { perMessageDeflate: false });
      const message = nextMessage(await opened);
      client.send("x".repeat(LENGTH));
      expect(isCopy(await message)).toBe(expected);
    });
  });

  it.each<[string, ConnectOptions, boolean]>([
    ["is on for a client", {}, true],
    ["can be off for a client", { sharedReads: false }, false],
    ["is off for a client that wants views", { zeroCopy: true }, false],
  ])("%s", async (_what, options, expected) => {
    await withServer({}, async (server) => {
      server.on("connection", (one) => one.on("message", (message) => void one.send(message)));
      const client = await connect(server.url, {
        perMessageDeflate: false,
        textAs: "bytes",
        ...options,
      });
      client.send("x".repeat(LENGTH));
      expect(isCopy(await nextMessage(client))).toBe(expected);
    });
  });

  it("keeps the beginning of a frame for its connection, whatever others read: server", async () => {
    await withServer({ sharedReads: true }, async (server) => {
      server.on("connection", (one) => one.on("message", (message) => void one.send(message)));
      const clients = await Promise.all(
        ["a", "b"].map(async () => {
          const raw = await RawClient.send({ port: portOf(server) }, upgradeRequest());
          await raw.head();
          return raw;
        }),
      );
      await interleave(
        clients.map((raw) => ({
          socket: raw.socket,
          frameOf: (text) => encodeFrame(binary(text), { maskingKey: SCRIPT_KEY }),
          next: async () => (await raw.frame()).payload,
        })),
      );
      for (const raw of clients) raw[Symbol.dispose]();
    });
  });

  it("keeps the beginning of a frame for its connection, whatever others read: client", async () => {
    await using stub = await StubServer.start();
    const ends = [];
    for (const _name of ["a", "b"]) {
      const connecting = connect(`ws://${stub.authority}`);
      const peer = await stub.next();
      await peer.accept();
      const connection = await connecting;
      ends.push({
        socket: peer,
        frameOf: (text: string) => encodeFrame(binary(text)),
        next: async () => nextMessage(connection),
      });
    }
    await interleave(ends);
  });
});

interface End {
  readonly socket: Pick<Socket, "write"> | { write: (bytes: Uint8Array) => void };
  readonly frameOf: (text: string) => Uint8Array;
  /** The next message, or what comes back for it. */
  readonly next: () => Promise<unknown>;
}

const binary = (text: string) => ({ fin: true, rsv: 0, opcode: BINARY, payload: utf8(text) });

/** Both ends get their frames in two parts, cut in turn at each place, and whole ones of the other between them. */
async function interleave([one, other]: readonly End[]): Promise<void> {
  if (one === undefined || other === undefined) throw new Error("there are two ends");
  const frame = one.frameOf("Hello");
  const exchange = async (end: End, bytes: Uint8Array, expected: string): Promise<void> => {
    const arrived = end.next();
    end.socket.write(bytes);
    expect(textOf(await arrived)).toBe(expected);
  };
  for (let place = 1; place < frame.length; place++) {
    const parts = [frame.subarray(0, place), frame.subarray(place)];
    await exchange(one, Buffer.concat([one.frameOf("first"), parts[0]!]), "first");
    await exchange(other, other.frameOf("overwrites what was read"), "overwrites what was read");
    await exchange(one, parts[1]!, "Hello");
  }
}

function textOf(bytes: unknown): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : String(bytes);
}
