// The installed package in TypeScript: each version and each kind of project that the docs name, all declarations checked.
import path from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { IS_LONG } from "../support/universal.js";
import { diagnose } from "./compilers.js";
import { ENTRY_POINTS, InstalledPackage, ROOT } from "./installed-package.js";

// A compiler takes seconds, more beside other tests.
vi.setConfig({ testTimeout: 180_000 });

let installed: InstalledPackage;

beforeAll(() => {
  installed = new InstalledPackage();
  installed.lend("@types/node");
  installed.lend("undici-types");
  return () => installed.remove();
});

const SERVER = `
  import { CloseCode, connect, WebSocketServer } from "plainsocket";
  import { RedisBroker, type RedisClient } from "plainsocket/brokers/redis";
  import { ConnectionManager } from "plainsocket/manager";
  export async function talk(redis: RedisClient): Promise<void> {
    const users = new Map<string, { userId: number }>();
    const server = new WebSocketServer({
      port: 0,
      authenticate: async ({ query }) => users.get(query.get("token") ?? ""),
    });
    server.on("connection", (connection) => {
      const { userId }: { userId: number } = connection.data;
      connection.on("message", (message) => connection.send(message));
      connection.close(CloseCode.NORMAL_CLOSURE, String(userId));
    });
    // @ts-expect-error -- there is no such event
    server.on("conection", () => {});
    const manager = new ConnectionManager({
      server,
      broker: new RedisBroker(redis),
      userOf: ({ data }) => String(data.userId),
    });
    manager.on("message", async (member, message) => {
      const status = await manager.room("lobby").join(member);
      if (status === "joined") manager.room("lobby").broadcast(message, { except: member });
    });
    // @ts-expect-error -- an object is not a message
    manager.broadcast({ hello: 1 });
    const connection = await connect("ws://localhost/", { subprotocols: ["chat"] });
    // @ts-expect-error -- a number is not a message
    connection.send(1);
    for await (const message of connection) {
      const text: string | Uint8Array = message;
      connection.send(text);
    }
  }`;

const PROTOCOL = `
  import { Opcode, ProtocolConnection, type Role } from "plainsocket/protocol";
  export const role: Role = "client";
  // @ts-expect-error -- one word per thing
  export const other: Role = "peer";
  export const opcode: 1 = Opcode.TEXT;
  export type Connection = ProtocolConnection;`;

const CONTRACT = `
  import { defineContract, type StandardWebSocket } from "plainsocket/contract";
  const isText = (value: unknown): value is string => typeof value === "string";
  const contract = defineContract({ fromClient: { say: isText }, fromServer: { said: isText } });
  export function talk(socket: StandardWebSocket): void {
    const said = (text: string, { signal }: { readonly signal: { readonly aborted: boolean } }) =>
      signal.aborted ? "" : text;
    const peer = contract.wrap(socket, { handlers: { said } });
    peer.send("say", "hello");
    // @ts-expect-error -- a number is not what was agreed on
    peer.send("say", 1);
  }`;

const PAGE = `
  import { defineContract, type ContractPeer, type MessageTypes } from "plainsocket/contract";
  import { talk } from "./contract.js";
  talk(new WebSocket("wss://localhost/"));
  const isText = (value: unknown): value is string => typeof value === "string";
  const contract = defineContract({ fromClient: {}, fromServer: { said: isText } });
  contract.wrap(new WebSocket("wss://localhost/"), {
    handlers: { said: async (text, { signal }) => void (await fetch(text, { signal })) },
  });
  export const end = (peer: ContractPeer<MessageTypes, MessageTypes>): AbortSignal => peer.signal;`;

