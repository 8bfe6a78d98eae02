// What a message passes before the application gets it.
import { describe, expect, it, vi } from "vitest";
import { closeOf, ManagedPeers, textsOf } from "../support/managed-peers.js";
import { eventually, settle } from "../support/raw-peer.js";

describe("the rate limit", () => {
  const rate = { messagesPerSecond: 10, burst: 3 };

  it("answers each message too many, which reaches no listener of anybody", async () => {
    const peers = new ManagedPeers({
      rateLimit: { ...rate, whenExceeded: { reply: "Rate limit exceeded" } },
    });
    const { manager } = peers;
    const got: unknown[] = [];
    const limited: string[] = [];
    manager.on("message", (_, message) => got.push(`manager ${String(message)}`));
    manager.on("rateLimited", (_, action) => limited.push(action));
    const peer = peers.add();
    peer.connection.on("message", (message) => got.push(`own ${String(message)}`));
    for (const text of ["1", "2", "3", "4", "5"]) peer.message(text);
    await eventually(() => textsOf(peer).length === 2);
    peers.clock.advance(100);
    peer.message("6");
    await eventually(() => got.length === 8);

    expect(got.filter((one) => String(one).startsWith("own"))).toEqual([
      "own 1",
      "own 2",
      "own 3",
      "own 6",
    ]);
    expect(textsOf(peer)).toEqual(["Rate limit exceeded", "Rate limit exceeded"]);
    expect(limited).toEqual(["reply", "reply"]);
    expect(manager.metrics().rateLimited).toEqual({ reply: 2 });
  });

  it("closes with 1008 without being told what to do", async () => {
    const peers = new ManagedPeers({ rateLimit: rate });
    const peer = peers.add();
    const got: unknown[] = [];
    peers.manager.on("message", (_, message) => got.push(message));
    for (const text of ["1", "2", "3", "4", "5"]) peer.message(text);
    await eventually(() => closeOf(peer) !== undefined);

    expect(closeOf(peer)).toMatch(/^1008 Rate limit exceeded: messagesPerSecond \d+, burst 3$/);
    expect(got).toEqual(["1", "2", "3"]);
  });

  it("drops in silence, for iterators as well", async () => {
    const peers = new ManagedPeers({ rateLimit: { ...rate, whenExceeded: "drop" } });
    const peer = peers.add();
    for (const text of ["1", "2", "3", "4"]) peer.message(text);
    await settle();
    const got: unknown[] = [];
    for await (const message of peer.connection) {
      if (got.push(message) === 3) break;
    }
    expect(got).toEqual(["1", "2", "3"]);
    expect(peer.frames).toEqual([]);
  });

  it("is each connection's own", async () => {
    const peers = new ManagedPeers({ rateLimit: { messagesPerSecond: 1 } });
    const [one, two] = peers.addAll(2);
    const got: unknown[] = [];
    peers.manager.on("message", (_, message) => got.push(message));
    one?.message("1");
    two?.message("2");
    await eventually(() => got.length === 2);
    expect(got).toEqual(["1", "2"]);
  });
});

