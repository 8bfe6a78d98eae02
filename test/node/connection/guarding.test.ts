// The guard of a connection's messages: what it stops reaches nobody, and what it lets pass keeps its order.
import { describe, expect, it } from "vitest";
import { eventually, RawPeer, settle } from "../../support/raw-peer.js";
import { closePayload } from "../../support/wire-frame.js";

function peer(): { peer: RawPeer; got: unknown[]; errors: unknown[] } {
  const errors: unknown[] = [];
  const got: unknown[] = [];
  const raw = new RawPeer({ onHandlerError: (error) => errors.push(error) });
  return { peer: raw, got, errors };
}

describe("messageGuard", () => {
  it("keeps messages from listeners, and lets others pass in their order", async () => {
    const { peer: one, got } = peer();
    one.connection.messageGuard = (message) => message !== "b";
    one.connection.on("message", (message) => got.push(message));
    for (const text of ["a", "b", "c", "b", "d"]) one.message(text);
    await eventually(() => got.length === 3);

    expect(got).toEqual(["a", "c", "d"]);
  });

  it("keeps messages from iterators, too", async () => {
    const { peer: one, got } = peer();
    one.connection.messageGuard = async (message) => message !== "b";
    for (const text of ["a", "b", "c"]) one.message(text);
    for await (const message of one.connection) if (got.push(message) === 2) break;

    expect(got).toEqual(["a", "c"]);
  });

  it("may take its time: the next message waits, behind the listener's promise as well", async () => {
    const { peer: one, got } = peer();
    const open: (() => void)[] = [];
    one.connection.messageGuard = (message) =>
      new Promise((resolve) => {
        got.push(`guard ${String(message)}`);
        open.push(() => resolve(true));
      });
    one.connection.on("message", async (message) => {
      got.push(message);
      await new Promise<void>((resolve) => open.push(resolve));
    });
    one.message("a");
    one.message("b");
    for (const length of [1, 2, 3, 4]) {
      await eventually(() => got.length === length);
      await settle();
      expect(got).toHaveLength(length);
      expect(one.connection.isHandling).toBe(true);
      open.shift()?.();
    }
    open.shift()?.();
    await eventually(() => !one.connection.isHandling);

    expect(got).toEqual(["guard a", "a", "guard b", "b"]);
  });

  it("sees a message before anybody listens, and what it lets pass waits for the first who does", async () => {
    const { peer: one, got } = peer();
    const seen: unknown[] = [];
    one.connection.messageGuard = (message) => seen.push(message) > 1;
    for (const text of ["a", "b", "c"]) one.message(text);
    await eventually(() => seen.length === 2);
    await settle();
    expect(seen).toEqual(["a", "b"]);

    one.connection.on("message", (message) => got.push(message));
    await eventually(() => got.length === 2);
    expect(got).toEqual(["b", "c"]);
  });

  it("may be set when messages wait already, and taken away", async () => {
    const { peer: one, got } = peer();
    one.message("a");
    one.message("b");
    await settle();
    one.connection.messageGuard = (message) => message === "b";
    await settle();
    one.connection.messageGuard = undefined;
    one.message("c");
    one.connection.on("message", (message) => got.push(message));
    await eventually(() => got.length === 2);

    expect(got).toEqual(["b", "c"]);
  });

  it.each([
    [
      "throws",
      (): boolean => {
        throw new Error("guard");
      },
    ],
    ["rejects", (): Promise<boolean> => Promise.reject(new Error("guard"))],
    [
      "returns what throws when it is asked for its then",
      (): Promise<boolean> =>
        // oxlint-disable-next-line unicorn/no-thenable -- that is what is tried here
        Object.defineProperty(Promise.resolve(true), "then", {
          get() {
            throw new Error("guard");
          },
        }),
    ],
  ])(
    "that %s is a listener that failed: 1011, and the message reaches nobody",
    async (_, guard) => {
      const { peer: one, got, errors } = peer();
      one.connection.messageGuard = guard;
      one.connection.on("message", (message) => got.push(message));
      one.message("a");
      const close = await one.next();

      expect(close.payload).toEqual(closePayload(1011, "a listener failed"));
      expect(errors).toEqual([new Error("guard")]);
      expect(got).toEqual([]);
    },
  );

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 1],
    ["a text", "yes"],
    ["an object", {}],
  ])("that answers with %s, at once or later, lets no message pass", async (_what, answer) => {
    for (const verdict of [answer, Promise.resolve(answer)]) {
      const { peer: one, got, errors } = peer();
      // @ts-expect-error -- JavaScript may return anything
      one.connection.messageGuard = (message) => message === "b" || verdict;
      one.connection.on("message", (message) => got.push(message));
      one.message("a");
      one.message("b");
      await eventually(() => got.length > 0);

      expect(got).toEqual(["b"]);
      expect(errors).toEqual([]);
    }
  });

  it("that has not decided when the connection ends holds the close event up, not the end event", async () => {
    const { peer: one, got } = peer();
    const decisions: ((isWelcome: boolean) => void)[] = [];
    one.connection.messageGuard = () => new Promise((resolve) => decisions.push(resolve));
    one.connection.on("message", (message) => got.push(message));
    one.connection.on("end", () => got.push("end"));
    one.connection.on("close", () => got.push("close"));
    one.message("a");
    await settle();
    one.socket.destroy();
    await eventually(() => got.length === 1);
    expect(got).toEqual(["end"]);

    decisions[0]?.(true);
    await eventually(() => got.length === 3);
    expect(got).toEqual(["end", "a", "close"]);
  });
});
