/** A proxy that loses the network when told. */
import { once } from "node:events";
import net from "node:net";

export class TcpProxy {
  /** Where connections lead that are made from now on. */
  target: net.NetConnectOpts | undefined;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #mode: "open" | "refusing" | "silent" = "open";

  private constructor() {
    this.#server = net.createServer((socket) => this.#accept(socket));
  }

  static async listen(): Promise<TcpProxy> {
    const proxy = new TcpProxy();
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("it does not listen");
    return address.port;
  }

  /** Ends all connections; new ones are ended at once, until {@link heal}. */
  cut(): void {
    this.#mode = "refusing";
    this.drop();
  }

  /** Ends all connections, once. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets nothing through in either direction, and closes nothing, until {@link heal}. */
  silence(): void {
    this.#mode = "silent";
    for (const socket of this.#sockets) socket.pause();
  }

  /** What waited goes on, and new connections are let through. */
  heal(): void {
    this.#mode = "open";
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.drop();
    await once(this.#server, "close");
  }

  #accept(socket: net.Socket): void {
    if (this.#mode === "refusing" || this.target === undefined) {
      socket.destroy();
      return;
    }
    const further = net.connect(this.target);
    this.#join(socket, further);
    this.#join(further, socket);
  }

  #join(from: net.Socket, to: net.Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (bytes) => to.write(bytes));
    from.on("error", () => {});
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#mode === "silent") from.pause();
  }
}
