// What a large message of one connection means for the others of a server.
import { describe, expect, it } from "vitest";
import { connect, type WebSocketConnection, WebSocketServer } from "../../../src/index.js";

const LARGE_BYTES = 100 * 1_048_576;
const ROUND_TRIPS = 10;

async function roundTrip(connection: WebSocketConnection): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    connection.once("message", () => resolve());
  });
  connection.send("still there?");
  await answered;
}

describe("a large message", () => {
  it.each(["to", "from"] as const)(
    "%s a server lets other connections go on meanwhile [F09]",
    async (direction) => {
      const options = { maxMessageBytes: LARGE_BYTES, maxBufferedBytes: LARGE_BYTES };
      const server = new WebSocketServer({ ...options, port: 0, perMessageDeflate: false });
      const accepted: WebSocketConnection[] = [];
      server.on("connection", (connection) => {
        accepted.push(connection);
        connection.on("message", (message) => {
          if (message.length < LARGE_BYTES) connection.send(message);
        });
      });
      await server.listening();
      const client = await connect(server.url, { ...options, perMessageDeflate: false });
      const other = await connect(server.url);
      await Promise.all([roundTrip(client), roundTrip(other)]);
      const [serversEnd] = accepted;
      if (serversEnd === undefined) throw new Error("nobody was accepted");

      const [sender, receiver] = direction === "to" ? [client, serversEnd] : [serversEnd, client];
      let hasArrived = false;
      const arrival = new Promise<void>((resolve) => {
        receiver.once("message", () => {
          hasArrived = true;
          resolve();
        });
      });
      expect(sender.send(Buffer.alloc(LARGE_BYTES))).not.toBe("closed");
      for (let i = 0; i < ROUND_TRIPS; i++) await roundTrip(other);
      expect(hasArrived).toBe(false);
      await arrival;
      await server.shutdown({ deadlineMs: 0 });
    },
  );
});
