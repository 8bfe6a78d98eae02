import { beforeEach, describe, expect, it } from "vitest";
import { COPIED_PAYLOAD_BYTES } from "../../src/protocol/copying.js";
import { FrameWriter } from "../../src/protocol/frame-writer.js";
import type { Role } from "../../src/protocol/connection-options.js";
import { Opcode } from "../../src/protocol/frame-header.js";
import { FrameTrace, type ObservedFrame } from "../../src/protocol/frame-trace.js";
import { OutputBuffer } from "../../src/protocol/output-buffer.js";
import { portablePlatform } from "../../src/protocol/platform.js";
import { prepareMessage } from "../../src/protocol/prepared-message.js";
import { ROLES, framesIn, pattern, platform, sameBytes } from "../support/protocol.js";
import { concat, hex, utf8 } from "../support/wire-frame.js";

const TEXT_START = { fin: true, rsv: 0, opcode: Opcode.TEXT };
const BINARY_START = { fin: true, rsv: 0, opcode: Opcode.BINARY };

function newWriter(role: Role, trace?: FrameTrace) {
  // As on Node: a Buffer's slice() is not a copy, as a Uint8Array's is.
  const output = new OutputBuffer((length) => Buffer.alloc(length));
  return { writer: new FrameWriter(role, platform, output, trace), output };
}

const LENGTHS = [0, 1, 125, 126, 127, 16_384, 16_385, 65_535, 65_536, 100_000];

