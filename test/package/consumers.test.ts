// The installed package as applications use it: from ES modules, CommonJS, and the command line.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";
import { beforeAll, describe, expect, it, vi } from "vitest";
import * as entry from "../../src/index.js";
import * as protocol from "../../src/protocol/index.js";
import { ENTRY_POINTS, InstalledPackage, type Output, ROOT } from "./installed-package.js";

// Compilers and linters in processes of their own: a second or two each, more beside other tests.
vi.setConfig({ testTimeout: 180_000 });

let installed: InstalledPackage;

beforeAll(() => {
  installed = new InstalledPackage();
  return () => installed.remove();
});

const SUCCESS = { status: 0, stderr: "" };

/** @param folder - Of the application, or one in it with a package of its own. */
function expectSmoke(folder: string): void {
  for (const [source, target] of [
    ["package/smoke", "."],
    ["support/certificates", "certificates"],
  ] as const) {
    const destination = path.join(installed.app, folder, target);
    cpSync(path.join(ROOT, "test", source), destination, { recursive: true });
  }
  const output = installed.run(path.join(folder, "main.mjs"));

  expect(output.stdout.split("\n").filter((line) => line.startsWith("not ok"))).toEqual([]);
  expect(output).toMatchObject(SUCCESS);
  expect(output.stdout).toMatch(/^[1-9]\d* passed, 0 failed\n$/m);
}

/** Looks at the names of exports, and at those which stack traces give to functions and classes. */
function expectNames(load: string, source: object): void {
  installed.write(
    "names.mjs",
    `${load}
     const nameOf = (value) => (typeof value === "function" ? value.name : null);
     const values = Object.entries(all).map(([key, value]) => [key, nameOf(value)]);
     console.log(JSON.stringify(Object.fromEntries(values)));`,
  );
  const values = Object.entries(source).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === "function" ? value.name : null,
  ]);

  // "connect$1": a file has imported { connect } from "node:net", and not the whole module
  expect(JSON.parse(installed.run("names.mjs").stdout)).toEqual(Object.fromEntries(values));
  expect(values.length).toBeGreaterThan(0);
}

function sameInBoth(name: string): boolean {
  const [here, there] = [new Map(Object.entries(entry)), new Map(Object.entries(protocol))];
  return here.get(name) === there.get(name);
}

