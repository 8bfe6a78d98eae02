// What all clients with the interface of the browsers' WebSocket have in common.

export async function openStandard(WebSocket, url, message, onMessage) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  socket.addEventListener("message", ({ data }) => onMessage(data));
  return () => socket.send(message);
}
