// The dashboard as its scenario tells it: by hand, its service on a clock that moves when told, and in a browser.
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Dashboard, serveDashboard } from "../../docs/examples/dashboard/server.js";
import { Site } from "../../docs/examples/site.js";
import { chromiumPath, launchBrowser } from "../support/browser.js";
import { expectToFit, JsonClient, Visitors } from "../support/examples.js";

const site = new Site();
const log: string[] = [];
let dashboard: Dashboard;
let url: string;

beforeAll(async () => {
  url = await site.listen(0);
  dashboard = serveDashboard(site, (line) => log.push(line));
});

afterAll(async () => {
  await dashboard.close();
  await site.close();
});

async function watching(...projects: readonly string[]): Promise<JsonClient> {
  const client = await JsonClient.connect(url, "/ws/updates");
  for (const project_id of projects) client.send({ type: "watch_project", project_id });
  await client.ask("?"); // the refusal comes behind what was asked before
  return client;
}

const update = (data: unknown, project_id?: string): Record<string, unknown> => ({
  type: "project_update",
  ...(project_id === undefined ? {} : { project_id }),
  data,
  timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
});

describe("the dashboard", () => {
  it("tells everybody, or the watchers of one project", async () => {
    const [one, two] = [await watching("apollo"), await watching("gemini")];
    dashboard.update({ step: 1 }, "apollo");
    dashboard.update({ step: 2 }, "gemini");
    dashboard.update("for all");
    expect(await one.next()).toEqual(update({ step: 1 }, "apollo"));
    expect(await one.next()).toEqual(update("for all"));
    expect(await two.next()).toEqual(update({ step: 2 }, "gemini"));
    expect(await two.next()).toEqual(update("for all"));
    one.send({ type: "unwatch_project", project_id: "apollo" });
    await one.ask("?");
    dashboard.update({ step: 3 }, "apollo");
    dashboard.update("again");
    expect(await one.next()).toEqual(update("again"));
  });

  it("removes who fails, and tells the rest all the same", async () => {
    const clients = [
      await watching("mercury"),
      await watching("mercury"),
      await watching("mercury"),
    ];
    const before = log.length;
    clients[1]?.connection.terminate();
    dashboard.update(1, "mercury");
    await expect.poll(() => log.length).toBe(before + 1);
    dashboard.update(2, "mercury");
    for (const client of [clients[0], clients[2]]) {
      expect(await client?.next()).toEqual(update(1, "mercury"));
      expect(await client?.next()).toEqual(update(2, "mercury"));
    }
  });

  it("logs who comes and goes, with how many there are", async () => {
    const from = log.length;
    const count = Number(/(\d+) now/.exec(log.at(-1) ?? "0 now")?.[1]);
    const client = await watching();
    client.connection.close();
    await client.closed;
    await expect
      .poll(() => log.slice(from))
      .toEqual([`dashboard: connected, ${count + 1} now`, `dashboard: disconnected, ${count} now`]);
  });
});

