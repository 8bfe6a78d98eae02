/** A server under test, in a process of its own. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Child, type Usage } from "./child.js";
import type { Peer } from "./peers.js";
import type { Deflate } from "./upgrade.js";

/** What a load needs of a server. */
export interface Target {
  readonly port: number;
  usage(before?: "collect"): Promise<Usage>;
}

export interface ServerSettings {
  readonly mode: "echo" | "broadcast";
  readonly deflate: Deflate;
}

const START_MS = 10_000;
const RETRY_MS = 20;

export class ServerProcess implements Target {
  readonly port: number;
  readonly #child: Child;

  private constructor(port: number, child: Child) {
    this.port = port;
    this.#child = child;
  }

  /** @throws {Error} It does not listen on the port it was given. */
  static async start(peer: Peer, { mode, deflate }: ServerSettings): Promise<ServerProcess> {
    const port = await freePort();
    const child = new Child(peer, { PORT: String(port), MODE: mode, DEFLATE: deflate });
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline && child.problem === undefined) {
      if (await canConnect(port)) return new ServerProcess(port, child);
      await delay(RETRY_MS);
    }
    await child.stop();
    throw new Error(child.problem ?? `it does not listen on ${port}, the port in PORT`);
  }

  usage(before?: "collect"): Promise<Usage> {
    return this.#child.usage(before);
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port to listen on");
  return address.port;
}
