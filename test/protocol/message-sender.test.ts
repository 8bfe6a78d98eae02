import { describe, expect, it, vi } from "vitest";
import { CodecError } from "../../src/protocol/errors.js";
import { COPIED_PAYLOAD_BYTES } from "../../src/protocol/copying.js";
import { failing, inverting, LateExtension } from "../support/codec.js";
import { newSender } from "../support/message-sender.js";
import { pattern } from "../support/protocol.js";
import { BINARY, CLOSE, CONTINUATION, hex, TEXT, utf8 } from "../support/wire-frame.js";

describe("MessageSender", () => {
  it("sends text and bytes, each in one frame with its opcode [6455-6-02] [6455-6-03] [6455-6-04]", () => {
    const { sender, sent } = newSender();
    sender.send("one", true, true);
    sender.send(utf8("two"), true, true);
    sender.send(utf8("three"), false, true);
    sender.send("four", false, true);

    expect(sent()).toEqual([
      [TEXT, true, 0, "one"],
      [TEXT, true, 0, "two"],
      [BINARY, true, 0, "three"],
      [BINARY, true, 0, "four"],
    ]);
  });

  it("sends fragments: the opcode first, then continuations, FIN on the last [6455-5.4-06] [6455-6-04]", () => {
    for (const isText of [true, false]) {
      const { sender, sent } = newSender(inverting);
      sender.start(isText);
      sender.sendFragment("one", false);
      sender.sendFragment(utf8("two"), false);
      sender.sendFragment("", false);
      sender.sendFragment("", true);

      expect(sent()).toEqual([
        [isText ? TEXT : BINARY, false, 0, "one"],
        [CONTINUATION, false, 0, "two"],
        [CONTINUATION, false, 0, ""],
        [CONTINUATION, true, 0, ""],
      ]);
    }
  });

  it("knows whether a message has been started and not ended", () => {
    const { sender, sent } = newSender();
    expect(sender.isInMessage).toBe(false);
    sender.start(true);
    expect(sender.isInMessage).toBe(true);
    sender.sendFragment("a", false);
    expect(sender.isInMessage).toBe(true);
    sender.sendFragment("b", true);
    expect(sender.isInMessage).toBe(false);

    sender.start(false);
    sender.sendFragment("c", true);
    expect(sent().at(-1)).toEqual([BINARY, true, 0, "c"]);
  });

  it("does not let messages interleave [6455-5.4-04]", () => {
    const { sender, sent } = newSender();
    expect(() => sender.sendFragment("a", true)).toThrow("no message has been started");
    sender.start(true);
    expect(() => sender.start(true)).toThrow("a message is being sent in fragments: end it first");
    expect(() => sender.send("a", true, true)).toThrow(
      "a message is being sent in fragments: end it first",
    );

    expect(sent()).toEqual([]);
  });

  it("ends a message in fragments with a Close frame, unfinished [6455-5.5-11]", () => {
    const { sender, sent } = newSender();
    sender.start(true);
    sender.sendFragment("a", false);
    sender.sendClose(hex("03e8"));

    expect(sender.isInMessage).toBe(false);
    expect(sent().map(([opcode]) => opcode)).toEqual([TEXT, CLOSE]);
  });
});

