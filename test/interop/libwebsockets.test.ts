import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { missing, requireTool } from "../support/require-tool.js";
import { startEcho } from "./messages.js";

const folder = mkdtempSync(join(tmpdir(), "plainsocket-"));
afterAll(() => rmSync(folder, { recursive: true }));

const client = compile();

/** Compiles the client in C. @returns The program; `undefined` when something for it is missing. */
function compile(): string | undefined {
  const gcc = requireTool("gcc", "apt-get install gcc libc6-dev");
  if (gcc === undefined) return undefined;
  try {
    execFileSync(gcc, ["-E", "-include", "libwebsockets.h", "-"], { input: "", stdio: "pipe" });
  } catch {
    missing("libwebsockets.h", "apt-get install libwebsockets-dev");
    return undefined;
  }
  const program = join(folder, "client");
  const source = fileURLToPath(new URL("c/client.c", import.meta.url));
  const flags = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror"];
  execFileSync(gcc, [...flags, "-o", program, source, "-lwebsockets"]);
  return program;
}

/** Runs a program; one that fails tells why on its output. */
async function outputOf(program: string, parameters: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, parameters, (error, stdout, stderr) => {
      resolve(error === null ? stdout : `${error.message} ${stdout} ${stderr}`);
    });
  });
}

/**
 * Where compression was agreed on, libwebsockets 4.1 tells messages that are not
 * compressed twice, so small ones are compressed here, too.
 */
const ALL = { thresholdBytes: 0 };

describe.skipIf(client === undefined)("libwebsockets, in C, and our server", () => {
  it.each([
    ["deflate", ALL, "permessage-deflate"],
    [
      "deflate",
      { ...ALL, serverNoContextTakeover: true, clientNoContextTakeover: true },
      "permessage-deflate",
    ],
    ["deflate", { ...ALL, serverMaxWindowBits: 9, clientMaxWindowBits: 9 }, "permessage-deflate"],
    ["deflate", false, ""],
    ["plain", undefined, ""],
  ] as const)(
    "exchange messages of 0 to 1 MiB, fragments and pings, and close: %s, we accept %j",
    async (mode, perMessageDeflate, extensions) => {
      await using server = await startEcho({ perMessageDeflate, subprotocols: ["echo"] });
      const seen: string[] = [];
      let ended: Promise<unknown> | undefined;
      server.on("connection", (connection) => {
        seen.push(connection.extensions, connection.subprotocol);
        ended = connection.closed;
      });
      const port = new URL(server.url).port;
      const output = await outputOf(client ?? "", [port, mode]);
      expect(output).toBe("ok\n");
      expect(seen).toEqual([extensions, "echo"]);
      expect(await ended).toMatchObject({ code: 4001, reason: "done", wasClean: true });
    },
  );
});
