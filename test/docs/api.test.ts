// docs/api.md knows all that there is to import, and all options and members of what most use.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import * as nats from "../../src/brokers/nats/index.js";
import * as redis from "../../src/brokers/redis/index.js";
import * as contract from "../../src/contract/index.js";
import * as plainsocket from "../../src/index.js";
import * as manager from "../../src/manager/index.js";
import { PageExamples } from "../support/page-examples.js";

const ROOT = path.join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
/** The page, and those it says have the rest. */
const pages = ["api", "rooms", "contract", "metrics"].map((name) => read(`docs/${name}.md`)).join();

const isNamed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(pages);

it.each(Object.entries({ plainsocket, manager, contract, redis, nats }))(
  "what can be imported from %s",
  (_name, exports) => {
    expect(Object.keys(exports).filter((name) => !isNamed(name))).toEqual([]);
  },
);

it.each([
  ["src/node/options.ts", "interface ConnectionOptions"],
  ["src/node/deflate.ts", "interface PerMessageDeflateOptions"],
  ["src/node/deflate.ts", "interface DeflateCodecOptions"],
  ["src/node/server/options.ts", "interface ServerOptions"],
  ["src/node/client/options.ts", "interface ConnectOptions"],
  ["src/node/connection/written.ts", "interface WrittenOptions"],
  ["src/node/client/route.ts", "interface RouteOptions"],
  ["src/node/client/options.ts", "interface Redirect"],
  ["src/node/server/request.ts", "class ServerRequest"],
  ["src/node/server/server.ts", "class WebSocketServer"],
  ["src/node/connection/connection.ts", "class WebSocketConnection"],
  ["src/manager/manager-options.ts", "interface ManagerOptions"],
  ["src/manager/connection-manager.ts", "class ConnectionManager"],
])("what is in %s: %s", (file, declaration) => {
  const text = read(file);
  const body = text.slice(text.indexOf(`export ${declaration}`)).split("\n}\n")[0] ?? "";
  const members = body.matchAll(/^ {2}(?:readonly |get |set |async )*(\w+)\??[:(<]/gm);
  const names = Array.from(members, ([, name = ""]) => name).filter(
    (name) => name !== "constructor",
  );
  // Jobs off the main thread have one queue in a process, unless a codec is made by hand.
  const own = new Set(["if", "return", "maxOffThreadJobs"]);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !own.has(name) && !isNamed(name))).toEqual([]);
});

/** What the pieces of code take for granted. */
const AROUND = `
import { Redis } from "ioredis";
import { connect, prepareMessage, reject, WebSocketServer } from "plainsocket";
import { RedisBroker } from "plainsocket/brokers/redis";
import { ConnectionManager } from "plainsocket/manager";
import { portablePlatform, ProtocolConnection, type ProtocolEvent } from "plainsocket/protocol";

declare const server: WebSocketServer<unknown>;
declare const state: object;
declare const bytes: Uint8Array;
declare const userOf: (cookie: string | undefined) => Promise<string | undefined>;
declare const randomInt32: () => number;
declare const handle: (event: ProtocolEvent) => void;
declare const write: (chunk: Uint8Array) => void;
`;

it("what is written as code compiles", () => {
  const page = new PageExamples("api");
  const pieces = Array.from(page.text.matchAll(/```ts\n(.*?)```/gs), ([, code = ""]) => code);
  expect(pieces.length).toBeGreaterThan(6);
  page.write();
  onTestFinished(() => page.remove());
  const used =
    "export { connect, ConnectionManager, portablePlatform, prepareMessage, ProtocolConnection, Redis, RedisBroker, reject, WebSocketServer, bytes, handle, randomInt32, server, state, userOf, write };";
  for (const [i, code] of pieces.entries()) {
    page.writeOne(`${i}.ts`, `${AROUND}\nexport async function piece() {\n${code}\n}\n${used}`);
  }
  const unused = /TS6133: '(connection|server|manager)' is declared/; // a piece ends where it is made
  const lines = page
    .compile()
    .trim()
    .split("\n")
    .filter((line) => line !== "" && !unused.test(line));
  expect(lines).toEqual([]);
});
