import { describe, expect, it } from "vitest";
import { ReadyState } from "../../src/protocol/ready-state.js";
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
import { CLOSE, PING, TEXT } from "../support/wire-frame.js";

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
