import { describe, expect, it, vi } from "vitest";
import { CloseEvent, ErrorEvent, messageEvent } from "../../../src/node/websocket/events.js";
import { connecting, event, opened } from "../../support/websocket-peer.js";
import { TEXT, frame } from "../../support/wire-frame.js";

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

  it("has its members on the prototype, where libraries look for them", () => {
    const closed = new CloseEvent("close", { code: 4000 });
    expect(Object.prototype.toString.call(closed)).toBe("[object CloseEvent]");
    const members: string[] = [];
    for (const name in closed) if (!(name in new Event("x"))) members.push(name);
    expect(members.sort()).toEqual(["code", "reason", "wasClean"]);
    expect(Reflect.set(closed, "code", 1)).toBe(false);
  });

  it("is the platform's own where there is one", async () => {
    for (const name of ["CloseEvent", "ErrorEvent"] as const) {
      class Own extends Event {}
      vi.stubGlobal(name, Own);
      vi.resetModules();
      const events = await import("../../../src/node/websocket/events.js");
      expect(events[name]).toBe(Own);
      vi.unstubAllGlobals();
    }
  });
});

describe("a message event", () => {
  /** As Deno has it: fields, and no class string on the prototype. */
  class WithFields extends Event {
    readonly data: unknown;

    constructor(type: string, { data }: { data: unknown }) {
      super(type);
      this.data = data;
    }
  }

  /** As the standard has it. */
  class WithAccessors extends Event {
    readonly #data: unknown;

    constructor(type: string, { data }: { data: unknown }) {
      super(type);
      this.#data = data;
    }

    get data(): unknown {
      return this.#data;
    }

    get [Symbol.toStringTag](): string {
      return "MessageEvent";
    }
  }

  it.each([WithFields, WithAccessors])(
    "is of the platform's class unless that is half of the standard's: %o",
    async (Own) => {
      vi.stubGlobal("MessageEvent", Own);
      vi.resetModules();
      const events = await import("../../../src/node/websocket/events.js");
      const made = events.messageEvent("x", "https://a.example");
      vi.unstubAllGlobals();
      expect(made.constructor).toBe(Own);
      expect(made.data).toBe("x");
    },
  );

  it("is one of the platform's in any case, with what came", () => {
    const made = messageEvent("x", "wss://a.example");
    expect(made).toBeInstanceOf(MessageEvent);
    expect(Object.prototype.toString.call(made)).toBe("[object MessageEvent]");
    expect(made).toMatchObject({ type: "message", data: "x", origin: "wss://a.example" });
    expect(made.ports).toEqual([]);
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
