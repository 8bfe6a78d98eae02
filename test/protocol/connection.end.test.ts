import { describe, expect, it } from "vitest";
import { ReadyState } from "../../src/protocol/connection-reports.js";
import {
  connection,
  eventsOf,
  exchange,
  frameFrom,
  opposite,
  outputOf,
  pull,
  ROLES,
} from "../support/protocol.js";
import { CLOSE, closePayload, PING, TEXT } from "../support/wire-frame.js";

describe("the end of a connection", () => {
  it("is the same when both ends start the closing handshake at once [6455-5.5-15]", () => {
    const [client, server] = [connection("client"), connection("server")];
    client.close(4001, "client");
    server.close(4002, "server");

    expect(exchange(client, server)).toEqual({
      client: [{ type: "close", code: 4002, reason: "server" }],
      server: [{ type: "close", code: 4001, reason: "client" }],
    });
  });

  it("comes with the transport's, once, whatever was going on [6455-7.1-06]", () => {
    for (const role of ROLES) {
      const end = connection(role);
      end.receive(frameFrom(opposite(role), TEXT, "unread"));
      end.startMessage("text");
      end.transportEnded();
      end.transportEnded();
      end.discard();

      expect(end.readyState).toBe(ReadyState.CLOSED);
      expect([end.receivedClose, end.sentClose]).toEqual([undefined, undefined]);
      expect(pull(end)).toEqual([]);
      expect(eventsOf(end, frameFrom(opposite(role), PING))).toEqual([]);
      expect([end.unreadBytes, end.heldBytes]).toEqual([0, 0]);
      expect([end.sendMessage("x"), end.startMessage("text"), end.ping()]).toEqual([
        false,
        false,
        false,
      ]);
      end.close(1000);
      end.fail("MESSAGE_TOO_SLOW");
      expect(pull(end)).toEqual([]);
      expect(outputOf(end)).toHaveLength(0);
    }
  });

  it("leaves what had come before it to be read, and answers none of it", () => {
    for (const role of ROLES) {
      const from = opposite(role);
      const end = connection(role);
      end.receive(frameFrom(from, TEXT, "1"));
      end.receive(frameFrom(from, PING, "2"));
      end.receive(frameFrom(from, CLOSE, closePayload(4001, "bye")));
      end.transportEnded();
      end.fail("MESSAGE_TOO_SLOW");

      expect(end.readyState).toBe(ReadyState.CLOSED);
      expect(pull(end)).toMatchObject([
        { type: "message", data: "1" },
        { type: "ping" },
        { type: "close", code: 4001 },
      ]);
      expect(outputOf(end)).toHaveLength(0);
      expect(end.readyState).toBe(ReadyState.CLOSED);
      expect(end.receivedClose).toEqual({ code: 4001, reason: "bye" });
      expect(end.sentClose).toBeUndefined();
      expect([end.unreadBytes, end.heldBytes]).toEqual([0, 0]);
    }
  });

  it("leaves a broken rule to be found, too, with nobody to tell of it", () => {
    const end = connection("client");
    end.receive(Uint8Array.of(0x83, 0));
    end.transportEnded();

    expect(pull(end)).toMatchObject([{ type: "failed" }]);
    expect(outputOf(end)).toHaveLength(0);
    expect(end.sentClose).toBeUndefined();
  });

  it("can come after either Close frame, or after both", () => {
    for (const [sends, receives] of [
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const end = connection("client");
      if (sends) end.close(1000);
      if (receives) eventsOf(end, frameFrom("server", CLOSE));
      end.transportEnded();

      expect(end.readyState).toBe(ReadyState.CLOSED);
    }
  });
});
