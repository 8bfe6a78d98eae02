// Bun's own server, in a process of Bun.
/* global Bun */
const EVERYONE = "everyone";

export async function serve({ port, mode, deflate }) {
  const compress = deflate !== "";
  // "shared" keeps nothing between messages; "dedicated" keeps the context, with Bun's default window.
  const kind = deflate === "takeover" ? "dedicated" : "shared";
  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    fetch: (request, server) =>
      server.upgrade(request) ? undefined : new Response("", { status: 426 }),
    websocket: {
      perMessageDeflate: compress ? { compress: kind, decompress: kind } : false,
      open(socket) {
        if (mode === "broadcast") socket.subscribe(EVERYONE);
      },
      message(socket, message) {
        if (mode === "broadcast") server.publish(EVERYONE, message, compress);
        else socket.send(message, compress);
      },
    },
  });
  return { port: server.port, close: () => server.stop(true) };
}