describe("FrameWriter", () => {
  it("writes the examples of RFC 6455 §5.7 [6455-5.2-04] [6455-5.2-08]", () => {
    const server = newWriter("server");
    server.writer.writeText(TEXT_START, "Hello");
    expect(concat(server.output.take())).toEqual(hex("81 05 48 65 6c 6c 6f"));

    const client = newWriter("client");
    client.writer.writeText(TEXT_START, "Hello");
    expect(concat(client.output.take())).toEqual(hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"));
  });

  it.each(LENGTHS)(
    "writes %d bytes, masked only by a client [6455-5.1-01] [6455-5.1-04]",
    (length) => {
      for (const role of ROLES) {
        const { writer, output } = newWriter(role);
        writer.write(BINARY_START, pattern(length));
        const [frame] = framesIn(concat(output.take()));

        expect(frame).toMatchObject({ opcode: 2, fin: true, rsv: 0 });
        expect(frame?.maskingKey).toEqual(role === "client" ? hex("37fa213d") : undefined);
        expect(sameBytes(frame?.payload ?? hex(""), pattern(length))).toBe(true);
      }
    },
  );

  it("writes fin, reserved bits and opcode as it is told", () => {
    const { writer, output } = newWriter("server");
    writer.write({ fin: false, rsv: 0x40, opcode: Opcode.TEXT }, hex("01"));

    expect(concat(output.take())).toEqual(hex("41 01 01"));
  });

  it.each(LENGTHS)(
    "leaves the caller's %d bytes alone, so that they can be sent again [6455-10-05]",
    (length) => {
      const payload = pattern(length);
      for (const role of ROLES) {
        const { writer, output } = newWriter(role);
        writer.write(BINARY_START, payload);
        writer.write(BINARY_START, payload);
        const frames = framesIn(concat(output.take()));

        expect(sameBytes(payload, pattern(length))).toBe(true);
        expect(frames.map((frame) => sameBytes(frame.payload, payload))).toEqual([true, true]);
      }
    },
  );

  it("copies what is short, and all that is masked: it may change afterwards [6455-10-05]", () => {
    for (const [role, length] of [
      ["server", COPIED_PAYLOAD_BYTES],
      ["client", COPIED_PAYLOAD_BYTES],
      ["client", COPIED_PAYLOAD_BYTES + 1],
    ] as const) {
      const { writer, output } = newWriter(role);
      const payload = pattern(length);
      writer.write(BINARY_START, payload);
      payload.fill(0xff);

      const [frame] = framesIn(concat(output.take()));
      expect(sameBytes(frame?.payload ?? hex(""), pattern(length))).toBe(true);
    }
  });

  it("passes on longer bytes of a server as they are", () => {
    const { writer, output } = newWriter("server");
    const payload = pattern(COPIED_PAYLOAD_BYTES + 1);
    writer.write(BINARY_START, payload);

    expect(output.take()[1]).toBe(payload);
  });

  it("takes bytes from anywhere in memory, shared memory included", () => {
    const memory = new Uint8Array(new SharedArrayBuffer(200));
    memory.set(pattern(200));
    for (const role of ROLES) {
      for (let offset = 0; offset < 8; offset++) {
        const { writer, output } = newWriter(role);
        writer.write(BINARY_START, memory.subarray(offset, offset + 100));
        const [frame] = framesIn(concat(output.take()));

        expect(frame?.payload).toEqual(pattern(200).subarray(offset, offset + 100));
      }
    }
  });

  it("writes text as UTF-8, with U+FFFD for a lone surrogate", () => {
    for (const role of ROLES) {
      const { writer, output } = newWriter(role);
      writer.writeText(TEXT_START, "𝄞 é \ud800");
      writer.writeText(TEXT_START, "x".repeat(70_000));
      const [first, second] = framesIn(concat(output.take()));

      expect(first?.payload).toEqual(utf8("𝄞 é \ufffd"));
      expect(second?.payload).toHaveLength(70_000);
    }
  });

  it("asks for a new key for each frame of a client, empty ones too, and for none of a server [6455-5.3-01] [6455-5.3-04] [6455-10-04]", () => {
    for (const role of ROLES) {
      let keys = 0;
      const counting = portablePlatform(() => ++keys);
      const output = new OutputBuffer(counting.allocate);
      const writer = new FrameWriter(role, counting, output);
      writer.write(BINARY_START, hex(""));
      writer.write(BINARY_START, pattern(20_000));
      writer.writeText(TEXT_START, "");
      writer.write({ ...TEXT_START, opcode: Opcode.PING }, hex(""));

      expect(keys).toBe(role === "client" ? 4 : 0);
      const sent = framesIn(concat(output.take())).map(({ maskingKey }) => maskingKey?.[3]);
      expect(sent).toEqual(role === "client" ? [1, 2, 3, 4] : Array(4).fill(undefined));
    }
  });
});

describe("FrameWriter with a trace", () => {
  let seen: ObservedFrame[] = [];
  beforeEach(() => {
    seen = [];
  });

  it("tells what it writes, unmasked", () => {
    for (const role of ROLES) {
      seen = [];
      const { writer } = newWriter(role, new FrameTrace((frame) => seen.push(frame)));
      writer.writeText(TEXT_START, "Hello");
      writer.write(BINARY_START, pattern(60));
      writer.write(BINARY_START, pattern(20_000));

      expect(seen.map(({ opcode, payload }) => [opcode, payload])).toEqual([
        [1, utf8("Hello")],
        [2, pattern(60)],
        [2, pattern(20_000).subarray(0, 4096)],
      ]);
      expect(
        seen.every(
          ({ direction, masked }) => direction === "sent" && masked === (role === "client"),
        ),
      ).toBe(true);
    }
  });

  it("is done with its memory by then: the observer may write to another connection", () => {
    for (const role of ROLES) {
      const other = newWriter("client");
      const observer = new FrameTrace(() => other.writer.writeText(TEXT_START, "observed"));
      const { writer, output } = newWriter(role, observer);
      writer.writeText(TEXT_START, "Hello");
      writer.write(BINARY_START, pattern(60));

      expect(framesIn(concat(output.take())).map(({ payload }) => payload)).toEqual([
        utf8("Hello"),
        pattern(60),
      ]);
      expect(framesIn(concat(other.output.take())).map(({ payload }) => payload)).toEqual([
        utf8("observed"),
        utf8("observed"),
      ]);
    }
  });

  it("writes what was prepared: copied among others, and as it is when it is long", () => {
    const { writer, output } = newWriter("server");
    expect([writer.isMasking, newWriter("client").writer.isMasking]).toEqual([false, true]);
    const short = prepareMessage("Hello").plainFrame(platform.allocate);
    const long = prepareMessage(pattern(COPIED_PAYLOAD_BYTES)).plainFrame(platform.allocate);
    writer.writeText(TEXT_START, "a");
    writer.writePrepared(short);
    writer.writePrepared(long);

    const [first, second, ...rest] = output.take();
    expect(concat([first ?? hex("")])).toEqual(hex("81 01 61 81 05 48 65 6c 6c 6f"));
    expect([second, rest]).toEqual([long.bytes, []]);
    expect(second).toBe(long.bytes);
  });

  it("tells an observer of what was prepared", () => {
    const seen: ObservedFrame[] = [];
    const { writer } = newWriter("server", new FrameTrace((frame) => seen.push(frame)));
    writer.writePrepared(prepareMessage("Hello").plainFrame(platform.allocate));

    expect(seen).toMatchObject([{ direction: "sent", headerBytes: hex("8105"), opcode: 1 }]);
    expect(seen[0]?.payload).toEqual(utf8("Hello"));
  });
});

describe("FrameWriter with short text", () => {
  const texts = ["", "\0a~\u007f", "x".repeat(32), "x".repeat(33)];
  const others = ["\u0080", "é", "€", "𝄞", "\ud800", "aé", "éa", "a\u0100", `${"x".repeat(31)}é`];

  it.each([...texts, ...others])(
    "writes %j as UTF-8, with one key and nothing around it",
    (text) => {
      for (const role of ROLES) {
        let keys = 0;
        const counting = portablePlatform(() => ++keys);
        const output = new OutputBuffer(counting.allocate);
        const writer = new FrameWriter(role, counting, output);
        writer.writeText(TEXT_START, "before");
        writer.writeText(TEXT_START, text);
        writer.writeText(TEXT_START, "after");

        const frames = framesIn(concat(output.take()));
        expect(frames.map(({ payload }) => payload)).toEqual([
          utf8("before"),
          utf8(text.replace("\ud800", "\ufffd")),
          utf8("after"),
        ]);
        expect(keys).toBe(role === "client" ? 3 : 0);
      }
    },
  );
});
