import { describe, expect, it } from "vitest";
import { CodecError, ProtocolError } from "../../src/protocol/errors.js";
import { failing, inverted, inverting, LateExtension } from "../support/codec.js";
import { all, newReceiver } from "../support/message-receiver.js";
import { frameFrom, violation } from "../support/protocol.js";
import { BINARY, concat, CONTINUATION, hex, PING, TEXT, utf8 } from "../support/wire-frame.js";

const COMPRESSED = { rsv: 4 };

const server = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
  frameFrom("server", opcode, payload, overrides);

describe("MessageReceiver, with an extension", () => {
  const compressed = (payload: string, opcode: number = TEXT) =>
    server(opcode, inverted(utf8(payload)), COMPRESSED);

  it("decodes what came with RSV1, and passes on the rest as it is [7692-6-07] [7692-6-04]", () => {
    const { receiver, budget } = newReceiver({ extension: inverting });
    receiver.push(concat([compressed("one"), server(TEXT, "two"), compressed("three", BINARY)]));

    expect(all(receiver)).toEqual([
      { type: "message", isText: true, data: "one" },
      { type: "message", isText: true, data: "two" },
      { type: "message", isText: false, data: utf8("three") },
    ]);
    expect(budget.heldBytes).toBe(0);
  });

  it("joins fragments before it decodes them [7692-6-05] [7692-6-07]", () => {
    const { receiver } = newReceiver({ extension: inverting });
    const [first, ...rest] = Array.from(inverted(utf8("Hello")), (byte) => Uint8Array.of(byte));
    receiver.push(server(TEXT, first, { ...COMPRESSED, fin: false }));
    for (const byte of rest) receiver.push(server(CONTINUATION, byte, { fin: false }));
    receiver.push(server(CONTINUATION));

    expect(all(receiver)).toMatchObject([{ isText: true, data: "Hello" }]);
  });

  it("checks text once it is decoded [7692-6-08]", () => {
    const { receiver } = newReceiver({ extension: inverting });
    receiver.push(server(TEXT, inverted(hex("ed a0 80")), COMPRESSED));

    expect(() => receiver.next()).toThrow(violation("UTF8_INVALID"));
  });

  it("holds the decoded message to the limit [6455-10-07]", () => {
    const { receiver } = newReceiver({ extension: inverting });
    receiver.push(server(BINARY, new Uint8Array(1000), COMPRESSED));
    expect(receiver.next()).toMatchObject({ data: new Uint8Array(1000).fill(0xff) });
    receiver.push(server(BINARY, new Uint8Array(1001), COMPRESSED));

    expect(() => receiver.next()).toThrow(violation("MESSAGE_TOO_BIG"));
  });

  it("tells the peer's faults from the codec's own", () => {
    const peer = new ProtocolError("DEFLATE_INVALID");
    const [broken, own] = [peer, new Error("no memory")].map((error) => {
      const { receiver } = newReceiver({ extension: failing(error) });
      receiver.push(compressed("x"));
      return receiver;
    });

    expect(() => broken?.next()).toThrow(peer);
    expect(() => own?.next()).toThrow(CodecError);
  });

  it("does not send what a codec of a version that is too different says of the peer", () => {
    for (const [name, value] of [
      ["closeCode", 1006],
      ["reason", undefined],
    ] as const) {
      const error = new ProtocolError("DEFLATE_INVALID");
      Object.defineProperty(error, name, { value });
      const { receiver } = newReceiver({ extension: failing(error) });
      receiver.push(compressed("x"));

      expect(() => receiver.next()).toThrow(CodecError);
    }
  });

  it("gives a codec that takes its time no lent memory", () => {
    const extension = new LateExtension(inverting);
    const { receiver } = newReceiver({ extension });
    const lent = compressed("one");
    receiver.push(lent, "lent");
    expect(receiver.next()).toBeUndefined();
    receiver.keepLent();
    lent.fill(0xff);
    extension.settleAll();

    expect(receiver.next()).toEqual({ type: "message", isText: true, data: "one" });
  });

  it("waits for an outcome that comes later, and reads nothing behind it meanwhile", () => {
    const extension = new LateExtension();
    const { receiver, budget, onProgress } = newReceiver({ extension });
    expect(receiver.canDecode).toBe(true);
    receiver.push(concat([compressed("one"), server(PING), server(TEXT, "two")]));

    expect(receiver.next()).toBeUndefined();
    expect(receiver.next()).toBeUndefined();
    expect(receiver.isDecoding).toBe(true);
    expect(budget.decodingBytes).toBe(3);
    expect(onProgress).not.toHaveBeenCalled();

    extension.settle();
    expect(onProgress).toHaveBeenCalledOnce();
    expect(receiver.isDecoding).toBe(false);
    expect(all(receiver)).toMatchObject([{ data: "one" }, { type: "control" }, { data: "two" }]);
    expect(budget.heldBytes).toBe(0);
  });

  it("throws the error of an outcome that comes later", () => {
    for (const [error, type] of [
      [new ProtocolError("MESSAGE_TOO_BIG"), ProtocolError],
      [new Error("no memory"), CodecError],
    ] as const) {
      const extension = new LateExtension(failing(error));
      const { receiver, budget } = newReceiver({ extension });
      receiver.push(compressed("x"));
      receiver.next();
      extension.settle();

      expect(() => receiver.next()).toThrow(type);
      expect(budget.decodingBytes).toBe(0);
    }
  });

  it("gives back to the budget when it is cleared, and swallows the outcome then", () => {
    for (const inner of [inverting, failing(new Error("no memory"))]) {
      const extension = new LateExtension(inner);
      const { receiver, budget, onProgress } = newReceiver({ extension });
      receiver.push(concat([compressed("one"), server(PING)]));
      receiver.next();
      receiver.clear();
      expect(budget.heldBytes).toBe(0);
      expect(receiver.isDecoding).toBe(false);

      extension.settle();
      expect(onProgress).not.toHaveBeenCalled();
      expect(receiver.next()).toBeUndefined();
      expect(budget.heldBytes).toBe(0);
    }
  });

  it("does not take the outcome of a dropped message for that of another", () => {
    const extension = new LateExtension();
    const { receiver, onProgress } = newReceiver({ extension });
    receiver.push(compressed("dropped"));
    receiver.next();
    receiver.clear();
    receiver.push(compressed("other"));
    receiver.next();
    extension.settle();
    expect(onProgress).not.toHaveBeenCalled();
    expect(receiver.next()).toBeUndefined();

    extension.settle();
    expect(receiver.next()).toMatchObject({ data: "other" });
  });

  it("gives back what a failed decoding held once it is cleared", () => {
    const { receiver, budget } = newReceiver({ extension: failing(new Error("no memory")) });
    receiver.push(compressed("one"));
    expect(() => receiver.next()).toThrow(CodecError);
    receiver.clear();

    expect(budget.heldBytes).toBe(0);
  });
});

