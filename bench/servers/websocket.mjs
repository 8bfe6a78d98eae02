// The package `websocket`. Its largest frame is 64 KiB unless told otherwise.
import { createServer } from "node:http";
import websocket from "websocket";

const MAX_BYTES = 2 ** 21;

export async function serve({ port, mode }) {
  const httpServer = createServer();
  const server = new websocket.server({
    httpServer,
    autoAcceptConnections: true,
    maxReceivedFrameSize: MAX_BYTES,
    maxReceivedMessageSize: MAX_BYTES,
  });
  server.on("connect", (connection) => {
    connection.on("message", (message) => {
      const data = message.type === "utf8" ? message.utf8Data : message.binaryData;
      for (const member of mode === "broadcast" ? server.connections : [connection]) {
        member.send(data);
      }
    });
  });
  await new Promise((resolve) => {
    httpServer.listen(port, "127.0.0.1", resolve);
  });
  return { port: httpServer.address().port, close: () => httpServer.close() };
}
