// The page of the chat in a browser: several tabs that talk, and what is drawn of it.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveChat } from "../../docs/examples/chat/server.js";
import { Site } from "../../docs/examples/site.js";
import { FrameWatch } from "../../docs/examples/wire/frames.js";
import { chromiumPath, launchBrowser } from "../support/browser.js";
import { FakeClock } from "../support/clock.js";
import { expectToFit, Visitors } from "../support/examples.js";

describe.skipIf(chromiumPath === undefined)("the page of the chat in Chromium", () => {
  const site = new Site();
  const clock = new FakeClock();
  const ends: (() => Promise<void>)[] = [];
  let browser: Browser;
  let visitors: Visitors;
  let url: string;

  beforeAll(async () => {
    url = await site.listen(0);
    const watch = new FrameWatch(site);
    const onFrame = watch.show.bind(watch);
    ends.push(serveChat(site, { origins: [url], clock, onFrame }), () => watch.close());
    browser = await launchBrowser();
    visitors = new Visitors(browser);
  });

  afterAll(async () => {
    await browser.close();
    for (const end of ends) await end();
    await site.close();
  });

  async function signIn(token: string, width?: number): Promise<Page> {
    const page = await visitors.open(`${url}/chat/`, width);
    await page.selectOption("#token", token);
    await page.click("#signin button");
    await page.locator("#members", { hasText: "Here" }).waitFor();
    return page;
  }

  async function say(page: Page, text: string): Promise<void> {
    clock.advance(1_000);
    await page.fill("#text", text);
    await page.press("#text", "Enter");
  }

  const lines = (page: Page): Promise<string[]> => page.locator("#messages li").allTextContents();

  it("lets two people talk in a room, shows who is there, and draws the frames", async () => {
    const [ada, grace] = [await signIn("token-of-ada"), await signIn("token-of-grace")];
    await ada.locator("#messages", { hasText: "Grace has come" }).waitFor();
    await say(grace, "hello");
    await ada.locator("#messages", { hasText: "Grace hello" }).waitFor();
    await say(ada, "hello, Grace");
    await grace.locator("#messages", { hasText: "Ada hello, Grace" }).waitFor();
    expect((await lines(grace))[0]).toBe("hello");
    expect(await lines(grace)).toHaveLength(2);
    expect(await ada.locator("#members").textContent()).toBe("Here: Ada (you), Grace");
    await ada.locator(".frame", { hasText: "hello, Grace" }).waitFor();
    const frames = await ada.locator(".frame").allTextContents();
    expect(frames[0]).toContain('{"type":"room_message","room":"lobby","content":"hello, Grace"}');
    expect(frames.at(-1)).toContain('{"type":"welcome","clientId":"');

    await grace.context().close();
    await ada.locator("#messages", { hasText: "Grace has left" }).waitFor();
    await expect.poll(() => ada.locator("#members").textContent()).toBe("Here: Ada (you)");
  });

  it("keeps rooms apart, and leaves them", async () => {
    const [ada, grace] = [await signIn("token-of-ada"), await signIn("token-of-grace")];
    for (const page of [ada, grace]) {
      await page.fill("#room", "engines");
      await page.press("#room", "Enter");
      await page.locator(".room", { hasText: "engines" }).waitFor();
    }
    await say(grace, "only here");
    await ada.locator("#messages", { hasText: "only here" }).waitFor();
    await ada.click(".room >> text=lobby");
    expect((await lines(ada)).join()).not.toContain("only here");
    await ada.click("[title='Leave engines']");
    await grace.locator("#messages", { hasText: "Ada has left" }).waitFor();
    await expect.poll(() => ada.locator(".room").allTextContents()).toEqual(["lobby×"]);
  });

  it("shows as text what would be code", async () => {
    const [ada, grace] = [await signIn("token-of-ada"), await signIn("token-of-grace")];
    const attack = `<img src=x onerror="document.title='taken'"><script>document.title="taken"</script>`;
    await say(grace, attack);
    await ada.locator("#messages", { hasText: attack }).waitFor();
    expect(await ada.locator("#messages img, #messages script").count()).toBe(0);
    expect(await ada.title()).toBe("plainsocket: chat");
  });

  it("says why a connection has ended, and connects again when told to", async () => {
    const page = await visitors.open(`${url}/chat/`);
    await page.locator("#signin").waitFor();
    clock.advance(10_000);
    await page.getByText("closed with 1008 “Authentication timeout”").waitFor();
    await page.click("#toggle");
    await page.selectOption("#token", "no-token");
    await page.click("#signin button");
    await page.getByText("closed with 1008 “Authentication failed”").waitFor();
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain("\nchat_reconnections_total 1\n");
  });

  it("says when more was said than is allowed in a second", async () => {
    const page = await signIn("token-of-ada");
    clock.advance(1_000);
    for (let i = 0; i <= 10; i++) {
      await page.fill("#text", `message ${i}`);
      await page.press("#text", "Enter");
    }
    await page.locator("#error", { hasText: "Rate limit exceeded" }).waitFor();
  });

  it("lets a guest read only, tells of itself, and fits a narrow screen", async () => {
    const page = await signIn("token-of-a-guest", 390);
    expect(await page.locator("#text").isDisabled()).toBe(true);
    await page
      .locator("#stats", { hasText: /\d+ clients?, \d+ rooms?, up \d+ minutes?\./ })
      .waitFor();
    await expectToFit(page);
  });

  it("logs no error", () => {
    expect(visitors.errors).toEqual([]);
  });
});
