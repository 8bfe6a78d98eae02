/** Real and imitated transports between a script and an endpoint in this process. */
import { once } from "node:events";
import {
  type AddressInfo,
  connect as connectTcp,
  createServer,
  type Server,
  Socket,
} from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, createSecureContext, TLSSocket } from "node:tls";
import { CA, KEY, LOCALHOST } from "./certificates/index.js";
import { MemorySocket } from "./wire-memory.js";

export type TransportName = "memory" | "tcp" | "tls";

export const TRANSPORTS: readonly TransportName[] = ["memory", "tcp", "tls"];

/** What a TLS server needs to be one that {@link dial} trusts. */
export const TLS_IDENTITY = { key: KEY, cert: LOCALHOST } as const;

/** Made once: to read certificates takes longer than all else that a script does over TLS. */
const SERVER_CONTEXT = createSecureContext(TLS_IDENTITY);
/** For clients that trust {@link TLS_IDENTITY}. */
export const TRUST = { secureContext: createSecureContext({ ca: CA }) } as const;

/** Starts listening on a free port of the loopback address. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return portOf(server);
}

export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on TCP");
  return address.port;
}

/** The TCP socket under each TLS socket made here: only that one can send a RST. */
const underTls = new WeakMap<Duplex, Socket>();

/** Cuts the connection with a RST. */
export function resetTransport(transport: Duplex): void {
  const socket = underTls.get(transport) ?? transport;
  if (socket instanceof Socket || socket instanceof MemorySocket) socket.resetAndDestroy();
  else throw new TypeError("no way to reset this transport");
}

/** Connects to a port of the loopback address. The result can end one half and keep the other. */
export async function dial(transport: "tcp" | "tls", port: number): Promise<Socket> {
  const socket = connectTcp({ port, host: "127.0.0.1", allowHalfOpen: true }).setNoDelay(true);
  await once(socket, "connect");
  if (transport === "tcp") return socket;

  const secure = connectTls({ socket, ...TRUST, servername: "localhost" });
  underTls.set(secure, socket);
  await once(secure, "secureConnect");
  return secure;
}

/** A place for one client to connect to. */
export interface Meeting {
  /** In URLs: `ws://localhost:1234`. */
  readonly origin: string;
  /** For clients that can be given their transport; the only way in when that is memory. */
  readonly createConnection: (() => Duplex) | undefined;
  /** The server's end. */
  readonly accepted: Promise<Duplex>;
}

export async function meet(transport: TransportName): Promise<Meeting> {
  if (transport === "memory") {
    const [client, server] = MemorySocket.pair();
    const accepted = Promise.resolve(server);
    return { origin: "ws://localhost", createConnection: () => client, accepted };
  }
  const server = createServer({ allowHalfOpen: true });
  const accepted = once(server, "connection").then(async ([socket]) => {
    server.close();
    return acceptOver(transport, socket);
  });
  const port = await listen(server);
  const scheme = transport === "tcp" ? "ws" : "wss";
  return { origin: `${scheme}://localhost:${port}`, createConnection: undefined, accepted };
}

async function acceptOver(transport: "tcp" | "tls", socket: Socket): Promise<Duplex> {
  socket.setNoDelay(true);
  if (transport === "tcp") return socket;
  const secure = new TLSSocket(socket, { isServer: true, secureContext: SERVER_CONTEXT });
  underTls.set(secure, socket);
  await once(secure, "secure");
  return secure;
}