describe("from ES modules", () => {
  it("passes the smoke test, prints nothing else, and lets the process end", () => {
    expectSmoke(".");
  });

  it("does nothing but define, when imported", () => {
    installed.write(
      "inert.mjs",
      // what the loader of modules has open, it closes when it gets to it
      `const isOfLoader = (name) => /^(FS|FileHandle|CloseReq)/i.test(name);
       const look = () => [...Reflect.ownKeys(globalThis), ...process.getActiveResourcesInfo().filter((name) => !isOfLoader(name))];
       const before = look();
       await import("plainsocket");
       await import("plainsocket/manager");
       await import("plainsocket/protocol");
       await import("plainsocket/contract");
       await import("plainsocket/brokers/nats");
       await import("plainsocket/brokers/redis");
       console.log(look().slice(before.length).map(String).join());`,
    );

    expect(installed.run("inert.mjs")).toMatchObject({ ...SUCCESS, stdout: "\n" });
  });

  it.each(ENTRY_POINTS)(
    "has from plainsocket%s what its source exports, by name",
    (name, source) => {
      expectNames(`import * as all from "plainsocket${name}";`, source);
    },
  );

  it("has one of each class, whichever entry point it comes from", () => {
    const names = Object.keys(entry).filter((name) => sameInBoth(name));
    installed.write(
      "same.mjs",
      `import * as plainsocket from "plainsocket";
       import * as protocol from "plainsocket/protocol";
       const names = ${JSON.stringify(names)};
       console.log(names.filter((name) => plainsocket[name] !== protocol[name]).join());`,
    );

    expect(names).toEqual(expect.arrayContaining(["CloseCode", "ProtocolError"]));
    expect(installed.run("same.mjs")).toMatchObject({ ...SUCCESS, stdout: "\n" });
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

describe("from CommonJS", () => {
  it("can be required, and is the same module that import gives [K07]", () => {
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

describe("from a loader that takes CommonJS alone", () => {
  /** The files that `require` leads to, in a package that has nothing else to offer. */
  beforeAll(() => {
    const folder = path.join(installed.app, "old/node_modules/plainsocket");
    cpSync(installed.folder, folder, { recursive: true });
    const manifest: { exports: Record<string, string | { require: { default: string } }> } =
      JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    for (const [name, target] of Object.entries(manifest.exports)) {
      if (typeof target === "object") manifest.exports[name] = target.require.default;
    }
    writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
  });

  it("passes the smoke test", () => {
    expectSmoke("old");
  });

  it.each(ENTRY_POINTS)(
    "has from plainsocket%s what its source exports, by name",
    (name, source) => {
      const load = `import { createRequire } from "node:module";
      const all = createRequire(import.meta.dirname + "/old/")("plainsocket${name}");`;
      expectNames(load, source);
    },
  );

  // As Jest's does it.
  it("works where modules are compiled one by one, in another realm", () => {
    installed.write(
      "realm.cjs",
      `const fs = require("node:fs"), path = require("node:path"), vm = require("node:vm");
       const { AbortController, AbortSignal, Blob, DOMException, Event, EventTarget, MessageEvent, URL } = globalThis;
       const { Buffer, clearTimeout, console, performance, process, queueMicrotask, setImmediate, setTimeout, TextDecoder, TextEncoder } = globalThis;
       const realm = vm.createContext({
         AbortController, AbortSignal, Blob, DOMException, Event, EventTarget, MessageEvent, URL,
         Buffer, clearTimeout, console, performance, process, queueMicrotask, setImmediate, setTimeout, TextDecoder, TextEncoder,
       });
       const loaded = new Map();
       function load(file) {
         if (!loaded.has(file)) {
           const module = { exports: {} };
           loaded.set(file, module);
           const own = (name) => (name.startsWith(".") ? load(path.join(path.dirname(file), name)) : require(name));
           vm.compileFunction(fs.readFileSync(file, "utf8"), ["module", "exports", "require"], { parsingContext: realm, filename: file })(module, module.exports, own);
         }
         return loaded.get(file).exports;
       }
       const all = load(path.resolve("old/node_modules/plainsocket/dist/index.cjs"));
       Object.assign(realm, all);
       vm.runInContext(\`(async () => {
         const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
         server.on("connection", (connection) => connection.on("message", (message) => connection.send(message)));
         await server.listening();
         const connection = await connect(server.url);
         const echoes = [];
         connection.send("text");
         connection.send(new ArrayBuffer(3));
         for await (const message of connection) {
           if (echoes.push(message.length) === 2) break;
         }
         connection.close(1000);
         await connection.closed;
         await server.shutdown();
         console.log(echoes.join());
       })()\`, realm);`,
    );

    expect(installed.run("realm.cjs")).toMatchObject({ ...SUCCESS, stdout: "4,3\n" });
  });
});

describe("in a bundle", () => {
  const bundle = async (platform: "browser" | "node", code: string): Promise<string> => {
    installed.write("bundled.mjs", code);
    installed.write("required.cjs", `module.exports = require("plainsocket");`);
    const build = await rolldown({
      cwd: installed.app,
      input: "./bundled.mjs",
      platform,
      onLog: (_, { message }) => {
        throw new Error(message);
      },
    });
    const { output } = await build.write({ file: path.join(installed.app, "bundle.mjs") });
    await build.close();
    return output[0].code;
  };

  it("is one copy, whether a file imports or requires it, and runs", async () => {
    await bundle(
      "node",
      `import { connect, WebSocketServer } from "plainsocket";
       import required from "./required.cjs";
       const server = new required.WebSocketServer({ port: 0, host: "127.0.0.1" });
       await server.listening();
       const connection = await connect(server.url);
       connection.close(1000);
       const { wasClean } = await connection.closed;
       await server.shutdown();
       console.log(required.WebSocketServer === WebSocketServer, wasClean);`,
    );

    expect(installed.run("bundle.mjs")).toMatchObject({ ...SUCCESS, stdout: "true true\n" });
  });

  it.each(["contract", "protocol"])("has for pages all that plainsocket/%s needs", async (name) => {
    const code = await bundle("browser", `export * from "plainsocket/${name}";`);

    expect(code).not.toMatch(/from "|import\(|require\(/);
    expect(installed.run("bundle.mjs")).toMatchObject(SUCCESS);
  });
});

describe("from the command line", () => {
  it("says how to use it", () => {
    const output = installed.run("node_modules/plainsocket/dist/cli/main.js", "--help");

    expect(output).toMatchObject(SUCCESS);
    expect(output.stdout).toContain("echo");
    expect(output.stdout).toContain("connect");
  });
});