/** As much of a WebSocket as the service uses. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  readonly sent: string[] = [];
  onopen = (): void => {};
  onclose = (): void => {};
  onmessage: (event: { data: string }) => void = () => {};

  constructor() {
    FakeSocket.all.push(this);
  }

  open(): void {
    this.readyState = 1;
    this.onopen();
  }

  drop(): void {
    this.readyState = 3;
    this.onclose();
  }

  send(message: string): void {
    this.sent.push(message);
  }

  close(): void {
    this.drop();
  }
}

interface Service {
  readonly state: string;
  connect(): void;
  close(): void;
  subscribe(project: string, handler: (update: unknown) => void): () => void;
}

// A file of the page: JavaScript, without types.
const { Updates } = await import(
  path.join(import.meta.dirname, "../../docs/examples/dashboard/updates.js")
);

function newService(): Service {
  FakeSocket.all = [];
  return new Updates("ws://localhost/ws/updates", FakeSocket);
}

describe("the page's one service", () => {
  it("has one socket, however often it is asked to connect, and closes it with the last handler", () => {
    const service = newService();
    service.connect();
    service.connect();
    FakeSocket.all[0]?.open();
    const got: unknown[] = [];
    const ends = ["a", "a", "b"].map((id) => service.subscribe(id, (update) => got.push(update)));
    service.connect();
    expect(FakeSocket.all).toHaveLength(1);
    FakeSocket.all[0]?.onmessage({ data: '{"project_id":"b"}' });
    FakeSocket.all[0]?.onmessage({ data: '{"project_id":"c"}' });
    expect(got).toEqual([{ project_id: "b" }]);
    FakeSocket.all[0]?.onmessage({ data: '{"data":1}' });
    expect(got).toHaveLength(4);

    ends[0]?.();
    ends[0]?.();
    ends[2]?.();
    expect(service.state).toBe("open");
    ends[1]?.();
    expect([service.state, FakeSocket.all[0]?.readyState]).toEqual(["closed", 3]);
    expect(FakeSocket.all[0]?.sent.map((message) => JSON.parse(message).type)).toEqual([
      "watch_project",
      "watch_project",
      "unwatch_project",
      "unwatch_project",
    ]);
  });

  it("tries again after 1, 2, 4, 8 and 16 seconds, and then gives up", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const service = newService();
    service.subscribe("a", () => {});
    for (const [attempt, delayMs] of [1_000, 2_000, 4_000, 8_000, 16_000].entries()) {
      FakeSocket.all.at(-1)?.drop();
      expect([service.state, vi.getTimerCount()]).toEqual(["waiting", 1]);
      service.connect();
      expect(vi.getTimerCount()).toBe(1);
      vi.advanceTimersByTime(delayMs - 1);
      expect(FakeSocket.all).toHaveLength(attempt + 1);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.all).toHaveLength(attempt + 2);
    }
    FakeSocket.all.at(-1)?.drop();
    expect([service.state, vi.getTimerCount()]).toEqual(["failed", 0]);
    vi.useRealTimers();
  });

  it("begins to count anew when a connection has opened, and asks for its projects again", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const service = newService();
    service.subscribe("a", () => {});
    for (let i = 0; i < 8; i++) {
      FakeSocket.all.at(-1)?.open();
      expect(FakeSocket.all.at(-1)?.sent).toEqual(['{"type":"watch_project","project_id":"a"}']);
      FakeSocket.all.at(-1)?.drop();
      vi.advanceTimersByTime(1_000);
    }
    expect(FakeSocket.all).toHaveLength(9);
    FakeSocket.all.at(-1)?.drop();
    service.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});

describe.skipIf(chromiumPath === undefined)("the page of the dashboard in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  it("shows what happens to its projects on one connection, which ends with the last card", async () => {
    const visitors = new Visitors(browser);
    const from = log.length;
    const page = await visitors.open(`${url}/dashboard/`, 390);
    await page.getByText("connected", { exact: true }).waitFor();
    await page.click("#add"); // apollo is shown already
    await page.selectOption("#project", "mercury");
    await page.click("#add");
    await page.locator(".card").nth(2).waitFor();
    await expect
      .poll(async () => {
        dashboard.update({ text: "<i>landed</i>", progress: 70 }, "mercury");
        return page.locator("#mercury li").count();
      })
      .toBeGreaterThan(0);
    expect(await page.locator("#mercury li").first().textContent()).toContain("<i>landed</i>");
    expect(await page.locator("#mercury progress").getAttribute("value")).not.toBeNull();
    expect(await page.locator("#apollo li").count()).toBe(0);
    dashboard.update({ text: "all stop" });
    for (const id of ["apollo", "gemini", "mercury"]) {
      await page.locator(`#${id}`, { hasText: "all stop" }).waitFor();
    }
    expect(log.slice(from)).toHaveLength(1);
    await expectToFit(page);

    for (let i = 0; i < 3; i++) await page.locator(".card button").first().click();
    await page.getByText("not connected").waitFor();
    await expect.poll(() => log.slice(from).length).toBe(2);
    expect(visitors.errors).toEqual([]);
  });
});
