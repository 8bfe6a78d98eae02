// The demo, in a browser: two tabs that talk, and what the page draws of it.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chromiumPath, launchBrowser } from "../support/browser.js";
import { PATIENCE_MS } from "../support/wire-signal.js";

/** Starts the demo server, and gives what it printed. */
async function start(port: string): Promise<string> {
  vi.stubEnv("PORT", port);
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  await import("../../docs/examples/start.js");
  await vi.waitFor(() => expect(printed).toHaveBeenCalled(), PATIENCE_MS);
  const line = String(printed.mock.calls[0]?.[0]);
  printed.mockRestore();
  return line;
}

describe.skipIf(chromiumPath === undefined)("the demo page in Chromium", () => {
  let browser: Browser;
  let url: string;
  const errors: string[] = [];

  beforeAll(async () => {
    url = await start("0");
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
    await page.goto(`${url}/wire/`);
    await page.locator("#messages", { hasText: "Welcome" }).waitFor();
    return page;
  }

  const textsOf = (page: Page, selector: string): Promise<string[]> =>
    page.locator(selector).allTextContents();

  /** The bits of the header fields that are drawn, as text. */
  const drawn = (page: Page): Promise<string[]> => textsOf(page, ".anatomy .field code");

  it("draws the first frame as soon as it is open", async () => {
    const page = await openTab();
    await page.locator(".frame.sent").waitFor();

    expect(await page.locator(".frame").textContent()).toMatch(/^▼text\d\d B7-bitWelcome, tab \d/);
    expect(await drawn(page)).toEqual(["1", "0", "0", "0", "0001", "0", expect.any(String)]);
    expect(await textsOf(page, ".field b")).toEqual(
      expect.arrayContaining(["FIN", "RSV1", "RSV2", "RSV3", "opcode text", "MASK"]),
    );
  });

  it("lets two tabs see each other's messages, and draws the frames that carried them", async () => {
    const [one, two] = [await openTab(), await openTab()];
    await one.fill("#text", "Grüße");
    await one.press("#text", "Enter");
    await two.locator("#messages li", { hasText: /^Grüße$/ }).waitFor();
    await two.fill("#text", "zurück");
    await two.press("#text", "Enter");
    await one.locator("#messages li", { hasText: /^zurück$/ }).waitFor();

    expect(await two.locator(".frame.sent").first().textContent()).toBe("▼text7 B7-bitGrüße");
    const received = one.locator(".frame.received");
    await received.click();
    expect(await received.textContent()).toBe("▲text7 B7-bitGrüße");
    const item = one.locator("li", { has: received });
    const bits = await item.locator(".field code").allTextContents();
    expect(bits.slice(0, 7)).toEqual(["1", "0", "0", "0", "0001", "1", "0000111"]);
    expect(bits.slice(7).map((byte) => byte.length)).toEqual([8, 8, 8, 8]);

    // Each column: the byte on the wire, the key's byte, and what the two make.
    const columns: string[][] = [];
    for (const column of await item.locator(".bytes > div").all()) {
      columns.push(await column.locator("> *").allTextContents());
    }
    expect(columns.map(([, , plain]) => plain).join(" ")).toBe("47 72 c3 bc c3 9f 65");
    for (const [index, [wire = "", key = "", plain = ""]] of columns.entries()) {
      expect(parseInt(wire, 16) ^ parseInt(key, 16)).toBe(parseInt(plain, 16));
      expect(parseInt(key, 16)).toBe(parseInt(bits[7 + (index % 4)] ?? "", 2));
    }
  });

  it("shows pings, fragments, length forms, compression and the closing handshake", async () => {
    const page = await openTab();
    await page.click("[data-command='/fragments']");
    await page.getByText("one message, three fragments").first().waitFor();
    await page.click("[data-command='/ping']");
    await page.locator(".frame .name", { hasText: "pong" }).waitFor();
    expect((await textsOf(page, ".frame .name")).reverse()).toEqual([
      "text",
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
    await page.locator(".frame .form", { hasText: "16-bit" }).waitFor();
    expect((await drawn(page)).slice(6, 9)).toEqual(["1111110", "00000001", "00101100"]);
    await page.click("#large");
    await page.locator(".frame .form", { hasText: "64-bit" }).waitFor();
    const zero = "00000000";
    const length = ["1111111", zero, zero, zero, zero, zero, "00000001", "00010001", "01110000"];
    expect((await drawn(page)).slice(6, 15)).toEqual(length);

    await page.check("#compressed");
    await page.locator("#status", { hasText: "compressed" }).waitFor();
    await page.fill("#text", "squeezed");
    await page.press("#text", "Enter");
    await page.locator(".frame.received .text", { hasText: "compressed:" }).waitFor();
    expect((await drawn(page)).slice(0, 5)).toEqual(["1", "1", "0", "0", "0001"]);

    await page.click("#close");
    await page.getByText("closed with 1000").waitFor();
    expect((await textsOf(page, ".frame .name")).slice(0, 2)).toEqual(["close", "close"]);
  });

  it("can be used with the keyboard, explains its fields, and fits a narrow screen", async () => {
    const page = await openTab(390);
    await page.locator("#text").focus();
    await page.keyboard.type("keys");
    await page.keyboard.press("Enter");
    await page.locator(".frame.received").focus();
    await page.keyboard.press("Tab");
    const explained = async (): Promise<string | null> =>
      page.locator(".frame.received + .anatomy .explain").textContent();
    expect(await explained()).toContain("the last frame of its message");
    expect(await explained()).toContain("RFC 6455 §5.2");
    await page.keyboard.press("ArrowRight");
    expect(await explained()).toContain("RFC 7692 §6");
    await page.keyboard.press("End");
    expect(await explained()).toContain("XORed");
    expect(await explained()).toContain("RFC 6455 §5.3");
    expect(await page.locator(".field[aria-pressed=true]").count()).toBe(4);

    await page.locator(".frame").first().focus();
    await page.keyboard.press("ArrowDown");
    expect(await page.locator(".frame:focus .text").textContent()).toContain("Welcome");
    const overflow = "document.documentElement.scrollWidth - innerWidth";
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
  });

  it("logs no error", () => {
    expect(errors).toEqual([]);
  });

  it("says when its port is taken", async () => {
    const complained = vi.spyOn(console, "error").mockImplementation(() => {});
    vi.stubEnv("PORT", new URL(url).port);
    vi.resetModules();
    await import("../../docs/examples/start.js");
    await vi.waitFor(() => expect(process.exitCode).toBe(1), PATIENCE_MS);
    process.exitCode = undefined;

    expect(complained.mock.calls.flat().join(" ")).toContain("is taken");
  });
});