/** A file of CommonJS: types and values, with and without parameters, and beside a file of ES modules. */
const REQUIRED = `
  import plainsocket = require("plainsocket");
  import { ConnectionManager } from "plainsocket/manager";
  export const code: 1000 = plainsocket.CloseCode.NORMAL_CLOSURE;
  // @ts-expect-error -- one code, one number
  export const other: 1001 = plainsocket.CloseCode.NORMAL_CLOSURE;
  export class Server extends plainsocket.WebSocketServer<{ readonly user: string }> {
    first(): plainsocket.WebSocketConnection<{ readonly user: string }> | undefined {
      for (const connection of this.connections) return connection;
      return undefined;
    }
  }
  export const manager: ConnectionManager<string> = new ConnectionManager();
  // @ts-expect-error -- the data is a string
  export const wrong: ConnectionManager<number> = manager;
  export function isOurs(error: unknown): string {
    return error instanceof plainsocket.HandshakeError ? error.code : "";
  }`;

/** What takes the WebSocket of the DOM, and what is written for it. */
const SOCKETS = `
  import { ErrorEvent as OurErrorEvent, WebSocket as Ours } from "plainsocket";
  export const constructor: new (url: string | URL, protocols?: string | string[]) => WebSocket = Ours;
  export const whole: typeof WebSocket = Ours;
  globalThis.WebSocket = Ours;
  export const wrapper: { create: (url: string) => WebSocket } = { create: (url) => new Ours(url) };
  export function listen(socket: WebSocket): void {
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => console.log(data.anything);
    socket.onerror = (event: Event) => console.log(event.type);
    socket.onclose = ({ code, reason, wasClean }) => console.log(code, reason, wasClean);
  }
  const socket = new Ours("ws://localhost/", ["chat"]);
  listen(socket);
  const onMessage = (event: MessageEvent): void => console.log(event.origin);
  const onClose = (event: CloseEvent): void => console.log(event.code);
  socket.onmessage = onMessage;
  socket.onclose = onClose;
  socket.onerror = ({ message, error }) => console.log(message.length, error);
  socket.addEventListener("message", onMessage, { once: true });
  socket.removeEventListener("message", onMessage);
  socket.addEventListener("close", ({ wasClean }) => console.log(wasClean));
  socket.addEventListener("error", (event: OurErrorEvent) => console.log(event.error));
  socket.addEventListener("other", (event) => console.log(event.type));
  socket.binaryType = "arraybuffer";
  export const binaryType: BinaryType = socket.binaryType;
  export const states: [0, 1, 2, 3] = [Ours.CONNECTING, socket.OPEN, Ours.CLOSING, socket.CLOSED];
  socket.close(1000, "bye");
  // @ts-expect-error -- there is no such value
  socket.binaryType = "nodebuffer";
  // @ts-expect-error -- a close event has no data
  socket.addEventListener("close", ({ data }) => console.log(data));`;

const EVERY_ENTRY = `
  export * as contract from "plainsocket/contract";
  export * as nats from "plainsocket/brokers/nats";
  export * as protocol from "plainsocket/protocol";`;

/** One process has one copy, so what CommonJS makes is what ES modules take. */
const BESIDE = `
  import { ConnectionManager } from "plainsocket/manager";
  import { WebSocketServer } from "plainsocket";
  import * as required from "./app.cjs";
  export const server: WebSocketServer<{ readonly user: string }> = new required.Server();
  export const manager: ConnectionManager<string> = required.manager;`;

const NODE = { types: ["node"], lib: ["ES2023", "ESNext.Disposable"] };
const BARE = { types: [], lib: ["ES2022"] };
const PAGES = { types: [], lib: ["ES2022", "DOM", "DOM.Iterable"] };
const BUNDLER = { module: "ESNext", moduleResolution: "Bundler" };
const STRICTER = {
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  isolatedModules: true,
};
const EVERYWHERE = ["5.4", "5.9", "7.0"];

/** What the oldest compiler reads in `npm test`, too: it takes the longest, and .ci/run lets all read all. */
const OLDEST_READS = new Set(["Node, ES modules and CommonJS", "those who do not know exports"]);

interface Project {
  readonly texts: Readonly<Record<string, string>>;
  readonly options: object;
  /** Which compilers know such projects. */
  readonly versions: readonly string[];
}

