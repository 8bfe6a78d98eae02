// Logs every function of src/ that is entered for one event, and how often: the walk that a reader has to follow.
//
// Usage: node .build/test/tools/walk.js [name of an event]
//
// Prints a row for each event, as docs/architecture.md has them; for the event named, the functions as well, in the
// order of files. V8 counts the calls, so nothing of the code is changed for it. Each event is the second of its kind:
// what is made once for the first is not on the way of the others.
import { once } from "node:events";
import { type Profiler, Session } from "node:inspector";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer, type WebSocketConnection } from "../../src/index.js";
import { ConnectionManager } from "../../src/manager/index.js";

const SOURCES = path.join(import.meta.dirname, "../../src/");
const REQUEST = [
  "GET / HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "\r\n",
].join("\r\n");
/** A masked text frame: "Hello" (RFC 6455 §5.7). */
const HELLO = Buffer.from("818537fa213d7f9f4d5158", "hex");

/** A function that was entered. */
interface Step {
  /** Relative to src/. */
  readonly file: string;
  readonly name: string;
  readonly calls: number;
}

type Walk = readonly Step[];

const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });

/** What has been entered since the last call of this. */
function takeWalk(): Walk {
  let scripts: Profiler.ScriptCoverage[] = [];
  session.post("Profiler.takePreciseCoverage", (_error, { result }) => {
    scripts = result;
  });
  return scripts
    .filter(({ url }) => url.startsWith("file://") && fileURLToPath(url).startsWith(SOURCES))
    .flatMap(({ url, functions }) => {
      const file = path.relative(SOURCES, fileURLToPath(url)).replace(/\.js$/, ".ts");
      return functions.flatMap(({ functionName: name, ranges }) => {
        const calls = ranges[0]?.count ?? 0;
        return calls > 0 && name !== "" ? [{ file, name, calls }] : [];
      });
    });
}

/** A server of ours, and the client and its socket here: only the server's end is ours. */
class Scene {
  readonly server = new WebSocketServer();
  readonly #listener = createServer((socket) => {
    this.#accepted?.(socket);
  });
  #accepted: ((socket: Socket) => void) | undefined;

  /** Connects a client that has not sent anything yet. */
  async connect(): Promise<{ peer: Socket; socket: Socket }> {
    if (!this.#listener.listening) await once(this.#listener.listen(0, "127.0.0.1"), "listening");
    const accepted = new Promise<Socket>((resolve) => {
      this.#accepted = resolve;
    });
    const address = this.#listener.address();
    if (address === null || typeof address === "string") throw new Error("there is no port");
    const peer = connectTcp(address.port, "127.0.0.1");
    return { peer, socket: await accepted };
  }

  /** Connects a client, and opens its connection. */
  async open(): Promise<{
    peer: Socket;
    socket: Socket;
    connection: WebSocketConnection<undefined>;
  }> {
    const { peer, socket } = await this.connect();
    const opened = new Promise<WebSocketConnection<undefined>>((resolve) => {
      this.server.once("connection", (connection) => resolve(connection));
    });
    this.server.accept(socket);
    peer.write(REQUEST);
    const connection = await opened;
    await once(peer, "data");
    return { peer, socket, connection };
  }

  async end(): Promise<void> {
    await this.server.shutdown({ deadlineMs: 0 });
    this.#listener.close();
  }
}

/** A chunk has arrived, until a listener has the message. */
async function receiving(scene: Scene): Promise<Walk> {
  const { peer, connection } = await scene.open();
  let walk: Walk = [];
  let told: (() => void) | undefined;
  connection.on("message", () => {
    walk = takeWalk();
    told?.();
  });
  for (const _first of [true, false]) {
    const received = new Promise<void>((resolve) => {
      told = resolve;
    });
    await quiet();
    takeWalk();
    peer.write(HELLO);
    await received;
  }
  return walk;
}

/** `send` is called, until the socket's `write` is. */
async function sending(scene: Scene): Promise<Walk> {
  const { socket, connection } = await scene.open();
  return untilWritten(socket, () => connection.send("Hello"));
}

/** A room's `broadcast` is called, until `write` is of the socket of its only member. */
async function broadcasting(scene: Scene): Promise<Walk> {
  const room = new ConnectionManager({ server: scene.server }).room("lobby");
  const { socket, connection } = await scene.open();
  await room.join(connection);
  return untilWritten(socket, () => void room.broadcast("Hello"));
}

/** The request has arrived, until a listener has the connection. */
async function upgrading(scene: Scene): Promise<Walk> {
  let walk: Walk = [];
  scene.server.on("connection", () => {
    walk = takeWalk();
  });
  for (const _first of [true, false]) {
    const { peer, socket } = await scene.connect();
    scene.server.accept(socket);
    await quiet();
    takeWalk();
    peer.write(REQUEST);
    await once(peer, "data");
  }
  return walk;
}

/** Does it twice. */
async function untilWritten(socket: Socket, act: () => void): Promise<Walk> {
  let walk: Walk = [];
  for (const _first of [true, false]) {
    const written = new Promise<void>((resolve) => {
      socket.write = (): boolean => {
        walk = takeWalk();
        resolve();
        return true;
      };
    });
    await quiet();
    takeWalk();
    act();
    await written;
  }
  return walk;
}

/** Lets all go by that was set going before. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const EVENTS: ReadonlyMap<string, { what: string; walkOf: (scene: Scene) => Promise<Walk> }> =
  new Map([
    ["receive", { what: "a chunk, until the listener has the message", walkOf: receiving }],
    ["send", { what: "`send`, until the socket's `write`", walkOf: sending }],
    [
      "broadcast",
      { what: "a room's `broadcast`, until its member's `write`", walkOf: broadcasting },
    ],
    ["upgrade", { what: "a request, until the listener has the connection", walkOf: upgrading }],
  ]);

const [detailed] = process.argv.slice(2);
console.log("| From, to | Files | Functions | Calls |\n| --- | --: | --: | --: |");
for (const [name, { what, walkOf }] of EVENTS) {
  const scene = new Scene();
  const walk = await walkOf(scene);
  await scene.end();
  const files = new Set(walk.map(({ file }) => file));
  const calls = walk.reduce((sum, step) => sum + step.calls, 0);
  console.log(`| ${what} | ${files.size} | ${walk.length} | ${calls} |`);
  if (name !== detailed) continue;
  for (const step of walk) console.log(`    ${step.calls} x ${step.file}  ${step.name}`);
}
