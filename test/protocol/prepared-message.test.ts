import { describe, expect, it, vi } from "vitest";
import {
  adoptPrepared,
  isPreparedMessage,
  type LaterFrame,
  prepareMessage,
  PreparedMessage,
} from "../../src/protocol/prepared-message.js";
import { failing, inverted, inverting, LateExtension } from "../support/codec.js";
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
