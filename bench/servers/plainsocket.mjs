// plainsocket with its own listener and the defaults; DEFLATE says whether it compresses, SHARED_READS how it reads.
import process from "node:process";
import { prepareMessage, WebSocketServer } from "plainsocket";

export async function serve({ port, mode, deflate }) {
  const server = new WebSocketServer({
    port,
    host: "127.0.0.1",
    perMessageDeflate: deflate !== "",
    sharedReads: process.env.SHARED_READS === "1",
  });
  const members = new Set();
  server.on("connection", (connection) => {
    if (mode !== "broadcast") {
      connection.on("message", (message) => {
        connection.send(message);
      });
      return;
    }
    members.add(connection);
    connection.on("close", () => members.delete(connection));
    connection.on("message", (message) => {
      const prepared = prepareMessage(message);
      for (const member of members) member.send(prepared);
    });
  });
  await server.listening();
  return { port: server.address().port, close: () => server.shutdown({ deadlineMs: 0 }) };
}
