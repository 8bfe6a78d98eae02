// ws as its README shows it: what came goes back without being decoded.
import { WebSocketServer } from "ws";

export async function serve({ port, mode, deflate }) {
  // Without context takeover ws leaves messages below 1024 bytes as they are, unless told otherwise.
  const perMessageDeflate = deflate === "" ? false : { threshold: 0 };
  const server = new WebSocketServer({ port, host: "127.0.0.1", perMessageDeflate });
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => {
      if (mode !== "broadcast") {
        socket.send(data, { binary: isBinary });
        return;
      }
      for (const client of server.clients) client.send(data, { binary: isBinary });
    });
  });
  await new Promise((resolve) => {
    server.on("listening", resolve);
  });
  return { port: server.address().port, close: () => server.close() };
}
