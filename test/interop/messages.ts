/** What peers are sent: sizes at which something changes, and a server and a client of ours to send it to. */
import { connect } from "../../src/node/client/connect.js";
import type { ConnectOptions } from "../../src/node/client/options.js";
import type { WebSocketConnection } from "../../src/node/connection/connection.js";
import { WebSocketServer } from "../../src/node/server/server.js";
import type { ServerOptions } from "../../src/node/server/options.js";

/** Where the length takes another form, then the default limit of a message. */
export const SIZES: readonly number[] = [0, 1, 125, 126, 127, 65_535, 65_536, 1_048_576];

/** Text of exactly so many bytes as UTF-8, with characters of one to four bytes in it. */
export function textOf(bytes: number): string {
  const piece = "a\u00e9\u20ac\u{1f600}";
  const rest = bytes % 10;
  return piece.repeat(Math.floor(bytes / 10)) + "x".repeat(rest);
}

/** Bytes that do not repeat soon, and compress badly. */
export function bytesOf(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 0x2545_f491;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 255;
  }
  return bytes;
}

/** A message of every size, as text and as bytes; then the same text again and again, for compression with a memory. */
export function messages(): (string | Buffer)[] {
  const sized = SIZES.flatMap((size) => [textOf(size), bytesOf(size)]);
  const json = JSON.stringify({ room: "lobby", from: "somebody", text: "hello ".repeat(50) });
  return [...sized, ...Array.from({ length: 5 }, (_, i) => `${json}${i}`)];
}

/** How an end may compress; the names are those of ws, too. */
export const DEFLATE_VARIANTS: readonly (readonly [
  name: string,
  deflate: DeflateVariant | false,
])[] = [
  ["without compression", false],
  ["with context takeover", {}],
  ["without context takeover of the server", { serverNoContextTakeover: true }],
  ["without context takeover of the client", { clientNoContextTakeover: true }],
  [
    "without any context takeover",
    { serverNoContextTakeover: true, clientNoContextTakeover: true },
  ],
  ["with windows of 512 bytes", { serverMaxWindowBits: 9, clientMaxWindowBits: 9 }],
];

export interface DeflateVariant {
  readonly serverNoContextTakeover?: boolean;
  readonly clientNoContextTakeover?: boolean;
  readonly serverMaxWindowBits?: number;
  readonly clientMaxWindowBits?: number;
}

/** A server of ours on a free port that sends every message back. */
export async function startEcho(options: ServerOptions = {}): Promise<WebSocketServer> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
  server.on("connection", (connection) => {
    connection.on("message", (message) => connection.send(message));
  });
  await server.listening();
  return server;
}

/** Sends each message and gives what comes back, one after the other. */
export async function echoes(
  connection: WebSocketConnection,
  sent: readonly (string | Buffer)[],
): Promise<(string | Buffer)[]> {
  const got: (string | Buffer)[] = [];
  const incoming = connection[Symbol.asyncIterator]();
  for (const message of sent) {
    connection.send(message);
    const { value, done } = await incoming.next();
    if (done === true) throw new Error("the connection ended");
    got.push(value);
  }
  return got;
}

/** Connects to a server that echoes, and checks that it does, then closes. @returns The extensions agreed on. */
export async function checkEcho(url: string, options: ConnectOptions = {}): Promise<string> {
  const connection = await connect(url, options);
  const sent = messages();
  const got = await echoes(connection, sent);
  for (const [i, message] of sent.entries()) {
    // One by one, and not by a matcher that would print a mebibyte.
    const same =
      typeof message === "string" ? message === got[i] : message.equals(toBuffer(got[i]));
    if (!same) throw new Error(`message ${i}, of ${message.length}, came back as something else`);
  }
  connection.close(1000);
  const { code, wasClean } = await connection.closed;
  if (code !== 1000 || !wasClean) throw new Error(`it closed with ${code}`);
  return connection.extensions;
}

function toBuffer(message: string | Buffer | undefined): Buffer {
  return Buffer.isBuffer(message) ? message : Buffer.from("not bytes");
}
