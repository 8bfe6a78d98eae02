/** `plainsocket connect`: a client to type into. */
import { Buffer } from "node:buffer";
import { parseArgs } from "node:util";
import {
  type ConnectOptions,
  type Message,
  type WebSocketConnection,
  connect,
} from "../node/index.js";
import {
  type ObservedFrame,
  Opcode,
  opcodeName,
  reservedBitNames,
  visibleText,
} from "../protocol/index.js";
import { Prompt } from "./prompt.js";
import { type Terminal, UsageError, checkFlags } from "./terminal.js";

export const CONNECT_HELP = `plainsocket connect URL
  Sends each line you type as a text message, and shows what comes. Ctrl-D closes.
  Control characters in what comes are shown as escapes.
  URL may be ws, wss, http, https, or ws+unix:/path/to.sock:/what/to/ask?for

  --subprotocol NAME      offer a subprotocol; may be given more than once
  --header "Name: value"  add a header field; may be given more than once
  --origin ORIGIN         send an Origin, as a browser would
  --proxy URL             ask this HTTP proxy for a tunnel; "environment" takes that of HTTPS_PROXY,
                          HTTP_PROXY or ALL_PROXY, and none for the hosts in NO_PROXY
  --follow-redirects      go where the server sends you, up to 5 times
  --show-response         show the header of the server's answer
  --compress              offer permessage-deflate
  --show-frames           show every frame: direction, opcode, flags, length, masking key, payload`;

const OPTIONS = {
  subprotocol: { type: "string", multiple: true },
  header: { type: "string", multiple: true },
  origin: { type: "string" },
  proxy: { type: "string" },
  "follow-redirects": { type: "boolean", default: false },
  "show-response": { type: "boolean", default: false },
  compress: { type: "boolean", default: false },
  "show-frames": { type: "boolean", default: false },
} as const;

/** Advice for the options of wscat and websocat. */
const ADVICE = {
  "-c": "leave it out, the URL is all it takes",
  "-H": "use --header",
  "-l": "use plainsocket echo",
  "-o": "use --origin",
  "-s": "use --subprotocol",
  "--connect": "leave it out, the URL is all it takes",
  "--listen": "use plainsocket echo",
  "--protocol": "use --subprotocol",
};

/**
 * Connects, and runs until the connection has ended.
 *
 * @throws {UsageError | TypeError | SyntaxError} The arguments are wrong.
 * @throws {HandshakeError} The connection could not be opened.
 */
export async function connectAndTalk(args: readonly string[], terminal: Terminal): Promise<void> {
  checkFlags("connect", args, OPTIONS, ADVICE);
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  const [url, ...others] = positionals;
  if (url === undefined || others.length > 0)
    throw new UsageError("plainsocket connect takes one URL");

  const lines: string[] = [];
  let print = (line: string): void => void lines.push(line);
  const giveUp = new AbortController();
  void terminal.interrupted.then(() => giveUp.abort());
  const options: ConnectOptions = {
    subprotocols: values.subprotocol ?? [],
    headers: (values.header ?? []).map(toHeader),
    origin: values.origin,
    proxy: values.proxy,
    followRedirects: values["follow-redirects"],
    perMessageDeflate: values.compress,
    onFrame: values["show-frames"] ? (frame) => print(frameLine(frame)) : undefined,
    signal: giveUp.signal,
  };
  const connection = await connect(url, options);
  const prompt = new Prompt(terminal);
  print = (line) => prompt.print(line);
  const { subprotocol, extensions } = connection;
  print(["connected", subprotocol, extensions].filter((part) => part !== "").join(", "));
  if (values["show-response"]) {
    for (const [name, value] of connection.response?.headers ?? []) {
      print(`${name}: ${visibleText(value)}`);
    }
  }
  for (const line of lines) print(line);
  await talk(connection, prompt, terminal);
}

async function talk(
  connection: WebSocketConnection,
  prompt: Prompt,
  terminal: Terminal,
): Promise<void> {
  connection.on("message", (message) => prompt.print(`< ${describe(message)}`));
  prompt.start({
    onLine: (line) => connection.send(line),
    onEnd: () => connection.close(1000),
  });
  void terminal.interrupted.then(() => prompt.end());
  const { code, reason, error } = await connection.closed;
  const why = error === undefined ? "" : `: ${error.message}`;
  prompt.end();
  prompt.print(`closed with ${code} ${visibleText(reason)}`.trimEnd() + why);
}

function describe(message: Message): string {
  return typeof message === "string"
    ? visibleText(message)
    : `${message.length} bytes ${Buffer.from(message.subarray(0, 64)).toString("hex")}`;
}

function toHeader(text: string): [string, string] {
  const colon = text.indexOf(":");
  // What was given may be a secret, and what is complained of may be in a log.
  if (colon < 1) {
    throw new UsageError('--header takes "Name: value": there is no name with a colon behind it');
  }
  return [text.slice(0, colon), text.slice(colon + 1).trim()];
}

/** The number of bytes of a payload that a line shows. */
const SHOWN_BYTES = 64;

/**
 * Writes one frame as one line: direction, opcode, flags, length, masking key, payload.
 *
 *     → text FIN 5 bytes key 37fa213d 48656c6c6f "Hello"
 */
function frameLine(frame: ObservedFrame): string {
  const { direction, opcode, payload, payloadLength, masked, headerBytes } = frame;
  const shown = Buffer.from(payload.subarray(0, SHOWN_BYTES));
  const parts = [direction === "sent" ? "→" : "←", opcodeName(opcode), ...flagsOf(frame)];
  parts.push(`${payloadLength} bytes`);
  if (masked) parts.push("key", Buffer.from(headerBytes.subarray(-4)).toString("hex"));
  if (shown.length > 0)
    parts.push(shown.toString("hex") + (payloadLength > shown.length ? "…" : ""));
  if (isReadable(frame)) parts.push(`"${visibleText(shown.toString("utf8"))}"`);
  return parts.join(" ");
}

function flagsOf({ fin, rsv }: ObservedFrame): string[] {
  const reserved = reservedBitNames(rsv);
  return fin ? ["FIN", ...reserved] : reserved;
}

/** Whether the payload is text that can be shown: compressed text cannot. */
function isReadable({ opcode, rsv, payloadLength }: ObservedFrame): boolean {
  return payloadLength > 0 && rsv === 0 && opcode <= Opcode.TEXT;
}
