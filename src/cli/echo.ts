/** `plainsocket echo`: a server that sends every message back. */
import { parseArgs } from "node:util";
import { type ServerOptions, WebSocketServer } from "../node/index.js";
import { checkFlags, say, type Terminal, wholeNumber } from "./terminal.js";

export const ECHO_HELP = `plainsocket echo --port PORT
  Sends every message back, as it came. Prints its URL, and ends with Ctrl-C.

  --port PORT             TCP port; 0 takes a free one
  --host HOST             address to listen on (127.0.0.1)
  --compress              accept permessage-deflate
  --bytes                 do not decode text; it is checked all the same
  --any-origin            let pages of all origins connect, not only its own
  --max-message-bytes N   largest message (1048576)
  --max-fragments N       most fragments of a message (16384)`;

const OPTIONS = {
  port: { type: "string" },
  host: { type: "string", default: "127.0.0.1" },
  compress: { type: "boolean", default: false },
  bytes: { type: "boolean", default: false },
  "any-origin": { type: "boolean", default: false },
  "max-message-bytes": { type: "string", default: "1048576" },
  "max-fragments": { type: "string", default: "16384" },
} as const;

/** Room for a frame's header beside the largest message, so that the whole echo fits into the send queue. */
const HEADER_ROOM = 64;

/**
 * Starts the server, and runs until it is interrupted.
 *
 * @throws {UsageError | TypeError} The arguments are wrong.
 * @throws {Error} It cannot listen.
 */
export async function echo(args: readonly string[], terminal: Terminal): Promise<void> {
  const server = new WebSocketServer(echoOptions(args));
  server.on("connection", (connection) => {
    connection.on("message", (message, isText) => {
      connection.send(message, { type: isText ? "text" : "binary" });
    });
  });
  await server.listening();
  say(terminal.output, server.url);
  await terminal.interrupted;
  await server.shutdown({ deadlineMs: 1_000 });
}

function echoOptions(args: readonly string[]): ServerOptions {
  checkFlags("echo", args, OPTIONS);
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const maxMessageBytes = wholeNumber("max-message-bytes", values["max-message-bytes"]);
  return {
    port: wholeNumber("port", values.port ?? "9001", 65_535),
    host: values.host,
    perMessageDeflate: values.compress,
    textAs: values.bytes ? "bytes" : "string",
    origins: values["any-origin"] ? "*" : "same-origin",
    maxMessageBytes,
    maxFragments: wholeNumber("max-fragments", values["max-fragments"]),
    maxBufferedBytes: Math.max(maxMessageBytes + HEADER_ROOM, 1_048_576),
  };
}
