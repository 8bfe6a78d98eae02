import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chromiumPath, launchBrowser } from "../support/browser.js";

describe.skipIf(chromiumPath === undefined)("the demo page in Chromium", () => {
  let browser: Browser;
  let url: string;
  const errors: string[] = [];

  beforeAll(async () => {
    vi.stubEnv("PORT", "0");
    const printed = vi.spyOn(console, "log").mockImplementation(() => {});
    await import("../../docs/demo/server.js");
    await vi.waitFor(() => expect(printed).toHaveBeenCalled());
    url = String(printed.mock.calls[0]?.[0]);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  async function openTab(width = 1280): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(url);
    await page.waitForSelector(".open");
    return page;
  }

  const names = (page: Page): Promise<string[]> => page.locator(".frame .name").allTextContents();

  it("lets two tabs see each other's messages, and draws the frames that carried them", async () => {
    const [one, two] = [await openTab(), await openTab()];
    await one.fill("#text", "Grüße");
    await one.press("#text", "Enter");
    await two.locator("#messages", { hasText: /^Grüße$/ }).waitFor();

    const sent = one.locator(".frame.received").first();
    await sent.waitFor();
    expect(await sent.textContent()).toBe("▲text7 BGrüße");
    const fields = await one.locator(".anatomy .field code").allTextContents();
    expect(fields.slice(0, 7)).toEqual(["1", "0", "0", "0", "0001", "1", "0000111"]);
    expect(fields[7]).toMatch(/^([0-9a-f]{2} ){3}[0-9a-f]{2}$/);

    // Each column: the byte on the wire, the key's byte, and what the two make.
    const columns: string[][] = [];
    for (const column of await one.locator(".bytes > div").all()) {
      columns.push(await column.locator("> *").allTextContents());
    }
    expect(columns.map(([, , plain]) => plain).join(" ")).toBe("47 72 c3 bc c3 9f 65");
    for (const [wire = "", key = "", plain = ""] of columns) {
      expect(parseInt(wire, 16) ^ parseInt(key, 16)).toBe(parseInt(plain, 16));
    }
    expect(await two.locator(".frame.sent").first().textContent()).toBe("▼text7 BGrüße");
  });

  it("shows pings, fragments, length forms, compression and the closing handshake", async () => {
    const page = await openTab();
    await page.click("[data-command='/fragments']");
    await page.getByText("one message, three fragments").first().waitFor();
    await page.click("[data-command='/ping']");
    await page.locator(".frame .name", { hasText: "pong" }).waitFor();
    expect((await names(page)).reverse()).toEqual([
      "text",
      "text …",
      "continuation …",
      "continuation …",
      "continuation …",
      "continuation",
      "text",
      "ping",
      "pong",
    ]);

    await page.fill("#text", "x".repeat(300));
    await page.press("#text", "Enter");
    await page.waitForSelector("text=16-bit length: 300");

    await page.check("#compressed");
    await page.locator("#status", { hasText: "compressed" }).waitFor();
    await page.fill("#text", "squeezed");
    await page.press("#text", "Enter");
    await page.waitForSelector("text=compressed:");

    await page.click("#close");
    await page.waitForSelector("text=closed with 1000");
    expect((await names(page)).slice(0, 2)).toEqual(["close", "close"]);
  });

  it("can be used with the keyboard, explains its fields, and fits a narrow screen", async () => {
    const page = await openTab(390);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.type("keys");
    await page.keyboard.press("Enter");
    await page.locator(".frame").first().focus();
    await page.keyboard.press("Tab");
    expect(await page.locator(".explain").textContent()).toContain("RFC 6455 §5.2");
    const overflow = "document.documentElement.scrollWidth - innerWidth";
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
  });

  it("logs no error", () => {
    expect(errors).toEqual([]);
  });
});
