// Warnings of the process about refusals that options, or a proxy in front, are to blame for.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConnectionManager } from "../../../src/manager/index.js";
import type { ServerOptions } from "../../../src/node/server/options.js";
import { RefusalWarnings } from "../../../src/node/server/refusal.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { RawClient, portOf, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { headBytes } from "../../support/wire-handshake.js";

/** What has been warned of, instead of being printed. */
let warnings: { readonly text: string; readonly code: unknown; readonly detail: unknown }[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(process, "emitWarning").mockImplementation((warning, options) => {
    const { type, code, detail } = Object(options);
    expect(type).toBe("PlainsocketWarning");
    warnings.push({ text: String(warning), code, detail });
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function start(options: ServerOptions = {}) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  await server.listening();
  const to = { port: portOf(server) };
  return {
    server,
    ask: (bytes: Uint8Array) => statusOf(to, bytes),
    to,
    [Symbol.asyncDispose]: () => server.shutdown({ deadlineMs: 0 }),
  };
}

const fromPage = (origin: string, host = "app.example") => upgradeRequest("/", { origin, host });

const HANDSHAKE = ["host: app.example", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="];

describe("a refusal that nobody listens to", () => {
  // oxfmt-ignore
  it.each([
    ["a page of another site",               403, "ORIGIN_REFUSED",           fromPage("https://other.example"),                         /page of "https:\/\/other\.example".*host "app\.example".*option origins/],
    ["a page behind a proxy that ends TLS",  403, "ORIGIN_REFUSED",           fromPage("https://app.example"),                           /trustedProxies.*X-Forwarded-Proto/],
    ["a handshake made HTTP/1.0",            505, "HTTP_VERSION_UNSUPPORTED", headBytes(["GET / HTTP/1.0", ...HANDSHAKE]),               /proxy_http_version 1\.1/],
    ["a handshake without its Upgrade",      426, "UPGRADE_MISSING",          headBytes(["GET / HTTP/1.1", ...HANDSHAKE]),               /proxy_set_header Upgrade/],
    ["a handshake without its Connection",   400, "CONNECTION_MISSING",       upgradeRequest("/", { connection: "close" }),              /proxy_set_header Upgrade/],
    ["too large a head",                     431, "HEAD_TOO_LARGE",           upgradeRequest("/", { cookie: "x".repeat(20_000) }),       /at least \d+, and maxHeaderBytes is 16384/],
  ])("is warned of: %s", async (_what, status, code, request, text) => {
    await using under = await start();

    expect(await under.ask(request)).toBe(status);
    expect(warnings).toEqual([{ text: expect.stringMatching(text), code, detail: expect.any(String) }]);
  });

  it("is warned of when there is no place left, with the option and what it is set to", async () => {
    await using under = await start({ maxConnections: 0 });

    expect(await under.ask(upgradeRequest())).toBe(503);
    expect(warnings).toMatchObject([{ text: expect.stringContaining("maxConnections is 0") }]);
  });

  it("is warned of once for each kind and server, however many come", async () => {
    await using one = await start();
    await using two = await start();
    for (let i = 0; i < 3; i++) {
      await one.ask(fromPage(`https://evil${i}.example`));
      await one.ask(headBytes(["GET / HTTP/1.0", ...HANDSHAKE]));
      await one.ask(headBytes(["GET / HTTP/1.1", ...HANDSHAKE]));
    }
    await two.ask(fromPage("https://evil.example"));

    const codes = warnings.map(({ code }) => code);
    expect(codes).toEqual(["ORIGIN_REFUSED", "HTTP_VERSION_UNSUPPORTED", "ORIGIN_REFUSED"]);
  });

  it("is not warned of when it is a request for something else, or not of a client's making", async () => {
    await using under = await start({ path: "/chat", authenticate: () => undefined });
    const { ask } = under;

    expect(await ask(headBytes(["GET / HTTP/1.1", "host: app.example"]))).toBe(426);
    expect(await ask(upgradeRequest("/elsewhere"))).toBe(404);
    expect(await ask(upgradeRequest("/chat"))).toBe(401);
    expect(await ask(headBytes(["GET / HTTP/1.1"]))).toBe(400);
    expect(warnings).toEqual([]);
  });

  it("is told to whoever listens, and not warned of", async () => {
    await using under = await start();
    const told: unknown[] = [];
    under.server.on("refused", ({ code }) => told.push(code));
    await under.ask(fromPage("https://other.example"));

    expect(told).toEqual(["ORIGIN_REFUSED"]);
    expect(warnings).toEqual([]);
  });

  it("is warned of although a manager counts it", async () => {
    await using under = await start();
    await using manager = new ConnectionManager({ server: under.server });
    await under.ask(fromPage("https://other.example"));

    expect(manager.metrics().handshakes).toEqual({ ORIGIN_REFUSED: 1 });
    expect(warnings).toHaveLength(1);
  });

  it("shows no more of what the client wrote than its origin and host, in a line", () => {
    const refused = { httpStatus: 403, code: "ORIGIN_REFUSED", reason: "no" } as const;
    const origin = `https://\u001b[2J\n${"x".repeat(200)}`;
    const request = { origin, host: "h", path: "/p4th", query: "t0ken" };
    const silent = new RefusalWarnings();
    Reflect.apply(silent.refused.bind(silent), undefined, [refused, request]);

    const [{ text } = { text: "" }] = warnings;
    expect(text).toContain(String.raw`"https://\x1b[2J\nxxx`);
    expect(text).not.toMatch(/\p{Cc}|t0ken|p4th/u);
    expect(text.length).toBeLessThan(250);
  });
});

describe("subprotocols that were offered, none of which was picked,", () => {
  const offering = upgradeRequest("/", { "sec-websocket-protocol": "access_token, s3same" });

  it("are warned of once, without a word of them", async () => {
    await using under = await start({ subprotocols: ["chat"] });
    for (let i = 0; i < 2; i++) expect(await under.ask(offering)).toBe(101);

    expect(warnings).toMatchObject([
      { code: "SUBPROTOCOL_NONE_PICKED", text: expect.stringMatching(/option subprotocols/) },
    ]);
    expect(JSON.stringify(warnings)).not.toMatch(/s3same|access_token|"refused/);
  });

  it("are not when one was picked, none was offered, or the application picks by itself", async () => {
    await using picking = await start({ subprotocols: ["access_token"] });
    await using choosing = await start({ selectSubprotocol: () => undefined });

    expect(await picking.ask(offering)).toBe(101);
    expect(await picking.ask(upgradeRequest())).toBe(101);
    expect(await choosing.ask(offering)).toBe(101);
    expect(warnings).toEqual([]);
  });
});

it("a warning is what Node prints of it, with a code", async () => {
  vi.restoreAllMocks();
  const printed = new Promise<Error>((resolve) => process.once("warning", resolve));
  await using under = await start();
  using client = await RawClient.send(under.to, fromPage("https://other.example"));
  await client.head();

  expect(await printed).toMatchObject({ name: "PlainsocketWarning", code: "ORIGIN_REFUSED" });
});
