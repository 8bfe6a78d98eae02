/** The server of a page on which two tabs talk. The page draws every frame of its connection as the server sees it. */
import { type WebSocketConnection, WebSocketServer } from "plainsocket";
import type { Site } from "../site.js";
import type { FrameWatch } from "./frames.js";

/** Starts the server. @returns A function that ends it. */
export function serveWire(site: Site, watch: FrameWatch): () => Promise<void> {
  const talking = new Set<WebSocketConnection<string>>();
  const servers = [
    ["/wire/talk", false],
    ["/wire/talk-compressed", { thresholdBytes: 0 }],
  ] as const;
  const running = servers.map(([path, perMessageDeflate]) => {
    const server = new WebSocketServer<string>({
      server: site.http,
      path,
      perMessageDeflate,
      authenticate: (request) => request.query.get("tab") ?? "?",
      onFrame: (frame, connection) => watch.show(String(connection.data), frame),
    });
    return server.on("connection", (connection) => join(connection, talking));
  });
  site.files("wire/page.html", "wire/page.js", "wire/page.css");
  return async () => {
    await Promise.all(running.map((server) => server.shutdown({ deadlineMs: 0 })));
  };
}

function join(connection: WebSocketConnection<string>, talking: Set<WebSocketConnection>): void {
  talking.add(connection);
  connection.on("close", () => talking.delete(connection));
  connection.send(`Welcome, tab ${connection.data}. The other tabs see what you write.`);
  connection.on("message", async (message) => {
    if (typeof message === "string" && message.startsWith("/")) await obey(connection, message);
    else for (const other of talking) if (other !== connection) other.send(message);
  });
}

/** Commands for the server: things that a page cannot make its browser do. */
async function obey(connection: WebSocketConnection, command: string): Promise<void> {
  if (command === "/ping") void connection.ping();
  else if (command === "/fragments")
    await connection.sendStream(["one ", "message, ", "three ", "fragments"]);
  else if (command === "/close") connection.close(4000, "you asked for it");
  else connection.send("I know /ping, /fragments and /close.");
}
