import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchBrowser } from "../support/browser.js";
import { DEFLATE_VARIANTS, SIZES, startEcho } from "./messages.js";

/**
 * Runs in the page: sends text and bytes of each size, then the same text again and
 * again, and looks at what comes back. @returns What the handshake agreed on.
 */
async function exchange([url, sizes]: readonly [string, readonly number[]]): Promise<string> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const next = (type: string): Promise<Event> =>
    new Promise((resolve, reject) => {
      socket.addEventListener(type, resolve, { once: true });
      socket.addEventListener("close", reject, { once: true });
    });
  const echoed = async (sent: string | Uint8Array<ArrayBuffer>): Promise<void> => {
    const answer = next("message");
    socket.send(sent);
    const event = await answer;
    const data: unknown = event instanceof MessageEvent ? event.data : undefined;
    const got = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
    const same =
      got instanceof Uint8Array
        ? got.length === sent.length && got.every((byte, i) => byte === sent[i])
        : got === sent;
    if (!same) throw new Error(`a message of ${sent.length} came back as something else`);
  };
  await next("open");
  for (const size of sizes) {
    await echoed("a\u00e9\u20ac\u{1f600}".repeat(Math.floor(size / 10)) + "x".repeat(size % 10));
    const noise = new Uint8Array(size);
    for (let i = 0; i < size; i += 65_536) crypto.getRandomValues(noise.subarray(i, i + 65_536));
    await echoed(noise);
  }
  for (let i = 0; i < 5; i++) await echoed(JSON.stringify({ text: "hello ".repeat(50), i }));
  const closed = new Promise<Event>((resolve) => {
    socket.addEventListener("close", resolve, { once: true });
  });
  socket.close(1000);
  const event = await closed;
  if (!("wasClean" in event) || event.wasClean !== true)
    throw new Error("it did not close cleanly");
  return socket.extensions;
}

describe.skipIf(chromiumPath === undefined)("Chromium and our server", () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage();
  });

  afterAll(() => browser.close());

  it.each(DEFLATE_VARIANTS)("exchange messages of 0 to 1 MiB %s", async (_name, deflate) => {
    await using server = await startEcho({ perMessageDeflate: deflate, origins: "*" });
    const extensions = await page.evaluate(exchange, [server.url, SIZES] as const);
    expect(extensions.startsWith("permessage-deflate")).toBe(deflate !== false);
    if (deflate === false) return;
    const agreed = (name: string): boolean => extensions.includes(name);
    expect(agreed("server_no_context_takeover")).toBe(deflate.serverNoContextTakeover === true);
    expect(agreed("client_no_context_takeover")).toBe(deflate.clientNoContextTakeover === true);
  });
});
