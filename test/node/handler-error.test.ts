// Anything can be thrown, also what cannot be made into a string.
import { describe, expect, it } from "vitest";
import { toError } from "../../src/node/handler-error.js";
import { CLOSE } from "../support/wire-frame.js";
import { RawPeer } from "../support/raw-peer.js";

describe("what somebody has thrown", () => {
  it("is itself when it is an error", () => {
    const error = new TypeError("x");
    expect(toError(error)).toBe(error);
  });

  it.each([
    ["text", "text"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("s"), "Symbol(s)"],
    [Object.create(null), "what was thrown is no Error"],
  ])("is an error with it as its cause: %j", (cause: unknown, message) => {
    expect(toError(cause)).toMatchObject({ message });
    expect(toError(cause).cause).toBe(cause);
  });

  it("closes a connection as any error does", async () => {
    const thrown: unknown = Object.create(null);
    const errors: unknown[] = [];
    const peer = new RawPeer({ onHandlerError: (error) => errors.push(error) });
    peer.connection.on("message", () => {
      throw thrown;
    });
    peer.message("x");
    expect(await peer.next()).toMatchObject({ opcode: CLOSE });
    expect(errors).toEqual([thrown]);
  });
});
