import { describe, expect, it, vi } from "vitest";
import {
  type LaterFrame,
  PreparedMessage,
  adoptPrepared,
  isPreparedMessage,
  prepareMessage,
  toMessage,
} from "../../src/protocol/prepared-message.js";
import { LateExtension, failing, inverted, inverting } from "../support/codec.js";
import { FOREIGN_BYTES, FOREIGN_CONTENT } from "../support/foreign-values.js";
import { countingPlatform, pattern, sameBytes } from "../support/protocol.js";
import { decodeFrame, hex, utf8 } from "../support/wire-frame.js";

const allocate = (length: number): Uint8Array => new Uint8Array(length);

const never = (): never => {
  throw new Error("the outcome was there at once");
};

describe("prepareMessage", () => {
  it("makes text of strings and binary of bytes, or what it is told", () => {
    expect(prepareMessage("é")).toMatchObject({ type: "text", data: "é", length: 2 });
    expect(prepareMessage(utf8("é"))).toMatchObject({ type: "binary", length: 2 });
    expect(prepareMessage(utf8("é"), { type: "text" }).type).toBe("text");
    expect(prepareMessage("é", { type: "binary" }).type).toBe("binary");
    expect(prepareMessage(hex("0102").buffer).payload).toEqual(hex("0102"));
  });

  it("may be compressed unless told otherwise", () => {
    expect(prepareMessage("a").compress).toBe(true);
    expect(prepareMessage("a", { compress: false }).compress).toBe(false);
  });

  it.each([
    ["a Uint8Array", new Uint8Array(hex("0102"))],
    ["a Buffer, whose slice() copies nothing", Buffer.from(hex("0102"))],
  ])("copies the bytes of %s, so that they can be used again", (_name, bytes) => {
    const message = prepareMessage(bytes);
    bytes.fill(0xff);

    expect(message.data).toEqual(hex("0102"));
    expect(message.payload).toEqual(hex("0102"));
    expect(message.plainFrame(allocate).bytes).toEqual(hex("82 02 01 02"));
  });

  it("refuses bytes that are no text, and what is no message, at once [6455-8-01]", () => {
    expect(() => prepareMessage(hex("eda080"), { type: "text" })).toThrow(
      new TypeError("these bytes are not UTF-8, so they cannot be sent as text"),
    );
    expect(prepareMessage(hex("eda080")).type).toBe("binary");
    // @ts-expect-error: what a caller without types may do
    expect(() => prepareMessage(5)).toThrow(TypeError);
  });

  it("writes a lone surrogate as U+FFFD, and keeps U+FEFF", () => {
    expect(prepareMessage("\ud800").payload).toEqual(hex("efbfbd"));
    const marked = prepareMessage(hex("efbbbf61"), { type: "text" });
    expect(marked.payload).toEqual(hex("efbbbf61"));
  });
});

