import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type CloseInfo,
  CodecError,
  type ConnectionError,
  ProtocolError,
  TransportError,
  WebSocket,
} from "../../../src/index.js";
import { RawPeer, connectedPair } from "../../support/raw-peer.js";
import { startServer } from "../../support/server-under-test.js";

/** What applications write: no cast, no check of the class, in TypeScript's strict mode. */
function explain({ error }: CloseInfo): string {
  if (error?.code === "MESSAGE_TOO_BIG") return "send less";
  switch (error?.code) {
    case "PONG_TIMEOUT":
    case "TERMINATED":
      return `gone (${error.code})`;
    case "ENOENT":
    case 20:
      return "the application's own";
    default:
      return error?.message ?? "clean";
  }
}

it("the code of the error that ended a connection can be asked for without a cast", async () => {
  const peer = new RawPeer();
  peer.connection.terminate();

  expect(explain(await peer.connection.closed)).toBe("gone (TERMINATED)");
});

it.each([
  ["of Node", Object.assign(new Error("no such file"), { code: "ENOENT" })],
  ["of the platform", new DOMException("aborted", "AbortError")],
])("so can that of an error %s which a listener threw", async (_what, thrown) => {
  const peer = new RawPeer({ onHandlerError: () => {} });
  peer.connection.on("message", () => Promise.reject(thrown));
  peer.message("a");
  await peer.next();
  peer.socket.end();
  const info = await peer.connection.closed;

  expect(info.error).toBe(thrown);
  expect(explain(info)).toBe("the application's own");
});

it("any error fits the type, and those of this library can be told by their class", () => {
  expectTypeOf<Error>().toExtend<ConnectionError>();
  const limitOf = (error: ConnectionError | undefined): number | undefined =>
    error instanceof ProtocolError || error instanceof TransportError ? error.limit : undefined;

  expect(limitOf(new ProtocolError("MESSAGE_TOO_BIG", { limit: 5 }))).toBe(5);
  expect(limitOf(new TransportError("PONG_TIMEOUT", { limit: 7 }))).toBe(7);
  expect(limitOf(new CodecError("memory"))).toBeUndefined();
});

describe("a message over maxMessageBytes", () => {
  const reason = "message of 1500000 bytes is over maxMessageBytes 1048576";

  it.each(["server", "client"] as const)(
    "is told to both ends when a %s gets it",
    async (receiver) => {
      const { server, client } = connectedPair();
      const [from, to] = receiver === "server" ? [client, server] : [server, client];
      for (const end of [from, to]) end.on("message", () => {});
      from.send(Buffer.alloc(1_500_000));
      const [sender, got] = await Promise.all([from.closed, to.closed]);

      expect(sender).toMatchObject({ code: 1009, reason });
      expect(got).toMatchObject({
        sent: { code: 1009, reason },
        error: {
          code: "MESSAGE_TOO_BIG",
          option: "maxMessageBytes",
          limit: 1_048_576,
          value: 1_500_000,
        },
      });
      expect(got.error?.message.startsWith(`${reason}: `)).toBe(true);
    },
  );

  it("is told in the error event of a WebSocket", async () => {
    await using under = await startServer({ perMessageDeflate: false });
    under.server.on("connection", (connection) => connection.send(Buffer.alloc(1_500_000)));
    const socket = new WebSocket(`ws://127.0.0.1:${under.port}/`);
    const message = await new Promise((resolve) => {
      socket.onerror = (event) => resolve(event.message);
    });

    expect(message).toContain(reason);
  });
});
