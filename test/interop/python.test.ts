import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { connect } from "../../src/node/client/connect.js";
import type { WebSocketServer } from "../../src/node/server/server.js";
import { missing } from "../support/require-tool.js";
import { checkEcho, startEcho } from "./messages.js";

const run = promisify(execFile);

/** Debian's, whatever else is on PATH: the library is installed for this one. */
const PYTHON = "/usr/bin/python3";
const hasLibrary = hasWebsockets();
if (!hasLibrary) missing("python3-websockets", "apt-get install python3-websockets");

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function hasWebsockets(): boolean {
  if (!existsSync(PYTHON)) return false;
  try {
    execFileSync(PYTHON, ["-c", "import websockets"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function script(name: string): string {
  return fileURLToPath(new URL(`python/${name}`, import.meta.url));
}

/** Starts the server in Python. @returns Its URL, without a path. */
async function startPython(mode: "deflate" | "plain"): Promise<string> {
  const server = spawn(PYTHON, [script("server.py"), mode], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(server, "exit");
  cleanups.push(() => {
    server.stdin.end();
    return exited;
  });
  const [port] = await once(server.stdout, "data");
  return `ws://127.0.0.1:${Number(String(port))}`;
}

describe.skipIf(!hasLibrary)("our client and a server of Python's websockets", () => {
  it.each([
    ["deflate", undefined, "permessage-deflate"],
    [
      "deflate",
      { serverNoContextTakeover: true, clientNoContextTakeover: true },
      "permessage-deflate",
    ],
    ["deflate", { serverMaxWindowBits: 10, clientMaxWindowBits: 10 }, "permessage-deflate"],
    ["deflate", false, ""],
    ["plain", undefined, ""],
  ] as const)(
    "exchange messages of 0 to 1 MiB: %s, we offer %j",
    async (mode, perMessageDeflate, extensions) => {
      const url = await startPython(mode);
      expect(await checkEcho(`${url}/echo`, { perMessageDeflate })).toBe(extensions);
    },
  );

  it("exchange messages in fragments, compressed or not", async () => {
    for (const mode of ["deflate", "plain"] as const) {
      const connection = await connect(`${await startPython(mode)}/fragments`);
      const incoming = connection[Symbol.asyncIterator]();
      await connection.sendStream(["one, ", "", "two, ", "x".repeat(70_000)]);
      const { value } = await incoming.next();
      expect(value === `one, two, ${"x".repeat(70_000)}`).toBe(true);
      connection.send(Buffer.alloc(100_000, 7));
      const second = await incoming.next();
      expect(Buffer.alloc(100_000, 7).equals(Buffer.from(second.value ?? ""))).toBe(true);
      connection.close();
      await connection.closed;
    }
  });

  it("ping each other", async () => {
    const connection = await connect(`${await startPython("plain")}/ping`);
    expect(await connection.ping()).toBeGreaterThanOrEqual(0);
    const { value } = await connection[Symbol.asyncIterator]().next();
    expect(value).toBe("pong came");
    connection.close(1000);
    expect(await connection.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  it("close with code and reason, from either side", async () => {
    const url = await startPython("plain");
    for (const [code, reason] of [
      [1000, ""],
      [1001, "going away"],
      [4999, "h\u00e9llo \u2713"],
    ] as const) {
      const theirs = await connect(`${url}/close/${code}/${encodeURIComponent(reason)}`);
      expect(await theirs.closed).toMatchObject({ code, reason, wasClean: true });
      const ours = await connect(`${url}/echo`);
      ours.close(code, reason);
      expect(await ours.closed).toMatchObject({ code, reason, wasClean: true });
    }
  });

  it("agree on a subprotocol", async () => {
    const url = await startPython("plain");
    const connection = await connect(`${url}/echo`, { subprotocols: ["a", "b"] });
    expect(connection.subprotocol).toBe("b");
    connection.close();
    await connection.closed;
  });
});

describe.skipIf(!hasLibrary)("a client of Python's websockets and our server", () => {
  it.each([
    ["deflate", undefined],
    ["deflate", { serverNoContextTakeover: true, clientNoContextTakeover: true }],
    ["deflate", { serverMaxWindowBits: 9, clientMaxWindowBits: 9 }],
    ["deflate", false],
    ["plain", undefined],
  ] as const)(
    "exchange messages, fragments and pings, and close: %s, we accept %j",
    async (mode, perMessageDeflate) => {
      const server = await startEcho({ perMessageDeflate });
      cleanups.push(() => server.shutdown({ deadlineMs: 0 }));
      const ends = closings(server);
      const { stdout } = await run(PYTHON, [script("client.py"), server.url, mode]);
      expect(JSON.parse(stdout)).toEqual({
        echoed: 16,
        fragments: true,
        pong: true,
        close: [4001, "döne"],
        closed: [3001, "as you wish"],
      });
      expect(await Promise.all(ends)).toEqual([
        expect.objectContaining({ code: 4001, reason: "döne", wasClean: true }),
        expect.objectContaining({ code: 3001, reason: "as you wish", wasClean: true }),
      ]);
    },
  );
});

/** How each connection ends; one that asks for it is closed. */
function closings(server: WebSocketServer): Promise<unknown>[] {
  const ends: Promise<unknown>[] = [];
  server.on("connection", (connection) => {
    ends.push(connection.closed);
    connection.on("message", (message) => {
      if (message === "close, please") connection.close(3001, "as you wish");
    });
  });
  return ends;
}
