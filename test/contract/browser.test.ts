// The module in a browser, as it is compiled: no bundler, no platform of ours.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineContract } from "../../src/contract/index.js";
import { WebSocketServer } from "../../src/index.js";
import { chromiumPath, launchBrowser } from "../support/browser.js";

const ROOT = path.join(import.meta.dirname, "../..");
const FOLDER = path.join(ROOT, ".cache", "contract-browser");

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";

const contract = defineContract({
  fromClient: { say: isText, double: { request: isNumber, response: isNumber } },
  fromServer: { said: isText, agent: { request: isText, response: isText } },
});

const PAGE = `<!doctype html><script type="module">
  import { defineContract } from "/contract/index.js";
  const isText = (value) => typeof value === "string";
  const isNumber = (value) => typeof value === "number";
  const contract = defineContract({
    fromClient: { say: isText, double: { request: isNumber, response: isNumber } },
    fromServer: { said: isText, agent: { request: isText, response: isText } },
  });
  const peer = contract.wrap(new WebSocket(location.href.replace("http", "ws")), {
    handlers: { agent: () => navigator.userAgent },
  });
  const said = new Promise((resolve) => peer.on("said", resolve));
  await peer.opened;
  peer.send("say", "hello");
  const results = {
    said: await said,
    doubled: await peer.request("double", 21),
    refused: await peer.request("double", "x").catch((error) => error.code + ": " + error.message),
    timeout: await peer.request("double", 0, { timeoutMs: 1 }).catch((error) => error.code),
    aborted: await peer.request("double", 0, { signal: AbortSignal.abort() }).catch((error) => error.name),
    ping: (await peer.ping()) >= 0,
  };
  peer.close(1000);
  await new Promise((resolve) => peer.signal.addEventListener("abort", resolve));
  results.closed = await peer.request("double", 1).catch((error) => error.code);
  window.results = results;
</script>`;

describe.skipIf(chromiumPath === undefined)("a contract in Chromium", () => {
  let browser: Browser;
  let http: Server;
  let server: WebSocketServer;
  let url: string;

  beforeAll(async () => {
    const compiler = path.join(ROOT, "node_modules/typescript/bin/tsc");
    const project = path.join(ROOT, "src/contract");
    const sources = path.join(ROOT, "src");
    const options = ["--noEmit", "false", "--rootDir", sources, "--outDir", FOLDER];
    const { stdout } = spawnSync(process.execPath, [compiler, "-p", project, ...options], {
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    http = createServer((request, response) => {
      const name = new URL(request.url ?? "/", "http://page").pathname;
      const isScript = name.endsWith(".js");
      response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? readFileSync(path.join(FOLDER, name)) : PAGE);
    });
    await new Promise<void>((resolve) => {
      http.listen(0, "127.0.0.1", resolve);
    });
    server = new WebSocketServer({ server: http });
    url = server.url.replace("ws", "http");
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await server.shutdown();
    http.close();
    rmSync(FOLDER, { recursive: true, force: true });
  });

  it("talks to a server of ours, asks it and is asked", async () => {
    const agents: string[] = [];
    server.on("connection", (connection) => {
      contract.serve(connection, {
        handlers: {
          say: async (text, { peer }) => {
            agents.push(await peer.request("agent", "who?"));
            peer.send("said", text.toUpperCase());
          },
          // Nothing comes of 0, until nobody waits for it any more.
          double: (n, { signal }) =>
            n !== 0
              ? n * 2
              : new Promise((resolve) => {
                  signal.addEventListener("abort", () => resolve(0));
                }),
        },
      });
    });
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(url);
    await page.waitForFunction("window.results");

    expect(await page.evaluate("results")).toEqual({
      said: "HELLO",
      doubled: 42,
      refused: "REFUSED: Invalid message format",
      timeout: "TIMEOUT",
      aborted: "AbortError",
      ping: true,
      closed: "CLOSED",
    });
    expect(agents).toEqual([expect.stringContaining("Chrom")]);
    expect(errors).toEqual([]);
  });
});