describe("MessageSender, with an extension", () => {
  it("encodes a whole message and sets its bit on the one frame [7692-6-01] [7692-6-02]", () => {
    const { sender, sent, budget } = newSender(inverting);
    sender.send("one", true, true);
    sender.send(utf8("two"), false, true);
    sender.sendClose(hex(""));

    expect(sent()).toEqual([
      [TEXT, true, 4, "one"],
      [BINARY, true, 4, "two"],
      [CLOSE, true, 0, ""],
    ]);
    expect(budget.heldBytes).toBe(0);
  });

  it("leaves single messages as they are: those not worth it, and those it is told to [7692-6-04]", () => {
    const { sender, sent } = newSender({ ...inverting, isWorthEncoding: (length) => length > 3 });
    sender.send("one", true, true);
    sender.send("four", true, true);
    sender.send("five", true, false);

    expect(sent().map(([, , rsv, text]) => [rsv, text])).toEqual([
      [0, "one"],
      [4, "four"],
      [0, "five"],
    ]);
  });

  it("keeps the order when encoding takes its time [6455-6-06]", () => {
    const extension = new LateExtension();
    const { sender, sent, onProgress, budget } = newSender(extension);
    sender.send("one", true, true);
    sender.send("two", true, false);
    sender.send(utf8("three"), false, true);
    sender.send(utf8("four"), true, false);
    sender.sendClose(hex("03e8"));
    expect(sent()).toEqual([]);
    expect(sender.isEncoding).toBe(true);
    expect(extension.pending).toBe(1);
    expect(budget.encodingBytes).toBe(3);
    expect(budget.outputBytes).toBe("twothreefour".length + 2);
    expect(budget.objects).toBe(4);

    extension.settle();
    expect(sent().map(([, , , text]) => text)).toEqual(["one", "two"]);
    expect(onProgress).toHaveBeenCalledTimes(1);
    expect([budget.encodingBytes, budget.outputBytes, budget.objects]).toEqual([5, 6, 2]);

    extension.settle();
    expect(sent().map(([opcode, , rsv]) => [opcode, rsv])).toEqual([
      [BINARY, 4],
      [TEXT, 0],
      [CLOSE, 0],
    ]);
    expect(sender.isEncoding).toBe(false);
    expect(onProgress).toHaveBeenCalledTimes(2);
    expect(budget.heldBytes).toBe(0);
  });

  it("keeps what waits safe from its caller as far as it copies bytes at all [6455-10-05]", () => {
    const extension = new LateExtension();
    const { sender, sent } = newSender(extension);
    const [short, long] = [pattern(COPIED_PAYLOAD_BYTES), pattern(COPIED_PAYLOAD_BYTES + 1)];
    sender.send("x", true, true);
    sender.send(short, false, false);
    sender.send(long, false, false);
    short.fill(0x41);
    long.fill(0x41);
    extension.settle();

    const [, first, second] = sent();
    expect(first?.[3]).toBe(new TextDecoder().decode(pattern(COPIED_PAYLOAD_BYTES)));
    expect(second?.[3]).toBe("A".repeat(COPIED_PAYLOAD_BYTES + 1));
  });

  it.each([
    ["client", COPIED_PAYLOAD_BYTES + 1, "as it was"],
    ["client", 3, "as it was"],
    ["server", 3, "as it was"],
    ["server", COPIED_PAYLOAD_BYTES + 1, "as it is then"],
  ] as const)(
    "encodes elsewhere what a %s sends of %i bytes %s, and so what waits for that [6455-10-05]",
    (role, length, which) => {
      const extension = new LateExtension();
      const { sender, sent } = newSender(extension, role);
      const [encoded, waiting] = [pattern(length), pattern(length)];
      sender.send(encoded, false, true);
      sender.send(waiting, false, false);
      encoded.fill(0x41);
      waiting.fill(0x41);
      extension.settle();

      const expected = which === "as it was" ? pattern(length) : new Uint8Array(length).fill(0x41);
      const text = new TextDecoder().decode(expected);
      expect(sent().map((frame) => frame[3])).toEqual([text, text]);
    },
  );

  it("copies nothing that is encoded within the call", () => {
    const encode = vi.fn((payload: Uint8Array) => payload);
    const { sender } = newSender({ ...inverting, elsewhereBytes: 10, encode }, "client");
    const [short, long] = [pattern(9), pattern(10)];
    sender.send(short, false, true);
    sender.send(long, false, true);
    sender.send("0123456789", true, true);

    expect(encode.mock.calls.map(([payload]) => [short, long].indexOf(payload))).toEqual([
      0, -1, -1,
    ]);
  });

  it("starts no message in fragments while another is encoded", () => {
    const extension = new LateExtension();
    const { sender } = newSender(extension);
    sender.send("one", true, true);
    expect(() => sender.start(true)).toThrow("a message is being encoded: wait until it is out");
    extension.settle();

    sender.start(true);
    expect(sender.isInMessage).toBe(true);
  });

  it.each([
    ["at once", (error: Error) => failing(error)],
    ["later", (error: Error) => new LateExtension(failing(error))],
  ])("gives up when encoding fails %s: nothing that waited goes out", (_when, extensionFor) => {
    const error = new Error("no memory");
    const extension = extensionFor(error);
    const { sender, sent, onCodecError, budget } = newSender(extension);
    sender.send("one", true, true);
    if (extension instanceof LateExtension) {
      sender.send("two", true, false);
      sender.sendClose(hex("03e8"));
      extension.settle();
    }

    expect(onCodecError).toHaveBeenCalledOnce();
    const [given] = onCodecError.mock.calls[0] ?? [];
    expect(given).toBeInstanceOf(CodecError);
    expect(given?.cause).toBe(error);
    expect(sent()).toEqual([]);
    expect(sender.isEncoding).toBe(false);
    expect(budget.heldBytes).toBe(0);
  });

  it("stops at a waiting message that fails at once", () => {
    const late = new LateExtension();
    let calls = 0;
    const { sender, sent, onCodecError, budget } = newSender({
      ...inverting,
      encode: (payload, later) => {
        if (++calls > 1) throw new Error("no memory");
        return late.encode(payload, later);
      },
    });
    for (const text of ["one", "two", "three"]) sender.send(text, true, true);
    late.settle();

    expect(sent().map(([, , , text]) => text)).toEqual(["one"]);
    expect(onCodecError).toHaveBeenCalledOnce();
    expect(budget.heldBytes).toBe(0);
  });

  it.each([
    ["good", inverting],
    ["bad", failing(new Error("no memory"))],
  ])("forgets all when it is cleared, and swallows a %s outcome", (_which, inner) => {
    const extension = new LateExtension(inner);
    const { sender, sent, onProgress, onCodecError, budget } = newSender(extension);
    sender.send("one", true, true);
    sender.send("two", true, true);
    sender.clear();
    expect([budget.encodingBytes, budget.outputBytes, budget.objects]).toEqual([3, 0, 0]);

    extension.settle();
    expect(sent()).toEqual([]);
    expect(onProgress).not.toHaveBeenCalled();
    expect(onCodecError).not.toHaveBeenCalled();
    expect(budget.heldBytes).toBe(0);
  });

  it("forgets a message in fragments when it is cleared", () => {
    const { sender } = newSender();
    sender.start(true);
    sender.clear();

    expect(sender.isInMessage).toBe(false);
  });
});
