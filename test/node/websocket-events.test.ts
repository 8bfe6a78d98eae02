import { describe, expect, it, vi } from "vitest";
import { CloseEvent, ErrorEvent } from "../../src/node/websocket-events.js";
import { connecting, event, opened } from "../support/websocket-peer.js";
import { frame, TEXT } from "../support/wire-frame.js";

describe("an event class", () => {
  it("has what it was made with", () => {
    const closed = new CloseEvent("close", { code: 4000, reason: "x", wasClean: true });
    expect(closed).toBeInstanceOf(Event);
    expect(closed).toMatchObject({ type: "close", code: 4000, reason: "x", wasClean: true });
    const error = new Error("x");
    const failed = new ErrorEvent("error", { message: "m", error, cancelable: true });
    expect(failed).toBeInstanceOf(Event);
    expect(failed).toMatchObject({ type: "error", message: "m", error, cancelable: true });
  });

  it("has defaults", () => {
    const closed = { code: 0, reason: "", wasClean: false, bubbles: false, cancelable: false };
    expect(new CloseEvent("close")).toMatchObject(closed);
    expect(new ErrorEvent("error")).toMatchObject({ message: "" });
  });

  it("is the platform's own where there is one", async () => {
    for (const name of ["CloseEvent", "ErrorEvent"] as const) {
      class Own extends Event {}
      vi.stubGlobal(name, Own);
      vi.resetModules();
      const events = await import("../../src/node/websocket-events.js");
      expect(events[name]).toBe(Own);
      vi.unstubAllGlobals();
    }
  });
});

describe("a handler attribute", () => {
  const names = ["onopen", "onmessage", "onerror", "onclose"] as const;

  it("is null until it is set, and gives what was set", () => {
    const { socket } = connecting();
    for (const name of names) {
      expect(socket[name]).toBeNull();
      const handler = (): void => {};
      socket[name] = handler;
      expect(socket[name]).toBe(handler);
      socket[name] = null;
      expect(socket[name]).toBeNull();
      Reflect.set(socket, name, "not callable");
      expect(socket[name]).toBeNull();
    }
    socket.close();
  });

  it("is called with the event, on the socket", async () => {
    const { socket, peer } = connecting();
    const calls: unknown[] = [];
    for (const name of names) {
      socket[name] = function handler(this: unknown, given: Event) {
        expect(this).toBe(socket);
        calls.push([name, given.type]);
      };
    }
    await peer.accept([], [frame(TEXT, "x")]);
    peer.end();
    await event(socket, "close");
    expect(calls).toEqual([
      ["onopen", "open"],
      ["onmessage", "message"],
      ["onerror", "error"],
      ["onclose", "close"],
    ]);
  });

  it("keeps its place among the listeners when it is replaced, not when it is taken away", async () => {
    const { socket, peer } = await opened();
    const calls: string[] = [];
    const handler = (name: string) => () => void calls.push(name);
    socket.onmessage = handler("first");
    socket.addEventListener("message", handler("listener"));
    socket.onmessage = handler("second");
    peer.send(frame(TEXT, "x"));
    await event(socket, "message");
    socket.onmessage = null;
    socket.onmessage = handler("third");
    peer.send(frame(TEXT, "x"));
    await event(socket, "message");
    expect(calls).toEqual(["second", "listener", "listener", "third"]);
    socket.close();
  });
});