describe("authenticateFirst", () => {
  const check = (message: unknown): boolean => message === "token";

  it("lets in whose first message is good, and nobody else gets to see it", async () => {
    const peers = new ManagedPeers({ authenticateFirst: { check }, userOf: ({ data }) => data });
    const { manager } = peers;
    const events: string[] = [];
    manager.on("connection", () => events.push("connection"));
    manager.on("authenticated", () => events.push("authenticated"));
    manager.on("message", (_, message) => events.push(`message ${String(message)}`));
    const peer = peers.add();
    const id = manager.idOf(peer.connection) ?? "";
    await expect(manager.room("a").join(peer.connection)).resolves.toBe("denied");
    expect(manager.broadcast("x")).toMatchObject({ sent: 0 });
    expect(manager.sendTo(id, "x")).toBe("unknown");
    manager.updateUser(peer.connection);
    expect([...manager.ofUser("data")]).toEqual([]);
    peer.message("token");
    peer.message("hello");
    await eventually(() => events.length === 3);

    expect(events).toEqual(["connection", "authenticated", "message hello"]);
    expect([...manager.ofUser("data")]).toEqual([peer.connection]);
    await expect(manager.room("a").join(peer.connection)).resolves.toBe("joined");
    expect(manager.broadcast("y")).toMatchObject({ sent: 1 });
    peers.clock.advance(10_000);
    expect(peer.connection.readyState).toBe(1);
  });

  it.each([
    ["says no", () => false],
    ["says something else than true", () => "yes"],
    ["rejects", () => Promise.reject(new Error("check"))],
    [
      "throws",
      () => {
        throw new Error("check");
      },
    ],
  ])("closes with 1008 when the check %s", async (how, check) => {
    // @ts-expect-error -- an application without types may answer with anything
    const peers = new ManagedPeers({ authenticateFirst: { check } });
    const got: unknown[] = [];
    peers.manager.on("message", (_, message) => got.push(message));
    const peer = peers.add();
    peer.message("secret-token");
    peer.message("hello");
    await eventually(() => closeOf(peer) !== undefined);

    expect(closeOf(peer)).toBe("1008 Authentication failed");
    expect(got).toEqual([]);
    const isError = how === "rejects" || how === "throws";
    expect(peers.errors).toEqual(isError ? [new Error("check")] : []);
    peer.socket.destroy();
    expect(JSON.stringify([await peer.connection.closed, peers.errors])).not.toContain("secret");
  });

  it.each([
    ["nothing comes", (): void => {}],
    [
      "the check does not settle",
      (peer: { message: (text: string) => void }): void => peer.message("x"),
    ],
  ])("closes with 1008 at the deadline when %s", async (_, act) => {
    const peers = new ManagedPeers({
      authenticateFirst: { deadlineMs: 5_000, check: () => new Promise(() => {}) },
    });
    const peer = peers.add();
    act(peer);
    await settle();
    peers.clock.advance(4_999);
    await settle();
    expect(closeOf(peer)).toBeUndefined();
    peers.clock.advance(1);
    await eventually(() => closeOf(peer) !== undefined);
    expect(closeOf(peer)).toBe("1008 Authentication timeout");
  });

  it("keeps later messages waiting for the check, and for listeners of authenticated", async () => {
    const open: (() => void)[] = [];
    const peers = new ManagedPeers({
      authenticateFirst: {
        check: () => new Promise((resolve) => open.push(() => resolve(true))),
      },
    });
    const got: unknown[] = [];
    peers.manager.on("authenticated", () => new Promise<void>((resolve) => open.push(resolve)));
    peers.manager.on("message", (_, message) => got.push(message));
    const peer = peers.add();
    peer.message("token");
    peer.message("1");
    for (const _ of [1, 2]) {
      await eventually(() => open.length === 1);
      await settle();
      expect(got).toEqual([]);
      open.shift()?.();
    }
    await eventually(() => got.length === 1);
  });

  it("that comes too late, when the client has gone, lets nobody in [G04]", async () => {
    let allow = (): void => {};
    const peers = new ManagedPeers({
      authenticateFirst: {
        check: () =>
          new Promise((resolve) => {
            allow = () => resolve(true);
          }),
      },
      userOf: ({ data }) => data,
    });
    const authenticated = vi.fn();
    peers.manager.on("authenticated", authenticated);
    const peer = peers.add();
    peer.message("token");
    await settle();
    peer.socket.destroy();
    await settle();
    allow();
    await settle();

    expect(authenticated).not.toHaveBeenCalled();
    expect([[...peers.manager.ofUser("data")], peers.manager.size]).toEqual([[], 0]);
    expect(peers.clock.timers).toBe(0);
  });
});
