/** What the parts of a connection do that an application sets up over a transport of its own. */
import { expect } from "vitest";
import {
  type ConnectionSetup,
  resolveConnectionOptions,
  WebSocketConnection,
} from "../../src/index.js";
import { Fields } from "../../src/protocol/index.js";
import { NO_DEFLATE_LIMITS } from "../support/raw-peer.js";
import { StubPeer } from "../support/stub-server.js";
import { encodeFrame, frame, SCRIPT_KEY, TEXT } from "../support/wire-frame.js";
import { MemorySocket } from "../support/wire-memory.js";
import { row, type Table } from "./row.js";

type Setup = ConnectionSetup<string>;

/** A connection of this setup, and its peer. */
function made(setup: Partial<Setup>): { connection: WebSocketConnection<string>; peer: StubPeer } {
  const [transport, there] = MemorySocket.pair();
  const connection = new WebSocketConnection<string>({
    role: "server",
    transport,
    options: resolveConnectionOptions({}, "server"),
    subprotocol: "",
    deflate: undefined,
    received: new Uint8Array(0),
    data: "",
    ...setup,
  });
  return { connection, peer: new StubPeer(there) };
}

/** One member of a connection of this setup. */
function memberOf<Name extends keyof WebSocketConnection<string>>(
  setup: Partial<Setup>,
  name: Name,
): WebSocketConnection<string>[Name] {
  const { connection, peer } = made(setup);
  const value = connection[name];
  peer.socket.destroy();
  return value;
}

const response = (value: string) => ({ httpStatus: 101, headers: new Fields([["x-name", value]]) });

export const SETUP: Table<Setup> = {
  role: row(
    ["server", "client"] as const,
    async (role) => {
      const { connection, peer } = made({ role });
      connection.send("a");
      const { maskingKey } = await peer.frame();
      peer.socket.destroy();
      return maskingKey === undefined ? "not masked" : "masked";
    },
    ["not masked", "masked"],
  ),
  transport: row(
    ["one", "another"],
    (name) => {
      const [transport] = MemorySocket.pair();
      return memberOf({ transport: Object.assign(transport, { name }) }, "transport");
    },
    [expect.objectContaining({ name: "one" }), expect.objectContaining({ name: "another" })],
  ),
  options: row(
    [1, 2],
    async (maxMessageBytes) => {
      const options = resolveConnectionOptions({ maxMessageBytes }, "server");
      const received = encodeFrame(frame(TEXT, "ab"), { maskingKey: SCRIPT_KEY });
      const { connection, peer } = made({ options, received });
      connection.on("message", (message) => connection.send(message));
      const { opcode } = await peer.frame();
      peer.socket.destroy();
      return opcode;
    },
    [8, TEXT],
  ),
  subprotocol: row(["a", "b"], (subprotocol) => memberOf({ subprotocol }, "subprotocol"), [
    "a",
    "b",
  ]),
  deflate: row([undefined, NO_DEFLATE_LIMITS], (deflate) => memberOf({ deflate }, "extensions"), [
    "",
    "permessage-deflate",
  ]),
  received: row(
    ["one", "two"],
    async (text) => {
      const received = encodeFrame(frame(TEXT, text), { maskingKey: SCRIPT_KEY });
      const { connection, peer } = made({ received });
      const message = await new Promise((resolve) => void connection.once("message", resolve));
      peer.socket.destroy();
      return message;
    },
    ["one", "two"],
  ),
  data: row(["one", "two"], (data) => memberOf({ data }, "data"), ["one", "two"]),
  remoteAddress: row(
    [undefined, "203.0.113.9"],
    (remoteAddress) => memberOf({ remoteAddress }, "remoteAddress"),
    [undefined, "203.0.113.9"],
  ),
  response: row(
    ["one", "two"],
    (value) =>
      memberOf({ role: "client", response: response(value) }, "response")?.headers.get("x-name"),
    ["one", "two"],
  ),
  onClosed: row(
    ["one", "another"],
    (name) => toldOfTheEnd((tell) => ({ onClosed: () => tell(name) })),
    ["one", "another"],
  ),
  membership: row(
    ["one", "another"],
    (name) => toldOfTheEnd((tell) => ({ membership: { end: () => tell(name) } })),
    ["one", "another"],
  ),
};

/** What is told when the transport of a connection of this setup ends. */
function toldOfTheEnd(setupOf: (tell: (what: string) => void) => Partial<Setup>): Promise<string> {
  return new Promise((resolve) => made(setupOf(resolve)).connection.terminate());
}
