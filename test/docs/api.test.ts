// docs/api.md knows all that there is to import, and all options and members of what most use.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import * as nats from "../../src/brokers/nats/index.js";
import * as redis from "../../src/brokers/redis/index.js";
import * as contract from "../../src/contract/index.js";
import * as plainsocket from "../../src/index.js";
import * as manager from "../../src/manager/index.js";

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
  ["src/node/options.ts", "interface PerMessageDeflateOptions"],
  ["src/node/deflate.ts", "interface DeflateCodecOptions"],
  ["src/node/server-options.ts", "interface ServerOptions"],
  ["src/node/connect-options.ts", "interface ConnectOptions"],
  ["src/node/server-request.ts", "class ServerRequest"],
  ["src/node/server.ts", "class WebSocketServer"],
  ["src/node/connection.ts", "class WebSocketConnection"],
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
