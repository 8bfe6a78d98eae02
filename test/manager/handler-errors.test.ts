// Which listener or hook of a manager failed: told to onHandlerError, and printed without it.
import { describe, expect, it, vi } from "vitest";
import { ConnectionManager, type ManagerOptions } from "../../src/manager/index.js";
import { FakeClock } from "../support/clock.js";
import { eventually, RawPeer } from "../support/raw-peer.js";

const oops = new Error("oops");
const fails = (): never => {
  throw oops;
};

/** A manager with one connection, and what it is told. */
function managed(options: ManagerOptions = {}, prepare?: (manager: ConnectionManager) => void) {
  const told: unknown[] = [];
  const clock = new FakeClock();
  const onHandlerError = (...all: unknown[]) => told.push(all);
  const manager = new ConnectionManager({ clock, onHandlerError, ...options });
  prepare?.(manager);
  const peer = new RawPeer({ clock });
  manager.add(peer.connection);
  return { told, manager, peer, clock };
}

describe("the source of an error of a manager", () => {
  // oxfmt-ignore
  it.each<[string, ManagerOptions, ((manager: ConnectionManager) => void)?]>([
    ["\"connection\" listener",    {}, (manager) => void manager.on("connection", fails)],
    ["\"message\" listener",       {}, (manager) => void manager.on("message", () => Promise.reject(oops))],
    ["userOf",                     { userOf: fails }],
    ["authenticateFirst.check",    { authenticateFirst: { check: () => Promise.reject(oops) } }],
  ])("is %s", async (source, options, prepare) => {
    const { told, peer } = managed(options, prepare);
    peer.message("a");
    await eventually(() => told.length > 0);

    expect(told).toEqual([[oops, `${source} of a ConnectionManager`]]);
  });

  it("is authorize, and what joins a batch", async () => {
    const { told, manager, peer, clock } = managed({ authorize: fails, batch: { join: fails } });
    await manager.room("lobby").join(peer.connection);
    manager.broadcast("a", { batchMs: 10 });
    manager.broadcast("b", { batchMs: 10 });
    clock.advance(10);

    expect(told).toEqual([
      [oops, "authorize of a ConnectionManager"],
      [oops, "batch.join of a ConnectionManager"],
    ]);
  });

  it("is printed without a hook, with the error", async () => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const { peer } = managed({ onHandlerError: undefined }, (manager) => {
      manager.on("message", fails);
    });
    peer.message("a");
    await eventually(() => warning.mock.calls.length > 0);

    expect(warning).toHaveBeenCalledExactlyOnceWith(
      '"message" listener of a ConnectionManager failed; set onHandlerError to be told',
      { type: "PlainsocketHandlerError", detail: expect.stringContaining("Error: oops\n    at ") },
    );
    warning.mockRestore();
  });
});
