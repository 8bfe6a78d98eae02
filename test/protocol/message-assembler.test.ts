import { describe, expect, it } from "vitest";
import { Opcode, RSV1 } from "../../src/protocol/frame-header.js";
import { newAssembler, parts, push } from "../support/message-assembler.js";
import { pattern, sameBytes, violation } from "../support/protocol.js";
import { concat, hex, utf8 } from "../support/wire-frame.js";
import { UTF8_IMPOSSIBLE } from "./vectors/utf8.js";

const { CONTINUATION, TEXT, BINARY } = Opcode;

describe("MessageAssembler", () => {
  it("passes on a message of one frame as the view it is [6455-5.4-07] [6455-6-08]", () => {
    const { assembler, allocated } = newAssembler();
    const hello = parts(TEXT, utf8("Hello"));
    const [first, second] = push(assembler, hello, parts(BINARY, hex("01")));

    expect(first).toMatchObject({ isText: true, isCompressed: false, isView: true });
    expect(first?.payload).toBe(hello[0]?.payload);
    expect(second).toMatchObject({ isText: false, isView: true });
    expect(allocated).toEqual([]);
  });

  it("joins fragments in order, and has the type of the first [6455-5.4-03] [6455-5.4-08]", () => {
    for (const opcode of [TEXT, BINARY]) {
      const { assembler } = newAssembler();
      const messages = push(
        assembler,
        parts(opcode, utf8("one "), { fin: false }),
        parts(CONTINUATION, utf8("two "), { fin: false }),
        parts(CONTINUATION, utf8("three")),
      );

      expect(messages).toEqual([
        {
          isText: opcode === TEXT,
          isCompressed: false,
          payload: utf8("one two three"),
          isView: false,
        },
      ]);
    }
  });

  it("takes empty fragments anywhere, also nothing but them [6455-5.4-10]", () => {
    const { assembler } = newAssembler();
    const empty = new Uint8Array(0);
    const messages = push(
      assembler,
      parts(TEXT, empty, { fin: false }),
      parts(CONTINUATION, empty, { fin: false }),
      parts(CONTINUATION, empty),
      parts(TEXT, empty, { fin: false }),
      parts(CONTINUATION, utf8("a"), { fin: false }),
      parts(CONTINUATION, empty),
      parts(BINARY, empty),
    );

    expect(messages.map(({ payload }) => payload)).toEqual([empty, utf8("a"), empty]);
  });

  it("joins a frame that comes in parts with fragments before and after it [6455-5.4-09]", () => {
    const { assembler } = newAssembler();
    const [message] = push(
      assembler,
      parts(BINARY, pattern(100), { fin: false, cuts: [0, 1, 50, 100] }),
      parts(CONTINUATION, pattern(500), { cuts: [499] }),
    );

    expect(sameBytes(message!.payload, concat([pattern(100), pattern(500)]))).toBe(true);
  });

  it("says whether a message has begun and not ended", () => {
    const { assembler } = newAssembler();
    expect(assembler.isInMessage).toBe(false);
    push(assembler, parts(TEXT, utf8("a")));
    expect(assembler.isInMessage).toBe(false);
    push(assembler, parts(TEXT, utf8("a"), { fin: false }));
    expect(assembler.isInMessage).toBe(true);
    push(assembler, parts(CONTINUATION, utf8("a")));
    expect(assembler.isInMessage).toBe(false);
  });

  it("refuses a continuation of nothing [6455-5.4-05]", () => {
    for (const fin of [true, false]) {
      const first = newAssembler().assembler;
      const continuation = parts(CONTINUATION, hex(""), { fin });
      expect(() => push(first, continuation)).toThrow(violation("CONTINUATION_UNEXPECTED"));

      const later = newAssembler().assembler;
      push(later, parts(TEXT, hex(""), { fin: false }), parts(CONTINUATION, hex("")));
      expect(() => push(later, continuation)).toThrow(violation("CONTINUATION_UNEXPECTED"));
    }
  });

  it("refuses a new message inside a message [6455-5.4-04]", () => {
    for (const opcode of [TEXT, BINARY]) {
      const { assembler } = newAssembler();
      push(assembler, parts(TEXT, utf8("a"), { fin: false }));

      expect(() => push(assembler, parts(opcode, utf8("b")))).toThrow(
        violation("MESSAGE_INTERLEAVED"),
      );
    }
  });

  it("tells from the first frame whether a message is compressed [7692-6-01]", () => {
    const { assembler } = newAssembler();
    const messages = push(
      assembler,
      parts(TEXT, hex("ff"), { rsv: RSV1 }),
      parts(BINARY, hex("ff"), { rsv: RSV1, fin: false }),
      parts(CONTINUATION, hex("ff")),
      parts(BINARY, hex("01"), { fin: false }),
      parts(CONTINUATION, hex("02")),
    );

    expect(messages.map(({ isCompressed }) => isCompressed)).toEqual([true, true, false]);
  });
});

describe("MessageAssembler, with text", () => {
  it.each(UTF8_IMPOSSIBLE)(
    "breaks off at the first impossible byte: %s [6455-8-02]",
    (_name, digits) => {
      const bytes = hex(digits);
      const { assembler } = newAssembler();
      const frame = parts(TEXT, concat([bytes, utf8(" more")]), {
        cuts: Array.from(bytes, (_, i) => i + 1),
      });
      const good = frame.slice(0, bytes.length - 1);

      expect(push(assembler, good)).toEqual([]);
      expect(() => push(assembler, [frame[bytes.length - 1]!])).toThrow(violation("UTF8_INVALID"));
    },
  );

  it("lets a fragment end inside a character, and a message not [6455-5.6-01]", () => {
    const { assembler } = newAssembler();
    const fragments = (last: string) => [
      parts(TEXT, hex("e2"), { fin: false }),
      parts(CONTINUATION, hex("82"), { fin: false }),
      parts(CONTINUATION, hex(last)),
    ];

    expect(push(assembler, ...fragments("ac"))).toMatchObject([{ payload: utf8("€") }]);
    expect(() => push(assembler, ...fragments(""))).toThrow(violation("UTF8_INVALID"));
  });

  it("does not check bytes of binary messages [6455-5.6-02]", () => {
    const { assembler } = newAssembler();
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const messages = push(
      assembler,
      parts(BINARY, all, { fin: false }),
      parts(CONTINUATION, all, { cuts: [100] }),
    );

    expect(messages).toMatchObject([{ payload: concat([all, all]) }]);
  });

  it("does not check binary messages behind text", () => {
    const { assembler } = newAssembler();
    const messages = push(
      assembler,
      parts(TEXT, utf8("a"), { fin: false }),
      parts(CONTINUATION, utf8("b")),
      parts(BINARY, hex("ff"), { fin: false }),
      parts(CONTINUATION, hex("fe")),
    );

    expect(messages).toMatchObject([{ payload: utf8("ab") }, { payload: hex("ff fe") }]);
  });

  it("does not check bytes that are still compressed [7692-6-08]", () => {
    const { assembler } = newAssembler();
    const messages = push(
      assembler,
      parts(TEXT, hex("ff"), { rsv: RSV1, fin: false }),
      parts(CONTINUATION, hex("fe")),
      parts(TEXT, hex("ff fe"), { rsv: RSV1, cuts: [1] }),
    );

    expect(messages.map(({ payload }) => payload)).toEqual([hex("ff fe"), hex("ff fe")]);
  });
});
