/** The table of the WHATWG interface against our WebSocket, and against the one of a browser: both answer alike. */
import type { Browser, Page } from "playwright-core";
import { WebSocket } from "plainsocket";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchBrowser } from "../support/browser.js";
import type { Deviation } from "./case.js";
import { type Environment, makeEnvironment, type SocketConstructor } from "./environment.js";
import { type Servers, startServers } from "./servers.js";
import { TABLE } from "./table.js";

let servers: Servers;

beforeAll(async () => {
  servers = await startServers();
});

afterAll(() => servers[Symbol.asyncDispose]());

/** The table takes what it gets as it is, wrong arguments included; types would keep them out. */
function isSocketConstructor(value: unknown): value is SocketConstructor {
  return typeof value === "function";
}

function titleOf(name: string, deviation: Deviation | undefined): string {
  return deviation === undefined ? name : `${name}; not here: ${deviation.why}`;
}

describe("our WebSocket", () => {
  let environment: Environment;

  beforeAll(() => {
    const constructor: unknown = WebSocket;
    if (!isSocketConstructor(constructor)) throw new TypeError("no constructor");
    environment = makeEnvironment(constructor, servers.origins);
  });

  for (const { name, run, expected, ours } of TABLE) {
    it(titleOf(name, ours), async () => {
      expect(await run(environment)).toEqual(ours?.expected ?? expected);
    });
  }
});

describe.skipIf(chromiumPath === undefined)("the WebSocket of Chromium", () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(servers.origins.good.replace("ws:", "http:"));
  });

  afterAll(() => browser.close());

  for (const { name, run, expected, chromium } of TABLE) {
    it(titleOf(name, chromium), async () => {
      const environment = `(${makeEnvironment.toString()})(WebSocket, ${JSON.stringify(servers.origins)})`;
      expect(await page.evaluate(`(${run.toString()})(${environment})`)).toEqual(
        chromium?.expected ?? expected,
      );
    });
  }
});
