// Two copies of this package on one http server: linked, bundled, or loaded again by a dev server.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { RawClient, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { settle } from "../../support/raw-peer.js";
import { Site } from "../../support/site.js";

describe("two copies of this package on one http server [M03]", () => {
  let Other: typeof WebSocketServer;

  beforeAll(async () => {
    vi.resetModules();
    ({ WebSocketServer: Other } = await import("../../../src/node/server/server.js"));
    expect(Other).not.toBe(WebSocketServer);
  });
  afterAll(() => vi.resetModules());

  const rows = [
    ["/a", "/b"],
    ["/a", undefined],
    [undefined, "/b"],
  ] as const;

  it.each(rows)("answer once each, with the paths %s and %s", async (path, otherPath) => {
    await using site = await Site.start();
    site.add("ours", { path });
    const other = new Other({ server: site.http, path: otherPath });
    other.on("connection", (connection) => connection.send("theirs"));

    expect(await site.who("/a")).toBe("ours");
    expect(await site.who("/b")).toBe("theirs");
    expect(await site.who("/rest")).toBe(
      path === undefined ? "ours" : otherPath === undefined ? "theirs" : 404,
    );
    await other.shutdown({ deadlineMs: 0 });
  });

  it("answer once when both take everything", async () => {
    await using site = await Site.start();
    const ours = site.add("ours");
    const other = new Other({ server: site.http });

    using client = await RawClient.send(site, upgradeRequest());
    await client.head();
    await settle();
    expect(Buffer.from(client.received).includes("HTTP/1.1")).toBe(false);
    expect(ours.connections.size + other.connections.size).toBe(1);
    await other.shutdown({ deadlineMs: 0 });
  });

  it("tell of a path that is nobody's at once, and once", async () => {
    await using site = await Site.start();
    const refused: string[] = [];
    site.add("ours", { path: "/a" }).on("refused", ({ code }) => refused.push(code));
    const other = new Other({ server: site.http, path: "/b" });
    other.on("refused", ({ code }) => refused.push(code));

    expect(await statusOf(site, upgradeRequest("/nowhere"))).toBe(404);
    expect(refused).toEqual(["PATH_UNKNOWN"]);
    await other.shutdown();
  });

  it("may not hand over one socket twice", async () => {
    await using site = await Site.start();
    const servers = [new WebSocketServer(), new Other()];
    const errors: unknown[] = [];
    site.http.on("upgrade", (request, socket, head) => {
      for (const server of servers) {
        try {
          server.handleUpgrade(request, socket, head);
        } catch (error) {
          errors.push(error);
        }
      }
    });

    expect(await statusOf(site, upgradeRequest())).toBe(101);
    expect(errors).toEqual([expect.any(Error)]);
    await Promise.all(servers.map((server) => server.shutdown({ deadlineMs: 0 })));
  });
});
