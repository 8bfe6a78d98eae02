// The end of a connection, as its listeners are told: once, last, and to those who come late as well.
import { describe, expect, it } from "vitest";
import { Ending, type EndingOwner } from "../../../src/node/connection/ending.js";
import type { CloseInfo } from "../../../src/node/connection/events.js";
import { Incoming } from "../../../src/node/connection/incoming.js";
import { nodePlatform } from "../../../src/node/platform.js";
import { ProtocolConnection } from "../../../src/protocol/index.js";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { FakeClock } from "../../support/clock.js";
import { ended, LAST, listen } from "../../support/ended-peer.js";
import { eventually, RawPeer, settle } from "../../support/raw-peer.js";
import {
  CLOSE,
  concat,
  encodeFrame,
  frame,
  PING,
  SCRIPT_KEY,
  TEXT,
} from "../../support/wire-frame.js";

describe("who comes when all is over", () => {
  it.each([[["message", "close"] as const], [["close", "message"] as const]])(
    "gets the messages, then close, in a microtask, with %j",
    async (names) => {
      const { connection } = await ended();
      const log = listen(connection, names);
      expect(log).toEqual([]);
      await Promise.resolve();
      expect(log).toEqual(["1", "2", "close 4000 0"]);
      await settle();
      expect(log).toHaveLength(3);
    },
  );

  it("and listens for end, too, is told of it before close", async () => {
    const { connection } = await ended();
    const log = listen(connection, ["message", "end", "close"]);
    await settle();
    expect(log).toEqual(["1", "2", "end 4000 2", "close 4000 0"]);
  });

  it("and listens for close alone, is told at once how many messages are dropped", async () => {
    const { connection } = await ended();
    const log = listen(connection, ["close"]);
    await Promise.resolve();
    expect(log).toEqual(["close 4000 2"]);
    listen(connection, ["message"], log);
    await settle();
    expect(log).toEqual(["close 4000 2"]);
  });

  it("and listens for messages alone, gets them, and close whenever it asks", async () => {
    const { connection } = await ended();
    const log = listen(connection, ["message"]);
    await settle();
    expect(log).toEqual(["1", "2"]);
    listen(connection, ["close"], log);
    await Promise.resolve();
    expect(log).toEqual(["1", "2", "close 4000 0"]);
  });

  it("and loops, gets the messages, and its loop ends", async () => {
    const { connection } = await ended();
    const log: string[] = [];
    for await (const message of connection) log.push(message.toString());
    expect(log).toEqual(["1", "2"]);
    expect(await connection.closed).toMatchObject({ code: 4000, unreadMessages: 0 });
    for await (const message of connection) log.push(message.toString());
    expect(log).toHaveLength(2);
  });

  it("and has listened for close from the beginning, has heard it then, and gets no message behind it", async () => {
    const peer = new RawPeer();
    const log = listen(peer.connection, ["close"]);
    peer.send(...LAST);
    peer.socket.end();
    await eventually(() => log.length > 0);
    listen(peer.connection, ["message"], log);
    for await (const message of peer.connection) log.push(message.toString());
    await settle();
    expect(log).toEqual(["close 4000 2"]);
  });

  it("is told how it ended also when that was before the turn of opening was over", async () => {
    const received = concat(LAST.map((one) => encodeFrame(one, { maskingKey: SCRIPT_KEY })));
    const peer = new RawPeer({ received });
    peer.transport.destroy();
    const log = listen(peer.connection, ["end"]);
    await eventually(() => log.length > 0);
    listen(peer.connection, ["message", "close"], log);
    await settle();
    expect(log).toEqual(["end 4000 2", "1", "2", "close 4000 0"]);
  });

  it("gets what was left unread when reading had paused, in order", async () => {
    const peer = new RawPeer({ maxQueuedBytes: 1_000 });
    const texts = Array.from({ length: 50 }, (_, i) => `${i} ${"x".repeat(100)}`);
    peer.send(...texts.map((text) => frame(TEXT, text)), frame(PING), frame(CLOSE));
    await settle();
    peer.transport.destroy(new Error("reset"));
    await eventually(() => peer.connection.readyState === ReadyState.CLOSED);
    expect(peer.connection.send("x")).toBe("closed");
    await expect(peer.connection.ping()).rejects.toThrow(Error);
    const log = listen(peer.connection, ["message", "close"]);
    await eventually(() => log.length === 51);
    expect(log).toEqual([...texts, "close 1005 0"]);
    expect(await peer.connection.closed).toMatchObject({ wasClean: false, sent: undefined });
  });
});

