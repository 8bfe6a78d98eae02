// Guards of a server: asked on every way in, and every way out gives their place back.
import { describe, expect, it } from "vitest";
import type { AdmissionGuard } from "../../../src/node/server/guard.js";
import { FakeClock } from "../../support/clock.js";
import {
  answerTo,
  fieldOf,
  RawClient,
  statusOf,
  upgradeRequest,
} from "../../support/raw-client.js";
import { eventually } from "../../support/raw-peer.js";
import { startServer, WAYS_IN } from "../../support/server-under-test.js";
import { CLOSE, closePayload } from "../../support/wire-frame.js";
import { goAway, WAYS_OUT, WISH_HOOKS } from "../../support/ways-out.js";

/** A guard with one place, which counts. */
function onePlace(): { guard: AdmissionGuard; taken: () => number; released: () => number } {
  let taken = 0;
  let released = 0;
  const guard: AdmissionGuard = () => {
    if (taken > released) {
      const headers = { "Retry-After": "7" };
      return { type: "refuse", refusal: { httpStatus: 429, headers, reason: "one at a time" } };
    }
    taken++;
    return { type: "admit", release: () => released++ };
  };
  return { guard, taken: () => taken, released: () => released };
}

describe("a guard", () => {
  it.each(WAYS_IN)("by way of an %s, is asked once, before authenticate", async (wayIn) => {
    const order: string[] = [];
    await using under = await startServer<unknown>(
      { authenticate: () => order.push("authenticate") },
      wayIn,
    );
    under.server.addGuard(({ path }) => {
      order.push(`guard ${path}`);
      return { type: "admit", release: () => {} };
    });
    using client = await RawClient.send(under, upgradeRequest("/a"));
    await client.head();

    expect(order).toEqual(["guard /a", "authenticate"]);
  });

  it.each(WAYS_IN)("by way of an %s, refuses with its own response", async (wayIn) => {
    let asked = 0;
    await using under = await startServer<unknown>({ authenticate: () => asked++ }, wayIn);
    const { guard } = onePlace();
    under.server.addGuard(guard);
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();
    const answer = await answerTo(under, upgradeRequest());

    expect(answer.httpStatus).toBe(429);
    expect(fieldOf(answer, "retry-after")).toBe("7");
    expect(under.refused).toEqual([{ httpStatus: 429, code: "REJECTED", reason: "one at a time" }]);
    expect(asked).toBe(1);
  });

  it("accepts, to close in a way that a page can read", async () => {
    await using under = await startServer();
    let connections = 0;
    under.server.on("connection", () => connections++);
    const close = { code: 1008, reason: "Too many connections" };
    under.server.addGuard(() => ({
      type: "refuse",
      refusal: { httpStatus: 503, reason: "full", close },
    }));
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();

    expect(await client.frame()).toMatchObject({
      opcode: CLOSE,
      payload: closePayload(1008, "Too many connections"),
    });
    expect(connections).toBe(0);
  });

  it("is asked after the origin, and up to the first that refuses", async () => {
    await using under = await startServer();
    const asked: number[] = [];
    under.server.addGuard(() => {
      asked.push(1);
      return { type: "refuse", refusal: { httpStatus: 503, reason: "closed today" } };
    });
    under.server.addGuard(() => {
      asked.push(2);
      return { type: "admit", release: () => {} };
    });

    expect(await statusOf(under, upgradeRequest("/", { origin: "http://evil.example" }))).toBe(403);
    expect(asked).toEqual([]);
    expect(await statusOf(under, upgradeRequest())).toBe(503);
    expect(asked).toEqual([1]);
  });

  it("that throws is a hook that failed: 500, and places of guards before it are free again", async () => {
    await using under = await startServer();
    const { guard, taken, released } = onePlace();
    under.server.addGuard(guard);
    under.server.addGuard(() => {
      throw new Error("guard");
    });

    expect(await statusOf(under, upgradeRequest())).toBe(500);
    await eventually(() => released() === 1);
    expect(taken()).toBe(1);
    expect(under.errors).toEqual([new Error("guard")]);
  });

  it.each([
    ["nothing", undefined],
    ["true", true],
    ["an empty object", {}],
    ["a word", "admit"],
    ["a misspelt verdict", { type: "admitted", release: () => {} }],
    ["a verdict without release", { type: "admit" }],
    ["a verdict too late", Promise.resolve({ type: "admit", release: () => {} })],
  ])("that returns %s admits nobody: 500", async (_what, verdict) => {
    await using under = await startServer();
    let connections = 0;
    under.server.on("connection", () => connections++);
    // @ts-expect-error -- JavaScript may return anything
    under.server.addGuard(() => verdict);

    expect(await statusOf(under, upgradeRequest())).toBe(500);
    expect(connections).toBe(0);
    expect(under.errors).toEqual([expect.objectContaining({ name: "TypeError" })]);
  });

  it("whose release throws harms nobody", async () => {
    await using under = await startServer();
    under.server.addGuard(() => ({
      type: "admit",
      release: () => {
        throw new Error("release");
      },
    }));
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();
    client.socket.destroy();
    await eventually(() => under.errors.length === 1);

    expect(await statusOf(under, upgradeRequest())).toBe(101);
  });

  it("is not asked any more once it is taken away", async () => {
    await using under = await startServer();
    const remove = under.server.addGuard(() => ({
      type: "refuse",
      refusal: { httpStatus: 503, reason: "full" },
    }));
    expect(await statusOf(under, upgradeRequest())).toBe(503);
    remove();
    expect(await statusOf(under, upgradeRequest())).toBe(101);
  });
});

describe("the place a guard gave", () => {
  it.each(WAYS_OUT)("is released once after %s", async (...way) => {
    const clock = new FakeClock();
    await using under = await startServer<unknown>({ clock, ...WISH_HOOKS });
    const { guard, taken, released } = onePlace();
    under.server.addGuard(guard);
    using client = await RawClient.send(under, upgradeRequest("/", { "x-wish": way[0] }));
    await eventually(() => taken() === 1);
    await goAway(client, clock, way);

    expect([taken(), released()]).toEqual([1, 1]);
    expect(await statusOf(under, upgradeRequest())).toBe(101);
  });
});
