/** Attempts of our clients to connect, whose server is the test itself. */
import type { LookupAddress } from "node:dns";
import { type LookupFunction, Socket } from "node:net";
import {
  connect,
  type ConnectOptions,
  HandshakeError,
  WebSocket,
  type WebSocketInit,
} from "../../src/index.js";
import { memoryPeer, type StubOptions, StubServer } from "../support/stub-server.js";
import type { Head } from "../support/wire-handshake.js";

/** What both take. */
export type Common = Pick<ConnectOptions, keyof ConnectOptions & keyof WebSocketInit>;

/** How an attempt has ended: `"open"`, or the code of the error. */
type Outcome = string;

/** Starts an attempt. */
export type Dial = (url: string, options: Common) => Promise<Outcome>;

export async function dialWith(url: string, options: ConnectOptions): Promise<Outcome> {
  try {
    (await connect(url, options)).terminate();
    return "open";
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof HandshakeError ? error.code : String(error);
}

export function dialWebSocket(url: string, options: WebSocketInit): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, options);
    socket.addEventListener("error", ({ error }) => resolve(codeOf(error)));
    socket.addEventListener("open", () => {
      socket.close();
      resolve("open");
    });
  });
}

export type Ways = Readonly<Record<string, Dial>>;

/** The head that a server gets. Then the attempt is cut off. */
export async function headOf(dial: Dial, options: Common): Promise<Head> {
  const { peer, createConnection } = memoryPeer();
  const ending = dial("ws://test.example/", { createConnection, ...options });
  const head = await peer.head();
  peer.socket.destroy();
  await ending;
  return head;
}

/** How an attempt ends in which the server accepts, with these lines in its response. */
export async function outcomeOf(
  dial: Dial,
  options: Common,
  lines: readonly string[],
): Promise<Outcome> {
  const { peer, createConnection } = memoryPeer();
  const ending = dial("ws://test.example/", { createConnection, ...options });
  await peer.accept(lines);
  const outcome = await ending;
  peer.socket.destroy();
  return outcome;
}

/** Calls `use` with what comes to a server on TCP from an attempt, and accepts that. */
export async function reaching(
  dial: Dial,
  options: Common,
  {
    host = "127.0.0.1",
    scheme = "ws",
    ...stub
  }: StubOptions & { host?: string; scheme?: string } = {},
): Promise<{ outcome: Outcome; from: string | undefined }> {
  await using server = await StubServer.start(stub);
  const port = stub.path === undefined ? server.port : 80;
  const ending = dial(`${scheme}://${host}:${port}/`, options);
  let from: string | undefined;
  const accepting = server.next().then(async (peer) => {
    if (peer.socket instanceof Socket) from = peer.socket.remoteAddress;
    await peer.accept();
  });
  accepting.catch(() => {}); // nobody comes where the attempt fails
  return { outcome: await ending, from };
}

export function noting(): { lookup: LookupFunction; families: unknown[] } {
  const families: unknown[] = [];
  const lookup: LookupFunction = (_name, { all, family }, callback) => {
    families.push(family ?? 0);
    const found: LookupAddress = { address: "127.0.0.1", family: 4 };
    queueMicrotask(() => callback(null, all === true ? [found] : found.address, 4));
  };
  return { lookup, families };
}

/** How an attempt ends whose first answer is a redirect. */
export async function redirected(options: ConnectOptions): Promise<Outcome> {
  let asked = 0;
  const createConnection = () => {
    const { peer, createConnection: open } = memoryPeer();
    const moved = ["HTTP/1.1 307 Moved", "Location: /there", "Content-Length: 0"];
    void (asked++ === 0 ? peer.answer(moved) : peer.accept());
    return open();
  };
  return await dialWith("ws://test.example/", { createConnection, ...options });
}