describe("a close listener that comes after close was told", () => {
  it.each(["on", "once"] as const)(
    "by %s is called once, in a microtask, with the same",
    async (how) => {
      const { connection } = await ended();
      const told: CloseInfo[] = [];
      connection.on("close", (info) => told.push(info));
      await settle();
      connection[how]("close", (info) => told.push(info));
      expect(told).toHaveLength(1);
      await Promise.resolve();
      expect(told).toHaveLength(2);
      expect(told[1]).toBe(told[0]);
      expect(await connection.closed).toBe(told[0]);
      await settle();
      expect(told).toHaveLength(2);
      expect(connection.listenerCount("close")).toBe(how === "on" ? 2 : 1);
    },
  );

  it("inside another's call is called behind it", async () => {
    const peer = new RawPeer();
    const log: string[] = [];
    peer.connection.on("close", () => {
      listen(peer.connection, ["close"], log);
      log.push("first");
    });
    peer.connection.terminate();
    await settle();
    expect(log).toEqual(["first", "close 1006 0"]);
  });

  it("is not called when it is taken away in the same turn, and its errors go where all go", async () => {
    const errors: unknown[] = [];
    const { connection } = await ended({ onHandlerError: (error) => errors.push(error) });
    const log = listen(connection, ["close"]);
    await settle();
    const gone = (): unknown => log.push("gone");
    connection.on("close", gone).off("close", gone);
    connection.on("close", () => {
      throw new Error("late");
    });
    await settle();
    expect(log).toEqual(["close 4000 2"]);
    expect(errors).toEqual([new Error("late")]);
  });
});

describe("closed", () => {
  it("resolves at the end of the transport for who takes no messages; a loop still gets them", async () => {
    const peer = new RawPeer();
    const { closed } = peer.connection;
    peer.send(...LAST);
    peer.socket.end();
    expect(await closed).toMatchObject({ code: 4000, unreadMessages: 2 });
    const log = listen(peer.connection, ["message", "close"]);
    await settle();
    expect(log).toEqual(["close 4000 2"]);
    for await (const message of peer.connection) log.push(`${message.toString()} in a loop`);
    expect(log.slice(1)).toEqual(["1 in a loop", "2 in a loop"]);
  });

  it("resolves for who asks for it when all is over", async () => {
    const { connection } = await ended();
    expect(await connection.closed).toMatchObject({ code: 4000, unreadMessages: 2 });
  });

  it("ends the reads of a loop that a guard leaves nothing for", async () => {
    const { connection } = await ended();
    await connection.closed;
    connection.messageGuard = async () => false;
    const got: string[] = [];
    for await (const message of connection) got.push(message.toString());
    expect(got).toEqual([]);
  });
});

describe("Ending", () => {
  /** The end of a connection without a transport: what it would tell, and to whom. */
  class Owner implements EndingOwner {
    readonly driver = {
      core: new ProtocolConnection({ role: "server", platform: nodePlatform }),
      error: new Error("of the transport"),
      wasAllWritten: true,
    };
    readonly incoming: Incoming;
    readonly log: string[] = [];
    readonly handlerError = undefined;
    readonly isClosing = false;
    readonly options = { clock: new FakeClock(), closeTimeoutMs: 10_000 };
    isListening = false;

    constructor() {
      this.incoming = new Incoming(
        {
          hasListener: () => false,
          emitMessage: () => undefined,
          onGuardError: () => {},
          onDelivered: () => {},
          awaitsDelivery: () => false,
        },
        this.driver.core.budget,
        1_000,
      );
    }

    hasListener(): boolean {
      return this.isListening;
    }

    tell(name: string, { code, error, unreadMessages }: CloseInfo): void {
      this.log.push(`${name} ${code} ${error?.message} ${unreadMessages}`);
    }
  }

  it("is told by its owner once, when a listener waits for it, and drops what nobody takes", () => {
    const owner = new Owner();
    const ending = new Ending(owner);
    owner.incoming.take("1", true);
    ending.end();
    ending.settle();
    expect(owner.log).toEqual([]);
    owner.isListening = true;
    ending.settle();
    ending.settle();
    expect(owner.log).toEqual(["close 1006 of the transport 1"]);
    expect(owner.driver.core.budget.queuedBytes).toBe(0);
  });
});
