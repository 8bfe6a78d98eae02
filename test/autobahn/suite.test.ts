import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { suiteCommand, writeConfiguration } from "../../autobahn/suite.js";

const root = path.join(import.meta.dirname, "../..");
let cache = "";
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), "plainsocket-autobahn-"));
});
afterEach(() => rmSync(cache, { recursive: true }));

describe("writeConfiguration", () => {
  it("tells the suite's client which server to test, and with which cases", async () => {
    const file = await writeConfiguration("server", "ws://127.0.0.1:1", ["6.4.1"], { root, cache });

    expect(path.dirname(file)).toBe(cache);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      outdir: path.join(root, "autobahn/reports/server"),
      servers: [{ agent: "plainsocket", url: "ws://127.0.0.1:1" }],
      cases: ["6.4.1"],
      "exclude-cases": [],
      "exclude-agent-cases": {},
    });
  });

  it("tells the suite's server where to listen", async () => {
    const file = await writeConfiguration("client", "ws://127.0.0.1:1", ["*"], { root, cache });

    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      outdir: path.join(root, "autobahn/reports/client"),
      url: "ws://127.0.0.1:1",
      cases: ["*"],
      "exclude-cases": [],
      "exclude-agent-cases": {},
    });
  });
});

describe("suiteCommand", () => {
  const folders = { root: "/package", cache: "/package/.cache/autobahn" };

  it("starts wstest in the virtual environment, without its web server", () => {
    const runner = { type: "python", python: "python2.7" } as const;

    expect(suiteCommand(runner, "client", "/c.json", folders)).toEqual({
      program: "/package/.cache/autobahn/suite/venv/bin/python",
      args: "-u /package/autobahn/start-wstest.py -m fuzzingserver -s /c.json -u 0".split(" "),
    });
  });

  it("starts wstest in a container that sees its configuration, its reports and our ports", () => {
    const command = suiteCommand({ type: "docker" }, "server", "/c.json", folders);
    const line = [command.program, ...command.args].join(" ");
    const name = `plainsocket-autobahn-server-${process.pid}`;

    expect(line).toContain(`docker run --rm --init --name ${name} --network host`);
    expect(line).toContain("--volume /c.json:/c.json:ro");
    expect(line).toContain(
      "--volume /package/autobahn/reports/server:/package/autobahn/reports/server",
    );
    expect(line).toMatch(
      /crossbario\/autobahn-testsuite:[\d.]+ wstest -m fuzzingclient -s \/c.json -u 0$/,
    );
    expect(command.afterKill).toEqual(["docker", "rm", "--force", name]);
  });
});
