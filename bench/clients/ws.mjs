// ws, with its own events.
import { WebSocket } from "ws";

export async function open(url, message, onMessage) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  socket.on("message", onMessage);
  return () => socket.send(message);
}
