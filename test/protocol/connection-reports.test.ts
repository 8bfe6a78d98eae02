import { describe, expect, it } from "vitest";
import type { MessageExtension } from "../../src/protocol/extensions/extension.js";
import { prepareMessage } from "../../src/protocol/prepared-message.js";
import {
  ReadyState,
  type Transition,
  nextState,
  noTraffic,
} from "../../src/protocol/connection-reports.js";
import { LateExtension, inverting } from "../support/codec.js";
import { ROLES, connection, eventsOf, exchange, frameFrom, outputOf } from "../support/protocol.js";
import { BINARY, CONTINUATION, TEXT, concat, hex } from "../support/wire-frame.js";

const { OPEN, CLOSING, CLOSED } = ReadyState;

// prettier-ignore
const LEGAL: readonly [ReadyState, Transition, ReadyState][] = [
  [OPEN,       "close frame sent",     CLOSING],
  [OPEN,       "close frame received", CLOSING],
  [OPEN,       "transport ended",      CLOSED],
  [CLOSING,    "close frame sent",     CLOSING],
  [CLOSING,    "close frame received", CLOSING],
  [CLOSING,    "transport ended",      CLOSED],
  [CLOSED,     "close frame received", CLOSED],
  [CLOSED,     "transport ended",      CLOSED],
];

const TRANSITIONS: readonly Transition[] = [
  "close frame sent",
  "close frame received",
  "transport ended",
];

describe("nextState", () => {
  it.each(LEGAL)("%i --%s--> %i", (from, transition, to) => {
    expect(nextState(from, transition)).toBe(to);
  });

  it("allows nothing else", () => {
    for (const from of Object.values(ReadyState)) {
      for (const transition of TRANSITIONS) {
        const legal = LEGAL.some(([f, t]) => f === from && t === transition);
        if (!legal) expect(() => nextState(from, transition)).toThrow("unreachable");
      }
    }
  });
});

/** RSV1, as a digit of a frame of tests. */
const COMPRESSED = { rsv: 4 };

/** "Compresses" by leaving out every second byte, and puts it back as a space. */
const halving: MessageExtension = {
  ...inverting,
  encode: (payload) => payload.filter((_, index) => index % 2 === 0),
  decode: (payload) => Uint8Array.from({ length: payload.length * 2 }, () => 0x20),
};

describe("noTraffic", () => {
  it("is a new count of nothing", () => {
    expect(Object.values(noTraffic())).toEqual([0, 0, 0, 0, 0]);
  });
});