describe("PreparedMessage", () => {
  it("is one type of message", () => {
    const message = prepareMessage("a");
    expect(() => message.checkType("text")).not.toThrow();
    expect(() => message.checkType(undefined)).not.toThrow();
    expect(() => message.checkType("binary")).toThrow(
      new TypeError("this message was prepared as text: prepare it as binary"),
    );
  });

  it.each([0, 1, 125, 126, 65_535, 65_536])("is framed once: %d bytes [6455-5.2-04]", (length) => {
    const counted = countingPlatform();
    const message = prepareMessage(pattern(length));
    const frame = message.plainFrame(counted.platform.allocate);
    expect(message.plainFrame(counted.platform.allocate)).toBe(frame);
    expect(counted.allocated).toEqual([frame.bytes.length]);

    const decoded = decodeFrame(frame.bytes);
    expect(decoded?.rest).toHaveLength(0);
    expect(decoded?.frame).toMatchObject({ opcode: 2, fin: true, rsv: 0, maskingKey: undefined });
    expect(sameBytes(decoded?.frame.payload ?? hex("ff"), pattern(length))).toBe(true);
    expect(message.payload.buffer).toBe(frame.bytes.buffer); // not kept twice
  });

  it("is encoded once for each class of connections [7692-6-01] [7692-6-02]", () => {
    const encodeAlone = vi.fn((payload: Uint8Array) => inverted(payload));
    const one = { ...inverting, sharingClass: 1, encodeAlone };
    const other = { ...inverting, sharingClass: 2, encodeAlone };
    const message = prepareMessage("Hello");
    const frame = message.encodedFrame(one, allocate, never);

    expect(frame?.bytes).toEqual(new Uint8Array([0xc1, 5, ...inverted(utf8("Hello"))]));
    expect(frame?.header).toMatchObject({ rsv: 0x40, opcode: 1, fin: true, payloadLength: 5 });
    expect(message.encodedFrame({ ...one }, allocate, never)).toBe(frame);
    expect(encodeAlone).toHaveBeenCalledTimes(1);
    expect(message.encodedFrame(other, allocate, never)).not.toBe(frame);
    expect(encodeAlone).toHaveBeenCalledTimes(2);
  });

  it("is given to all who asked for it while it was encoded elsewhere, after the call", () => {
    const extension = new LateExtension();
    const message = prepareMessage("Hello");
    const given: unknown[] = [];
    const later =
      (name: string): LaterFrame =>
      (outcome) =>
        given.push([name, outcome]);
    expect(message.encodedFrame(extension, allocate, later("a"))).toBeUndefined();
    expect(message.encodedFrame(extension, allocate, later("b"))).toBeUndefined();
    expect(extension.pending).toBe(1);
    expect(given).toEqual([]);

    extension.settle();
    const frame = message.encodedFrame(extension, allocate, never);
    expect(frame?.payload).toEqual(inverted(utf8("Hello")));
    expect(given).toEqual([
      ["a", frame],
      ["b", frame],
    ]);
  });

  it("tells all of an error, and is encoded anew when it is sent again", () => {
    const error = new Error("no memory");
    const message = prepareMessage("Hello");
    expect(() => message.encodedFrame(failing(error), allocate, never)).toThrow(error);

    const extension = new LateExtension(failing(error));
    const later = vi.fn<LaterFrame>();
    message.encodedFrame(extension, allocate, later);
    message.encodedFrame(extension, allocate, later);
    extension.settle();
    expect(later.mock.calls).toEqual([[error], [error]]);
    expect(message.encodedFrame(inverting, allocate, never)?.payload).toHaveLength(5);
  });
});

describe("a message that another copy of the package has prepared", () => {
  const other = async (): Promise<PreparedMessage> => {
    vi.resetModules();
    const copy = await import("../../src/protocol/prepared-message.js");
    return copy.prepareMessage(hex("0102"), { compress: false });
  };

  it("is prepared again, once, and is what it was", async () => {
    const message = await other();
    expect([isPreparedMessage(message), PreparedMessage.isOwn(message)]).toEqual([true, false]);
    const own = adoptPrepared(message);
    expect(PreparedMessage.isOwn(own)).toBe(true);
    expect(own).toMatchObject({ type: "binary", compress: false, payload: hex("0102") });
    expect(adoptPrepared(message)).toBe(own);
    expect(adoptPrepared(own)).toBe(own);
  });

  it.each([
    ["type", "json"],
    ["compress", 1],
    ["data", {}],
  ])("is refused when its %s is %j: that is no version we know", async (name, value) => {
    const message = Object.defineProperty(await other(), name, { value });
    expect(() => adoptPrepared(message)).toThrow(TypeError);
  });

  it.each([undefined, null, "text", {}, new Uint8Array(1)])("is not %s", (value) => {
    expect([isPreparedMessage(value), PreparedMessage.isOwn(value)]).toEqual([false, false]);
  });
});

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