const PROJECTS: Readonly<Record<string, Project>> = {
  "Node, ES modules and CommonJS": {
    texts: {
      "app.mts": SERVER,
      "contract.mts": CONTRACT,
      "app.cts": REQUIRED,
      "beside.mts": BESIDE,
    },
    options: { module: "NodeNext", ...NODE, ...STRICTER },
    versions: EVERYWHERE,
  },
  "a Node that requires CommonJS alone": {
    texts: { "app.cts": REQUIRED, "server.cts": SERVER, "beside.mts": BESIDE },
    options: { module: "Node16", ...NODE },
    versions: EVERYWHERE,
  },
  "Node 20 by name": {
    texts: { "app.cts": REQUIRED, "server.cts": SERVER, "beside.mts": BESIDE },
    options: { module: "Node20", ...NODE },
    versions: ["5.9", "7.0"],
  },
  "those who do not know exports": {
    texts: { "app.ts": `${SERVER}\n${EVERY_ENTRY}` },
    options: { module: "CommonJS", moduleResolution: "Node10", ...NODE },
    versions: ["5.4", "5.9"],
  },
  "a server's bundler": {
    texts: { "app.ts": SERVER },
    options: { ...BUNDLER, ...NODE, verbatimModuleSyntax: true },
    versions: EVERYWHERE,
  },
  "what keeps its modules as they are": {
    texts: { "app.ts": SERVER, "app.cts": REQUIRED },
    options: { module: "Preserve", ...NODE },
    versions: EVERYWHERE,
  },
  "a bundler of both ends": {
    texts: { "app.ts": SERVER, "contract.ts": CONTRACT, "page.ts": PAGE, "sockets.ts": SOCKETS },
    options: { ...BUNDLER, ...PAGES, ...STRICTER, types: ["node"] },
    versions: EVERYWHERE,
  },
  "a page's bundler": {
    texts: { "core.ts": PROTOCOL, "contract.ts": CONTRACT, "page.ts": PAGE },
    options: { ...BUNDLER, ...PAGES },
    versions: EVERYWHERE,
  },
  "no platform": {
    texts: { "core.ts": PROTOCOL, "contract.ts": CONTRACT },
    options: { ...BUNDLER, ...BARE },
    versions: EVERYWHERE,
  },
  "who names no types": {
    texts: { "app.mts": SERVER },
    options: { module: "NodeNext", ...BARE },
    versions: EVERYWHERE,
  },
};

describe.each(Object.entries(PROJECTS))("a project for %s", (name, project) => {
  const { texts, options, versions } = project;
  const few = versions.filter((one) => one === (OLDEST_READS.has(name) ? "5.4" : "7.0"));
  it.each(IS_LONG ? versions : few)(
    "compiles with TypeScript %s, declarations included",
    (version) => {
      for (const [file, text] of Object.entries(texts)) installed.write(file, text);
      const common = { target: "ES2022", strict: true, skipLibCheck: false, noEmit: true };

      expect(compile(version, Object.keys(texts), { ...common, ...options })).toEqual([]);
    },
  );
});

it("finds in the declarations the values that there are, on both ways", () => {
  const texts = new Map<string, string>();
  for (const [name, source] of ENTRY_POINTS) {
    const values = Object.keys(source).map((value) => `${value}: 0`);
    const exact = `export const names: Record<keyof typeof all, 0> = { ${values.join(", ")} };`;
    const file = `names${name.replaceAll("/", "-")}`;
    texts.set(`${file}.mts`, `import * as all from "plainsocket${name}"; ${exact}`);
    texts.set(`${file}.cts`, `import all = require("plainsocket${name}"); ${exact}`);
  }
  for (const [file, text] of texts) installed.write(file, text);
  const options = { module: "Node16", strict: true, noEmit: true, ...NODE };

  expect(compile("7.0", [...texts.keys()], options)).toEqual([]);
});

function compile(version: string, files: readonly string[], compilerOptions: object): string[] {
  if (version === "5.4" || version === "5.9") {
    return diagnose(version, installed.app, files, compilerOptions);
  }
  installed.write("tsconfig.json", JSON.stringify({ compilerOptions, files }));
  const tsc = path.join(ROOT, "node_modules/typescript/bin/tsc");
  const { stdout, stderr } = installed.run(tsc, "--project", ".");
  return (stdout + stderr).split("\n").filter((line) => line !== "");
}
