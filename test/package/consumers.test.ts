// The installed package as applications use it: ES modules, CommonJS, TypeScript, and the command line.
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import * as nats from "../../src/brokers/nats/index.js";
import * as redis from "../../src/brokers/redis/index.js";
import * as contract from "../../src/contract/index.js";
import * as entry from "../../src/index.js";
import * as manager from "../../src/manager/index.js";
import * as protocol from "../../src/protocol/index.js";
import { InstalledPackage, type Output, ROOT } from "./installed-package.js";

// Compilers and linters in processes of their own: a second or two each, more beside other tests.
vi.setConfig({ testTimeout: 180_000 });

let installed: InstalledPackage;

beforeAll(() => {
  installed = new InstalledPackage();
  return () => installed.remove();
});

const SUCCESS = { status: 0, stderr: "" };

describe("from ES modules", () => {
  it("passes the smoke test, prints nothing else, and lets the process end", () => {
    for (const [source, target] of [
      ["package/smoke", "."],
      ["support/certificates", "certificates"],
    ] as const) {
      const destination = path.join(installed.app, target);
      cpSync(path.join(ROOT, "test", source), destination, { recursive: true });
    }
    const output = installed.run("main.mjs");

    expect(output.stdout.split("\n").filter((line) => line.startsWith("not ok"))).toEqual([]);
    expect(output).toMatchObject(SUCCESS);
    expect(output.stdout).toMatch(/^[1-9]\d* passed, 0 failed\n$/m);
  });

  it("does nothing but define, when imported", () => {
    installed.write(
      "inert.mjs",
      `const count = () => [Reflect.ownKeys(globalThis), process.getActiveResourcesInfo()].map((list) => list.length);
       const before = count();
       await import("plainsocket");
       await import("plainsocket/manager");
       await import("plainsocket/protocol");
       await import("plainsocket/contract");
       await import("plainsocket/brokers/nats");
       await import("plainsocket/brokers/redis");
       const after = count();
       console.log(before.map((length, index) => after[index] - length).join());`,
    );

    expect(installed.run("inert.mjs")).toMatchObject({ ...SUCCESS, stdout: "0,0\n" });
  });

  it.each([
    ["", entry],
    ["/brokers/nats", nats],
    ["/brokers/redis", redis],
    ["/contract", contract],
    ["/manager", manager],
    ["/protocol", protocol],
  ])("has from plainsocket%s what its source exports, under the same names", (name, source) => {
    installed.write(
      "names.mjs",
      `import * as all from "plainsocket${name}";
       const nameOf = (value) => (typeof value === "function" ? value.name : null);
       const values = Object.entries(all).map(([key, value]) => [key, nameOf(value)]);
       console.log(JSON.stringify(Object.fromEntries(values)));`,
    );
    const values = Object.entries(source).map(([key, value]) => [key, nameOf(value)]);

    const output = installed.run("names.mjs");

    expect(JSON.parse(output.stdout)).toEqual(Object.fromEntries(values));
    expect(values.length).toBeGreaterThan(0);
  });

  it("has one of each class, whichever entry point it comes from", () => {
    installed.write(
      "same.mjs",
      `import * as plainsocket from "plainsocket";
       import * as protocol from "plainsocket/protocol";
       const shared = Object.keys(protocol).filter((name) => name in plainsocket);
       console.log(shared.length > 5, shared.filter((name) => plainsocket[name] !== protocol[name]).join());`,
    );

    expect(installed.run("same.mjs")).toMatchObject({ ...SUCCESS, stdout: "true \n" });
  });

  it("has traces that lead to the sources, where Node is asked to", () => {
    installed.write(
      "trace.mjs",
      `import { WebSocketServer } from "plainsocket";
       import { Opcode, parseFrameHeader } from "plainsocket/protocol";
       import { MemoryBroker } from "plainsocket/manager";
       for (const wrong of [() => new WebSocketServer({ port: "x" }), () => parseFrameHeader(1n), () => new MemoryBroker({ replay: 1 })]) {
         try { wrong(); console.log("fine"); } catch (error) { console.log(error.stack); }
       }`,
    );

    const { stdout } = installed.run("--enable-source-maps", "trace.mjs");

    expect(stdout).toMatch(/plainsocket\/src\/node\/[-a-z/]+\.ts:\d+/);
    expect(stdout).not.toMatch(/\/dist\//);
  });

  it("keeps its files to itself", () => {
    installed.write("deep.mjs", `import "plainsocket/dist/protocol/index.js";`);

    expect(installed.run("deep.mjs").stderr).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });
});

/** What a stack trace calls a function or class. */
function nameOf(value: unknown): string | null {
  return typeof value === "function" ? value.name : null;
}

describe("from CommonJS", () => {
  it("can be required, and is the same module that import gives", () => {
    installed.write(
      "app.cjs",
      `const required = require("plainsocket");
       const protocol = require("plainsocket/protocol");
       import("plainsocket").then((imported) => {
         console.log(typeof required.connect, required.WebSocketServer === imported.WebSocketServer);
         console.log(required.CloseCode === protocol.CloseCode);
       });`,
    );
    const output = installed.run("app.cjs");

    expect(output).toMatchObject({ status: 0, stdout: "function true\ntrue\n" });
  });

  it("makes Node say no more than it says about any ES module", () => {
    mkdirSync(path.join(installed.app, "node_modules/bare"), { recursive: true });
    installed.write(
      "node_modules/bare/package.json",
      `{ "name": "bare", "version": "1.0.0", "type": "module", "exports": "./index.js" }`,
    );
    installed.write("node_modules/bare/index.js", "export const nothing = 0;");
    installed.write("ours.cjs", `require("plainsocket");`);
    installed.write("other.cjs", `require("bare");`);

    expect(warningsOf(installed.run("ours.cjs"))).toEqual(warningsOf(installed.run("other.cjs")));
  });
});

/** Without process numbers and file names. */
function warningsOf({ status, stderr }: Output): { status: number | null; warnings: string[] } {
  const warnings = stderr.split("\n").map((line) => line.replace(/\(node:\d+\)|\S*\/\S*/g, "…"));
  return { status, warnings };
}

const SERVER = `
  import { CloseCode, connect, WebSocketServer } from "plainsocket";
  import { ConnectionManager } from "plainsocket/manager";
  export async function talk(): Promise<void> {
    const server = new WebSocketServer({
      port: 0,
      authenticate: async () => ({ userId: 1 }),
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
    const peer = contract.wrap(socket, { handlers: { said: (text) => text.length } });
    peer.send("say", "hello");
    // @ts-expect-error -- a number is not what was agreed on
    peer.send("say", 1);
  }`;

const PAGE = `
  import { talk } from "./contract.js";
  talk(new WebSocket("wss://localhost/"));`;

const REQUIRED = `
  import plainsocket = require("plainsocket");
  export const code: 1000 = plainsocket.CloseCode.NORMAL_CLOSURE;
  // @ts-expect-error -- one code, one number
  export const other: 1001 = plainsocket.CloseCode.NORMAL_CLOSURE;`;

const BUNDLER = { module: "ESNext", moduleResolution: "Bundler" };
const SERVER_SIDE = { types: ["node"], lib: ["ES2023", "ESNext.Disposable"] };

describe("from TypeScript", () => {
  beforeAll(() => {
    installed.lend("@types/node");
    installed.lend("undici-types");
  });

  // The lines that must be an error in each text show that the types are not `any`.
  // oxfmt-ignore
  it.each([
    ["Node",              { "app.mts": SERVER, "contract.mts": CONTRACT, "app.cts": REQUIRED }, { module: "NodeNext", ...SERVER_SIDE }],
    ["a bundler",         { "app.ts": SERVER },    { ...BUNDLER, ...SERVER_SIDE }],
    ["a page's bundler",  { "core.ts": PROTOCOL, "contract.ts": CONTRACT, "page.ts": PAGE }, { ...BUNDLER, types: [], lib: ["ES2022", "DOM"] }],
    ["no platform",       { "core.ts": PROTOCOL }, { ...BUNDLER, types: [], lib: ["ES2022"] }],
  ])("compiles for %s, declarations included", (_, texts, options) => {
    for (const [file, text] of Object.entries(texts)) installed.write(file, text);

    expect(compile(Object.keys(texts), options)).toMatchObject({ ...SUCCESS, stdout: "" });
  });
});

function compile(files: readonly string[], options: object): Output {
  const compilerOptions = {
    target: "ES2022",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    ...options,
  };
  installed.write("tsconfig.json", JSON.stringify({ compilerOptions, files }));
  return installed.run(path.join(ROOT, "node_modules/typescript/bin/tsc"), "--project", ".");
}

describe("from the command line", () => {
  it("says how to use it", () => {
    const output = installed.run("node_modules/plainsocket/dist/cli/main.js", "--help");

    expect(output).toMatchObject(SUCCESS);
    expect(output.stdout).toContain("echo");
    expect(output.stdout).toContain("connect");
  });
});
