import { describe, expect, it, vi } from "vitest";
import { Budget } from "../../src/protocol/budget.js";
import { CodecError } from "../../src/protocol/errors.js";
import { FrameWriter } from "../../src/protocol/frame-writer.js";
import { MessageSender } from "../../src/protocol/message-sender.js";
import { OutputBuffer } from "../../src/protocol/output-buffer.js";
import { prepareMessage } from "../../src/protocol/prepared-message.js";
import { failing, inverted, inverting, LateExtension } from "../support/codec.js";
import { newSender } from "../support/message-sender.js";
import { framesIn, platform } from "../support/protocol.js";
import { BINARY, CLOSE, concat, hex, TEXT, utf8 } from "../support/wire-frame.js";

const never = (): never => {
  throw new Error("not to be called");
};

describe("MessageSender, with a prepared message", () => {
  it("sends it like any other, in order [6455-6-02] [6455-6-06]", () => {
    const { sender, sent } = newSender();
    const message = prepareMessage("Hello");
    sender.send("one", true, true);
    sender.sendPrepared(message, {});
    sender.sendPrepared(prepareMessage(utf8("bytes")), {});
    sender.sendPrepared(message, { type: "text" });

    expect(sent()).toEqual([
      [TEXT, true, 0, "one"],
      [TEXT, true, 0, "Hello"],
      [BINARY, true, 0, "bytes"],
      [TEXT, true, 0, "Hello"],
    ]);
  });

  it("sends it, text or bytes as what the options say, and text only when it is UTF-8 [6455-8-01]", () => {
    const { sender, sent } = newSender(inverting);
    sender.sendMessage(prepareMessage("prepared"), {});
    sender.sendMessage("text", {});
    sender.sendMessage(utf8("bytes"), { compress: false });
    sender.sendMessage(utf8("text"), { type: "text", compress: false });
    sender.sendMessage("bytes", { type: "binary", compress: false });
    expect(() => sender.sendMessage(hex("ff"), { type: "text" })).toThrow(
      new TypeError("these bytes are not UTF-8, so they cannot be sent as text"),
    );

    expect(sent().map(([opcode, , rsv, text]) => [opcode, rsv, text])).toEqual([
      [TEXT, 4, "prepared"],
      [TEXT, 4, "text"],
      [BINARY, 0, "bytes"],
      [TEXT, 0, "text"],
      [BINARY, 0, "bytes"],
    ]);
  });

  it("refuses to send it as another type, or inside a message in fragments [6455-5.4-04]", () => {
    const { sender, sent } = newSender();
    const message = prepareMessage("Hello");
    expect(() => sender.sendPrepared(message, { type: "binary" })).toThrow(TypeError);
    sender.start(true);
    expect(() => sender.sendPrepared(message, {})).toThrow("end it first");

    expect(sent()).toEqual([]);
  });

  it("encodes it alone, unless it or the call says no, or it is not worth it [7692-6-01] [7692-6-04]", () => {
    const skip = vi.fn<(payload: Uint8Array) => void>();
    const isWorthEncoding = (length: number): boolean => length > 3;
    const { sender, sent } = newSender({ ...inverting, encode: never, skip, isWorthEncoding });
    sender.sendPrepared(prepareMessage("Hello"), {});
    sender.sendPrepared(prepareMessage("plain", { compress: false }), {});
    sender.sendPrepared(prepareMessage("plain"), { compress: false });
    sender.sendPrepared(prepareMessage("tny"), { compress: true });

    expect(sent().map(([, , rsv, text]) => [rsv, text])).toEqual([
      [4, "Hello"],
      [0, "plain"],
      [0, "plain"],
      [0, "tny"],
    ]);
    expect(skip.mock.calls.map(([payload]) => new TextDecoder().decode(payload))).toEqual([
      "Hello",
    ]);
  });

  it("keeps the order when its encoding, or another's, takes its time [6455-6-06]", () => {
    const extension = new LateExtension();
    const { sender, sent, onProgress, budget } = newSender(extension);
    const message = prepareMessage("two");
    sender.send("one", true, true);
    sender.sendPrepared(message, {});
    sender.sendPrepared(prepareMessage("three"), { compress: false });
    sender.sendPrepared(message, {});
    sender.sendClose(hex("03e8"));
    expect([budget.encodingBytes, budget.outputBytes, budget.objects]).toEqual([3, 13, 4]);

    extension.settle();
    expect(sent().map(([, , , text]) => text)).toEqual(["one"]);
    expect([budget.encodingBytes, budget.outputBytes, budget.objects]).toEqual([3, 10, 3]);
    extension.settle();
    expect(sent().map(([opcode, , rsv, text]) => [opcode, rsv, text])).toEqual([
      [TEXT, 4, "two"],
      [TEXT, 0, "three"],
      [TEXT, 4, "two"],
      [CLOSE, 0, expect.anything()],
    ]);
    expect(onProgress).toHaveBeenCalledTimes(2);
    expect([budget.heldBytes, extension.pending]).toEqual([0, 0]);
  });

  it("gives up when its encoding fails, at once or later", () => {
    const error = new Error("no memory");
    for (const extension of [failing(error), new LateExtension(failing(error))]) {
      const { sender, sent, onCodecError, budget } = newSender(extension);
      sender.sendPrepared(prepareMessage("Hello"), {});
      if (extension instanceof LateExtension) extension.settle();

      expect(onCodecError.mock.calls).toEqual([[expect.any(CodecError)]]);
      expect([sent(), sender.isEncoding, budget.heldBytes]).toEqual([[], false, 0]);
    }
  });

  it("masks it anew each time, as a client, and encodes it with what came before [6455-5.3-01]", () => {
    const output = new OutputBuffer(platform.allocate);
    let key = 0;
    const masking = { ...platform, generateMaskingKey: () => ++key };
    const sender = new MessageSender({
      writer: new FrameWriter("client", masking, output),
      platform: masking,
      budget: new Budget(),
      extension: { ...inverting, encodeAlone: never },
      onProgress: () => {},
      onCodecError: never,
    });
    const message = prepareMessage("Hello");
    sender.sendPrepared(message, {});
    sender.sendPrepared(message, { compress: false });

    const frames = framesIn(concat(output.take()));
    expect(frames.map(({ rsv, maskingKey, payload }) => [rsv, maskingKey, payload])).toEqual([
      [4, hex("00000001"), inverted(utf8("Hello"))],
      [0, hex("00000002"), utf8("Hello")],
    ]);
    expect(message.payload).toEqual(utf8("Hello"));
  });
});
