/** Our end of an open connection, in each of the ways to get one; the peer is the test itself. */
import { createServer } from "node:http";
import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import {
  connect,
  type ConnectionOptions,
  type ObservedFrame,
  resolveConnectionOptions,
  WebSocket,
  WebSocketConnection,
  WebSocketServer,
} from "../../src/index.js";
import { portOf, upgradeRequest } from "../support/raw-client.js";
import { eventually, NO_DEFLATE_LIMITS } from "../support/raw-peer.js";
import { acceptance, memoryPeer, StubPeer, StubServer } from "../support/stub-server.js";
import { BINARY, encodeFrame, SCRIPT_KEY, TEXT, type WireFrame } from "../support/wire-frame.js";
import { valuesOf } from "../support/wire-handshake.js";
import { MemorySocket } from "../support/wire-memory.js";

/** What the peer does in the opening handshake, and the application behind it. */
export interface Script {
  /** The peer offers or accepts these extensions. */
  readonly extensions?: string;
  /** The listener for messages. `undefined`: none is added. */
  readonly listener?: ((message: unknown) => unknown) | undefined;
}

/** What all kinds of end have in common. */
interface Ours {
  readonly extensions: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string): unknown;
  close(): void;
}

export class End {
  readonly ours: Ours;
  readonly peer: StubPeer;
  /** What our end wrote for Sec-WebSocket-Extensions. */
  readonly header: string | undefined;
  /** Messages that the application has got. */
  readonly got: unknown[];
  readonly frames: ObservedFrame[];
  /** What the application has been told of the end. */
  readonly ends: number[] = [];
  readonly #role: "client" | "server";

  constructor(
    ours: WebSocketConnection | WebSocket,
    { peer, role, frames, script, header }: Scene,
  ) {
    this.ours = ours;
    this.peer = peer;
    this.frames = frames;
    this.header = header;
    this.got = [];
    this.#role = role;
    const { listener = (message: unknown): void => void this.got.push(message) } = script;
    if (ours instanceof WebSocketConnection) {
      if (!("listener" in script) || script.listener) ours.on("message", listener);
      ours.on("close", ({ code }) => this.ends.push(code));
    } else {
      ours.binaryType = "arraybuffer";
      ours.addEventListener("message", ({ data }) => void listener(data));
      ours.addEventListener("close", ({ code }) => this.ends.push(code));
    }
  }

  /** Sends frames of the peer, in one piece. */
  send(...frames: readonly WireFrame[]): void {
    const form = this.#role === "server" ? { maskingKey: SCRIPT_KEY } : {};
    const encoded = new Map([...new Set(frames)].map((one) => [one, encodeFrame(one, form)]));
    this.peer.write(Buffer.concat(frames.flatMap((one) => encoded.get(one) ?? [])));
  }

  /** Waits for `count` frames of the peer. */
  async seen(count: number): Promise<void> {
    await eventually(() => this.received.length >= count);
  }

  get received(): ObservedFrame[] {
    return this.frames.filter(({ direction }) => direction === "received");
  }

  /** What comes first: a message that the application gets, or a Close frame for the peer. */
  async outcome(): Promise<unknown> {
    const isClosing = (): boolean => this.sent(8) !== undefined;
    await eventually(() => this.got.length > 0 || isClosing());
    return this.got.length > 0 ? this.got[0] : closeCodeOf(this.sent(8));
  }

  /** The first frame of ours with this opcode. */
  sent(opcode: number): ObservedFrame | undefined {
    return this.frames.find((one) => one.direction === "sent" && one.opcode === opcode);
  }

  /** The next frame that comes to the peer. */
  async next(): Promise<string> {
    const { opcode, payload } = await this.peer.frame();
    const name = opcode === TEXT || opcode === BINARY ? "message" : opcode === 9 ? "ping" : "close";
    return opcode === 8 ? `close ${Buffer.from(payload).readUInt16BE()}` : name;
  }

  [Symbol.dispose](): void {
    this.peer.socket.destroy();
  }
}

export function closeCodeOf(frame: Pick<ObservedFrame, "payload"> | undefined): number | undefined {
  return frame && Buffer.from(frame.payload).readUInt16BE();
}

interface Scene {
  readonly peer: StubPeer;
  readonly frames: ObservedFrame[];
  readonly script: Script;
  readonly role: "client" | "server";
  readonly header?: string | undefined;
}

/** Opens an end of ours with these options. */
export type Open = (options: ConnectionOptions, script?: Script) => Promise<End>;

/** What sees frames, unless the options have something of the kind. */
function observed(options: ConnectionOptions): { all: ConnectionOptions; frames: ObservedFrame[] } {
  const frames: ObservedFrame[] = [];
  const all = { onFrame: (frame: ObservedFrame) => void frames.push(frame), ...options };
  return { all, frames };
}