describe.each(ROLES)("what a %s has sent", (role) => {
  const maskingKeyBytes = role === "client" ? 4 : 0;

  it("is messages with their payload in UTF-8, and on the transport all that frames take", () => {
    const end = connection(role);
    end.sendMessage("é€"); // 2 + 3 bytes
    end.sendMessage(new Uint8Array(200)); // a header of 4 bytes
    end.sendMessage("");
    expect(end.sent).toMatchObject({ messages: 3, payloadBytes: 205, transportBytes: 0 });

    const { length } = outputOf(end);
    expect(length).toBe(2 + 5 + 4 + 200 + 2 + 3 * maskingKeyBytes);
    expect(end.sent).toMatchObject({ messages: 3, payloadBytes: 205, transportBytes: length });
    expect(end.sent).toMatchObject({ uncompressedBytes: 0, compressedBytes: 0 });
  });

  it("counts a message in fragments when it is whole, and its bytes as they go", () => {
    const end = connection(role);
    end.startMessage("text");
    end.sendFragment("one", false);
    expect(end.sent).toMatchObject({ messages: 0, payloadBytes: 3 });
    end.sendFragment("two", true);
    expect(end.sent).toMatchObject({ messages: 1, payloadBytes: 6 });
  });

  it("takes control frames for bytes, not for messages", () => {
    const end = connection(role);
    end.ping(hex("01 02"));
    end.pong();
    end.close(1000);
    const { length } = outputOf(end);
    expect(end.sent).toMatchObject({ messages: 0, payloadBytes: 0, transportBytes: length });
  });

  it("tells compressed payload before and after, and only that of compressed messages", () => {
    const end = connection(role, { extension: halving });
    end.sendMessage("x".repeat(100));
    end.sendMessage("x".repeat(10), { compress: false });
    expect(end.sent).toMatchObject({
      messages: 2,
      payloadBytes: 110,
      uncompressedBytes: 100,
      compressedBytes: 50,
    });
  });

  it("counts prepared messages like any others", () => {
    const extension = { ...halving, encodeAlone: (payload: Uint8Array) => payload.subarray(0, 50) };
    const end = connection(role, { extension });
    end.sendMessage(prepareMessage("x".repeat(100)));
    end.sendMessage(prepareMessage("x".repeat(10)), { compress: false });
    expect(end.sent).toMatchObject({
      messages: 2,
      payloadBytes: 110,
      uncompressedBytes: 100,
      compressedBytes: 50,
    });
  });

  it("counts what is compressed elsewhere once it is framed", () => {
    const late = new LateExtension(halving);
    const end = connection(role, { extension: late });
    end.sendMessage("x".repeat(100));
    end.sendMessage("behind it", { compress: false });
    expect(end.sent).toMatchObject({ messages: 0, payloadBytes: 0, uncompressedBytes: 0 });

    late.settleAll();
    expect(end.sent).toMatchObject({
      messages: 2,
      payloadBytes: 109,
      uncompressedBytes: 100,
      compressedBytes: 50,
    });
  });

  it("is nothing once the connection is closing", () => {
    const end = connection(role);
    end.close();
    end.sendMessage("too late");
    expect(end.sent).toMatchObject({ messages: 0, payloadBytes: 0 });
  });
});

describe.each(ROLES)("what has come from a %s", (peer) => {
  const end = (extension?: MessageExtension) =>
    connection(peer === "client" ? "server" : "client", { extension });

  it("is whole messages, and on the transport every byte", () => {
    const receiver = end();
    const bytes = concat([
      frameFrom(peer, TEXT, "one", { fin: false }),
      frameFrom(peer, CONTINUATION, "two"),
      frameFrom(peer, BINARY, hex("00 01")),
      frameFrom(peer, 0x9, "ping"),
    ]);
    eventsOf(receiver, bytes, bytes.subarray(0, 1));
    expect(receiver.received).toEqual({
      messages: 2,
      payloadBytes: 8,
      uncompressedBytes: 0,
      compressedBytes: 0,
      transportBytes: bytes.length + 1,
    });
  });

  it("tells compressed payload before and after", () => {
    const late = new LateExtension(halving);
    for (const extension of [halving, late]) {
      const receiver = end(extension);
      for (const payload of ["12345", "123"]) {
        eventsOf(receiver, frameFrom(peer, BINARY, payload, COMPRESSED));
        late.settleAll();
        eventsOf(receiver);
      }
      expect(receiver.received).toMatchObject({
        messages: 2,
        payloadBytes: 16,
        uncompressedBytes: 16,
        compressedBytes: 8,
      });
    }
  });

  it("does not count a message that is not given to the application", () => {
    const refused = end();
    eventsOf(refused, frameFrom(peer, TEXT, hex("ff")));
    const closing = end();
    closing.close();
    eventsOf(closing, frameFrom(peer, TEXT, "too late"));
    for (const { received } of [refused, closing]) {
      expect(received).toMatchObject({ messages: 0, payloadBytes: 0 });
      expect(received.transportBytes).toBeGreaterThan(0);
    }
  });
});

it("is the same on both ends", () => {
  const [client, server] = [connection("client"), connection("server")];
  for (const message of ["one", "zwei", "drei €"]) client.sendMessage(message);
  server.sendMessage(new Uint8Array(70_000));
  client.ping();
  exchange(client, server);
  expect(server.received).toEqual(client.sent);
  expect(client.received).toEqual(server.sent);
});
