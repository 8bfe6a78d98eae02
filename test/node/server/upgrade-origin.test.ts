// Which pages may connect, by whichever way they come in (RFC 6455 §10.2).
import { describe, expect, it } from "vitest";
import type { OriginPolicy } from "../../../src/protocol/index.js";
import { answerTo, statusOf, upgradeRequest } from "../../support/raw-client.js";
import {
  type ServerUnderTest,
  startServer,
  WAYS_IN,
  type WayIn,
} from "../../support/server-under-test.js";

/** What a hook must not have been asked when the origin is refused. */
interface Asked {
  authenticate: number;
  connection: number;
}

async function startWith(
  origins: OriginPolicy | undefined,
  wayIn: WayIn,
): Promise<ServerUnderTest<true> & { readonly asked: Asked }> {
  const asked: Asked = { authenticate: 0, connection: 0 };
  const authenticate = (): true => {
    asked.authenticate++;
    return true;
  };
  const under = await startServer({ origins, authenticate }, wayIn);
  under.server.on("connection", () => asked.connection++);
  return Object.assign(under, { asked });
}

// The request goes to http://localhost:8080.
// oxfmt-ignore
const DEFAULT_POLICY: readonly [what: string, status: number, origin: string | undefined][] = [
  ["none, as from no browser",  101, undefined],
  ["the same",                  101, "http://localhost:8080"],
  ["the same in capitals",      101, "HTTP://LOCALHOST:8080"],
  ["null",                      403, "null"],
  ["empty",                     403, ""],
  ["another site",              403, "http://evil.example"],
  ["a longer name",             403, "http://localhost.evil.example:8080"],
  ["a longer name in front",    403, "http://evillocalhost:8080"],
  ["an address",                403, "http://127.0.0.1:8080"],
  ["another port",              403, "http://localhost:8081"],
  ["without the port",          403, "http://localhost"],
  ["another scheme",            403, "https://localhost:8080"],
  ["a path behind it",          403, "http://localhost:8080/"],
  ["two",                       403, "http://localhost:8080 http://evil.example"],
];

describe.each(WAYS_IN)("by way of an %s", (wayIn) => {
  it.each(DEFAULT_POLICY)(
    "without a policy, the origin %s gets %i [6455-10-02] [6455-10-03] [6455-4.2.2-04] [6455-4.2.1-09]",
    async (_, status, origin) => {
      await using under = await startWith(undefined, wayIn);
      const request = upgradeRequest("/", { host: "localhost:8080", origin });

      expect(await statusOf(under, request)).toBe(status);
      const reached = status === 101 ? 1 : 0;
      expect(under.asked).toEqual({ authenticate: reached, connection: reached });
    },
  );

  it.each([
    ["https://good.example", 101],
    ["https://GOOD.example:443", 101],
    ["https://good.example.evil.example", 403],
    ["http://good.example", 403],
    ["http://localhost", 403],
    ["null", 403],
  ])("with a list, %s gets %i [6455-10-02] [6455-10-03]", async (origin, status) => {
    await using under = await startWith(["https://good.example"], wayIn);

    expect(await statusOf(under, upgradeRequest("/", { origin }))).toBe(status);
  });

  it.each([
    ["null", 101],
    ["file://", 101],
    ["capacitor://localhost", 101],
    ["ionic://localhost", 403],
    ["http://localhost", 403],
  ])("with a list of what is no site, %s gets %i [6455-10-02]", async (origin, status) => {
    await using under = await startWith(["null", "file://", "capacitor://localhost"], wayIn);

    expect(await statusOf(under, upgradeRequest("/", { origin }))).toBe(status);
  });

  it("with *, any origin may connect [6455-10-02]", async () => {
    await using under = await startWith("*", wayIn);

    expect(await statusOf(under, upgradeRequest("/", { origin: "null" }))).toBe(101);
  });

  it("a function is asked about clients without an origin, too [6455-4.2.1-09]", async () => {
    const asked: unknown[] = [];
    const policy = (origin: string | undefined): boolean => {
      asked.push(origin);
      return origin !== undefined;
    };
    await using under = await startWith(policy, wayIn);

    expect(await statusOf(under, upgradeRequest("/", { origin: "x://y" }))).toBe(101);
    expect(await statusOf(under, upgradeRequest())).toBe(403);
    expect(asked).toEqual(["x://y", undefined]);
  });

  it("a function that throws is the application's fault: 500", async () => {
    const fault = new Error("policy");
    await using under = await startWith(() => {
      throw fault;
    }, wayIn);

    expect(await statusOf(under, upgradeRequest())).toBe(500);
    expect(under.errors).toEqual([fault]);
  });

  it("the refusal says what to set, to the client and to the application", async () => {
    await using under = await startWith(undefined, wayIn);
    const request = upgradeRequest("/?token=secret", { origin: "http://evil.example" });
    const { body } = await answerTo(under, request);

    expect(body).toContain("the server's option origins");
    expect(under.refused).toEqual([
      {
        httpStatus: 403,
        code: "ORIGIN_REFUSED",
        reason: expect.stringContaining("option origins"),
      },
    ]);
    expect(JSON.stringify(under.refused) + body).not.toMatch(/evil|secret/);
  });

  it("two origins get 400: the first and the last could be taken for the one [6455-4.2.1-01]", async () => {
    await using under = await startWith(undefined, wayIn);
    const origin = ["http://localhost", "http://evil.example"];

    expect(await statusOf(under, upgradeRequest("/", { origin }))).toBe(400);
    expect(under.asked).toEqual({ authenticate: 0, connection: 0 });
  });
});
