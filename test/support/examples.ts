/** What tests of the examples need: pages that complain are noticed, and clients that speak JSON by hand. */
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { type CloseInfo, connect, type WebSocketConnection } from "../../src/index.js";
import { PATIENCE_MS, Signal } from "./wire-signal.js";

/** Opens pages in contexts of their own, as different people would, and keeps what they complain of. */
export class Visitors {
  readonly #browser: Browser;
  readonly errors: string[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  async open(url: string, width = 1280): Promise<Page> {
    const page = await this.#browser.newPage({
      viewport: { width, height: 900 },
      reducedMotion: "reduce",
    });
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
    await page.goto(url);
    return page;
  }
}

/** Expects that a page does not scroll sideways. */
export async function expectToFit(page: Page): Promise<void> {
  const overflow = "document.documentElement.scrollWidth - innerWidth";
  expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
}

/** A client that sends what the test says, and sees all that comes. */
export class JsonClient {
  readonly connection: WebSocketConnection;
  /** What has come and was not taken yet. */
  readonly received: Record<string, unknown>[] = [];
  readonly #signal = new Signal();

  private constructor(connection: WebSocketConnection) {
    this.connection = connection;
    connection.on("message", (message) => {
      this.received.push(JSON.parse(String(message)));
      this.#signal.notify();
    });
  }

  /** @param url - Of the site: `http:`. The client says that it is a page from there. */
  static async connect(url: string, path: string): Promise<JsonClient> {
    const target = url.replace("http:", "ws:") + path;
    return new JsonClient(await connect(target, { origin: url }));
  }

  send(message: unknown): void {
    this.connection.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The next message that comes. */
  async next(): Promise<Record<string, unknown>> {
    const next = await this.#signal.until(() => this.received.shift(), PATIENCE_MS);
    if (next === undefined) throw new Error("no message came");
    return next;
  }

  /** Sends a message, and gives the next that comes. */
  ask(message: unknown): Promise<Record<string, unknown>> {
    this.send(message);
    return this.next();
  }

  get closed(): Promise<CloseInfo> {
    return this.connection.closed;
  }
}
