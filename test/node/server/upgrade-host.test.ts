// Which hosts a server takes for its own, by whichever way clients come in.
import { describe, expect, it, vi } from "vitest";
import { answerTo, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { ALL_WAYS_IN, startServer } from "../../support/server-under-test.js";
import { headBytes } from "../../support/wire-handshake.js";

/** A page of a site that gives its own name the address of the server. */
const REBOUND = { host: "evil.example", origin: "http://evil.example" };

describe.each(ALL_WAYS_IN)("by way of an %s", (wayIn) => {
  it("a page under another name of the server's address is of the same origin, and allowedHosts refuses it", async () => {
    await using anyHost = await startServer({}, wayIn);
    expect(await statusOf(anyHost, upgradeRequest("/", REBOUND))).toBe(101);

    let asked = 0;
    const authenticate = (): true => {
      asked++;
      return true;
    };
    const options = { allowedHosts: ["localhost"], authenticate };
    await using under = await startServer(options, wayIn);
    const { httpStatus, body } = await answerTo(under, upgradeRequest("/", REBOUND));
    expect(httpStatus).toBe(421);
    expect(body).toContain("allowedHosts");
    expect(body).not.toContain("evil");
    expect(under.refused).toMatchObject([{ httpStatus: 421, code: "HOST_REFUSED" }]);
    expect(asked).toBe(0);
    const own = { host: "localhost:8080", origin: "http://localhost:8080" };
    expect(await statusOf(under, upgradeRequest("/", own))).toBe(101);
  });

  it("a port that is listed is the only one", async () => {
    await using under = await startServer({ allowedHosts: ["localhost:8080"] }, wayIn);
    const statusFor = (host: string): Promise<number> =>
      statusOf(under, upgradeRequest("/", { host }));

    expect(await statusFor("LOCALHOST:8080")).toBe(101);
    expect(await statusFor("localhost")).toBe(421);
    expect(await statusFor("localhost:80")).toBe(421);
  });

  it("the host of an absolute target counts, and not the one in Host", async () => {
    await using under = await startServer({ allowedHosts: ["localhost"] }, wayIn);
    const requestLine = "GET http://evil.example/ HTTP/1.1";

    expect(await statusOf(under, upgradeRequest("/", {}, requestLine))).toBe(421);
  });
});

it("requests that are no opening handshake are refused, too", async () => {
  const onRequest = vi.fn<
    (request: unknown, respond: (answer: { httpStatus: number }) => void) => void
  >((_, respond) => respond({ httpStatus: 200 }));
  await using under = await startServer({ allowedHosts: ["localhost"], onRequest });
  const get = (line: string, ...fields: string[]): Promise<number> =>
    statusOf(under, headBytes([line, ...fields]));

  expect(await get("GET / HTTP/1.1", "host: evil.example")).toBe(421);
  expect(await get("GET / HTTP/1.0")).toBe(421);
  expect(onRequest).not.toHaveBeenCalled();
  expect(await get("GET / HTTP/1.1", "host: localhost")).toBe(200);
});

it("behind a trusted proxy that ends TLS, the default port is that of TLS", async () => {
  const options = { allowedHosts: ["localhost:443"], trustedProxies: ["127.0.0.1"] };
  await using under = await startServer(options);

  expect(await statusOf(under, upgradeRequest("/", { "x-forwarded-proto": "https" }))).toBe(101);
  expect(await statusOf(under, upgradeRequest())).toBe(421);
});