const overTransport: Open = (options, script = {}) => {
  const [here, there] = MemorySocket.pair();
  const { all, frames } = observed(options);
  const resolved = resolveConnectionOptions(all, "server");
  const connection = new WebSocketConnection({
    role: "server",
    transport: here,
    options: resolved,
    subprotocol: "",
    deflate: script.extensions && resolved.perMessageDeflate ? NO_DEFLATE_LIMITS : undefined,
    received: new Uint8Array(0),
    data: undefined,
  });
  const scene = { peer: new StubPeer(there), frames, script, role: "server" } as const;
  return Promise.resolve(new End(connection, scene));
};

/** How a server gets the transport of a client. */
type Admit = (
  options: ConnectionOptions,
) => Promise<{ server: WebSocketServer; dial: () => Duplex }>;

const listening: Admit = async (options) => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  await server.listening();
  const port = portOf(server);
  return { server, dial: () => connectTcp(port, "127.0.0.1") };
};

const SERVERS: Readonly<Record<string, Admit>> = {
  "an own listener": listening,
  accept: (options) => {
    const server = new WebSocketServer(options);
    return Promise.resolve({ server, dial: () => dialed((socket) => server.accept(socket)) });
  },
  "an http server": (options) => {
    const http = createServer();
    const server = new WebSocketServer({ server: http, ...options });
    const dial = (): Duplex => dialed((socket) => http.emit("connection", socket));
    return Promise.resolve({ server, dial });
  },
  handleUpgrade: (options) => {
    const http = createServer();
    const server = new WebSocketServer(options);
    http.on("upgrade", (request, socket, head) => server.handleUpgrade(request, socket, head));
    const dial = (): Duplex => dialed((socket) => http.emit("connection", socket));
    return Promise.resolve({ server, dial });
  },
};

function dialed(admit: (socket: Duplex) => void): Duplex {
  const [here, there] = MemorySocket.pair();
  admit(there);
  return here;
}

function overServer(admit: Admit): Open {
  return async (options, script = {}) => {
    const { all, frames } = observed(options);
    const { server, dial } = await admit(all);
    const opened = new Promise<WebSocketConnection>((resolve) => server.on("connection", resolve));
    const peer = new StubPeer(dial());
    peer.write(upgradeRequest("/", { "sec-websocket-extensions": script.extensions }));
    const [header] = valuesOf(await peer.head(), "sec-websocket-extensions");
    const end = new End(await opened, { peer, frames, script, role: "server", header });
    void server.stopListening();
    return end;
  };
}

async function accepted(peer: StubPeer, { extensions }: Script): Promise<string | undefined> {
  const head = await peer.head();
  const [offer] = valuesOf(head, "sec-websocket-extensions");
  const isAccepted = extensions !== undefined && offer !== undefined;
  const lines = isAccepted ? [`Sec-WebSocket-Extensions: ${extensions}`] : [];
  peer.write(acceptance(head, lines));
  return offer;
}

const overConnect: Open = async (options, script = {}) => {
  const { all, frames } = observed(options);
  const { peer, createConnection } = memoryPeer();
  const connecting = connect("ws://test.example/", { ...all, createConnection });
  const header = await accepted(peer, script);
  return new End(await connecting, { peer, frames, script, role: "client", header });
};

const overTcp: Open = async (options, script = {}) => {
  const { all, frames } = observed(options);
  const stub = await StubServer.start();
  const connecting = connect(`ws://${stub.authority}/`, all);
  const peer = await stub.next();
  const header = await accepted(peer, script);
  const end = new End(await connecting, { peer, frames, script, role: "client", header });
  peer.socket.once("close", () => void stub[Symbol.asyncDispose]());
  return end;
};

const overWebSocket: Open = async (options, script = {}) => {
  const { all, frames } = observed(options);
  const { peer, createConnection } = memoryPeer();
  const socket = new WebSocket("ws://test.example/", { ...all, createConnection });
  const opened = new Promise((resolve) => socket.addEventListener("open", resolve));
  const header = await accepted(peer, script);
  const end = new End(socket, { peer, frames, script, role: "client", header });
  await opened;
  return end;
};

export const A_CONNECTION: Readonly<Record<string, Open>> = { "a transport": overTransport };

export const OF_SERVER: Readonly<Record<string, Open>> = Object.fromEntries(
  Object.entries(SERVERS).map(([name, admit]) => [name, overServer(admit)]),
);

/** Those in which our end is a socket of Node, of a server and of a client. */
export const SERVER_TCP: Readonly<Record<string, Open>> = {
  "an own listener": overServer(listening),
};
export const CLIENT_TCP: Readonly<Record<string, Open>> = { "connect() over TCP": overTcp };

export const OF_CONNECT: Readonly<Record<string, Open>> = { "connect()": overConnect };

export const OF_WEBSOCKET: Readonly<Record<string, Open>> = { WebSocket: overWebSocket };
