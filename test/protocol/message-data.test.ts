import { describe, expect, it } from "vitest";
import { toMessage } from "../../src/protocol/message-data.js";
import { FOREIGN_BYTES, FOREIGN_CONTENT } from "../support/foreign-values.js";
import { hex } from "../support/wire-frame.js";

describe("toMessage", () => {
  it("gives strings and Uint8Arrays as they are", () => {
    const bytes = hex("0102");
    expect(toMessage("text")).toBe("text");
    expect(toMessage(bytes)).toBe(bytes);
  });

  const { buffer } = Uint8Array.of(0, 0, 1, 2, 0);

  it.each([
    ["a view of other elements", new Uint16Array(buffer, 2, 1)],
    ["a DataView", new DataView(buffer, 2, 2)],
  ])("shows exactly the bytes of %s, without a copy", (_name, view) => {
    const bytes = toMessage(view);
    expect(bytes).toEqual(hex("0102"));
    expect(bytes).toHaveProperty("buffer", buffer);
  });

  it("shows all bytes of an ArrayBuffer, without a copy", () => {
    expect(toMessage(buffer)).toEqual(hex("0000010200"));
    expect(toMessage(buffer)).toHaveProperty("buffer", buffer);
  });

  it("shows the bytes of memory that threads share", () => {
    const shared = new SharedArrayBuffer(2);
    new Uint8Array(shared).set(hex("0102"));
    expect(toMessage(shared)).toEqual(new Uint8Array(shared));
  });

  it.each(FOREIGN_BYTES)("shows the bytes of %s [M10]", (_name, value) => {
    const bytes = toMessage(value);
    expect(bytes).toBeInstanceOf(Uint8Array);
    expect(bytes).toEqual(FOREIGN_CONTENT);
  });

  it.each<[string, unknown]>([
    ["Number", 5],
    ["Null", null],
    ["Promise", Promise.resolve("text")],
    ["Array", [1]],
  ])("names what it refuses: %s", (kind, value) => {
    // @ts-expect-error: what a caller without types may do
    expect(() => toMessage(value)).toThrow(`cannot send ${kind}: give a string`);
  });

  it.each(["Blob", "File"])("says how to send a %s", (name) => {
    const blob = { [Symbol.toStringTag]: name };
    // @ts-expect-error: what a caller without types may do
    expect(() => toMessage(blob)).toThrow(
      `cannot send ${name}: give what its arrayBuffer() resolves with`,
    );
  });

  it.each([5, null, undefined, {}, [1], true])("refuses %s and says what to give", (value) => {
    // @ts-expect-error: what a caller without types may do
    expect(() => toMessage(value)).toThrow(/^cannot send \w+: give a string/);
  });
});
