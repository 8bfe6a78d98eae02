// faye-websocket on a server of node:http.
import { createServer } from "node:http";
import WebSocket from "faye-websocket";

export async function serve({ port, mode }) {
  const members = new Set();
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    const connection = new WebSocket(request, socket, head);
    members.add(connection);
    connection.on("close", () => members.delete(connection));
    connection.on("message", ({ data }) => {
      for (const member of mode === "broadcast" ? members : [connection]) member.send(data);
    });
  });
  await new Promise((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  return { port: server.address().port, close: () => server.close() };
}