describe("MessageReceiver, while messages are dropped", () => {
  it("is not so where they are delivered to the end", () => {
    const { receiver } = newReceiver({ extension: inverting }, "deliver");
    receiver.push(server(TEXT, "on", { fin: false }));
    expect(receiver.next()).toBeUndefined();
    receiver.closeSent();
    receiver.push(
      concat([server(CONTINUATION, "e"), server(TEXT, inverted(utf8("two")), COMPRESSED)]),
    );

    expect(all(receiver)).toMatchObject([{ data: "one" }, { data: "two" }]);
  });

  it("gives control frames only, and decodes nothing", () => {
    const { receiver } = newReceiver({ extension: failing(new Error("not asked")) });
    receiver.closeSent();
    receiver.push(
      concat([
        server(TEXT, "one"),
        server(TEXT, hex("ff")),
        server(BINARY, hex("00"), COMPRESSED),
        server(TEXT, hex("ff"), { fin: false }),
        server(PING, "still here"),
        server(CONTINUATION, hex("ff")),
      ]),
    );

    expect(all(receiver)).toEqual([{ type: "control", opcode: 9, payload: utf8("still here") }]);
  });

  it("drops the outcome of a decoding under way, good or bad, and goes on", () => {
    for (const inner of [inverting, failing(new ProtocolError("DEFLATE_INVALID"))]) {
      const extension = new LateExtension(inner);
      const { receiver, budget } = newReceiver({ extension });
      receiver.push(concat([server(TEXT, "x", COMPRESSED), server(PING)]));
      receiver.next();
      receiver.closeSent();
      expect(receiver.next()).toBeUndefined();
      extension.settle();

      expect(all(receiver)).toMatchObject([{ type: "control", opcode: 9 }]);
      expect(budget.heldBytes).toBe(0);
    }
  });
});
