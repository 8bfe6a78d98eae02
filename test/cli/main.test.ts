// The command as a process: what it does with signals, exit codes and the terminal's streams.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { CLOSE, closePayload, frame } from "../support/wire-frame.js";

const ROOT = path.join(import.meta.dirname, "../..");

describe("the plainsocket process", () => {
  let folder: string;

  beforeAll(() => {
    mkdirSync(path.join(ROOT, ".cache"), { recursive: true });
    folder = mkdtempSync(path.join(ROOT, ".cache/cli-"));
    copyFileSync(path.join(ROOT, "package.json"), path.join(folder, "package.json"));
    const tsc = path.join(ROOT, "node_modules/typescript/bin/tsc");
    const target = ["--outDir", path.join(folder, "dist"), "--declaration", "false"];
    const flags = [
      "--noCheck",
      "--emitDeclarationOnly",
      "false",
      "--isolatedDeclarations",
      "false",
    ];
    spawnSync(process.execPath, [tsc, "-p", path.join(ROOT, "src"), ...target, ...flags]);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const start = (...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [path.join(folder, "dist/cli/main.js"), ...args], {
      env: { ...process.env, NODE_OPTIONS: "" },
    });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "ends on %s: says 1001 to its clients, takes no new ones, and waits for nobody for long",
    async (signal) => {
      const echo = start("echo", "--port", "0");
      const [line] = await once(echo.stdout!, "data");
      const to = { port: Number(new URL(String(line).trim()).port) };
      using polite = await RawClient.send(to, upgradeRequest());
      using dead = await RawClient.send(to, upgradeRequest());
      await polite.head();
      await dead.head();
      const ended = once(echo, "exit");
      echo.kill(signal);

      expect(await polite.frame()).toMatchObject({ opcode: CLOSE, payload: closePayload(1001) });
      await expect(RawClient.connect(to)).rejects.toMatchObject({ code: "ECONNREFUSED" });
      polite.sendFrames(frame(CLOSE, closePayload(1001)));
      polite.socket.end();
      await polite.closed();
      expect(await ended).toEqual([0, null]);
    },
  );

  it("echoes a line from a pipe, and ends with its input", async () => {
    const echo = start("echo", "--port", "0");
    const [line] = await once(echo.stdout!, "data");
    const talk = start("connect", String(line).trim());
    const ended = once(talk, "close"); // not "exit", when the pipe may still hold output
    let printed = "";
    talk.stdout!.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes("< hello")) talk.stdin!.end();
    });
    talk.stdin!.write("hello\n");

    expect(await ended).toEqual([0, null]);
    expect(printed).toBe("connected\n< hello\nclosed with 1000\n");
    echo.kill();
    await once(echo, "exit");
  });

  it("has exit code 2 for what it does not understand, and says so on stderr", async () => {
    const output = spawnSync(process.execPath, [
      path.join(folder, "dist/cli/main.js"),
      "echo",
      "--frobnicate",
    ]);

    expect(output.status).toBe(2);
    expect(output.stdout.toString()).toBe("");
    expect(output.stderr.toString()).toMatch(
      /^plainsocket: echo has no option "--frobnicate"\. Its options are --port, .*\n$/,
    );
  });
});
