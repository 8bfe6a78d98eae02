import { describe, expect, it } from "vitest";
import { Opcode, RSV1 } from "../../src/protocol/frame-header.js";
import { newAssembler, parts, push } from "../support/message-assembler.js";
import { pattern, violation } from "../support/protocol.js";
import { hex, utf8 } from "../support/wire-frame.js";

const { CONTINUATION, TEXT, BINARY } = Opcode;

describe("MessageAssembler, with limits", () => {
  it.each([99, 100, 101])(
    "judges %d bytes against a limit of 100, in one frame or several [6455-10-07]",
    (length) => {
      for (const at of [[length], [0, length], [1, length - 1], [50, length - 50], [length, 0]]) {
        const { assembler } = newAssembler({ maxMessageBytes: 100 });
        const frames = at.map((size, i) =>
          parts(i === 0 ? BINARY : CONTINUATION, pattern(size), { fin: i === at.length - 1 }),
        );

        if (length > 100)
          expect(() => push(assembler, ...frames)).toThrow(violation("MESSAGE_TOO_BIG"));
        else expect(push(assembler, ...frames)[0]?.payload).toHaveLength(length);
      }
    },
  );

  it("refuses what a header announces before any of it comes, and allocates nothing [6455-5.2-10]", () => {
    for (const payloadLength of [101, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63]) {
      const { assembler, allocated } = newAssembler({ maxMessageBytes: 100 });
      const [part] = parts(BINARY, hex(""));
      const header = { ...part!.header, payloadLength };

      expect(() => assembler.push({ ...part!, header, isLast: false })).toThrow(
        violation("MESSAGE_TOO_BIG"),
      );
      expect(allocated).toEqual([]);
    }
  });

  it("holds compressed bytes to the limit for compressed bytes", () => {
    const { assembler, budget } = newAssembler({ maxMessageBytes: 100 });
    const most = budget.maxCompressedBytes;
    push(assembler, parts(BINARY, pattern(most), { rsv: RSV1 }));
    push(assembler, parts(BINARY, pattern(most - 1), { rsv: RSV1, fin: false }));
    push(assembler, parts(CONTINUATION, pattern(1)));

    expect(() => push(assembler, parts(BINARY, pattern(most + 1), { rsv: RSV1 }))).toThrow(
      violation("MESSAGE_TOO_BIG"),
    );
  });

  it("takes as many fragments as allowed, full or empty, and not one more", () => {
    for (const payload of [hex(""), hex("61")]) {
      const { assembler } = newAssembler({ maxFragments: 3 });
      const frames = (count: number) =>
        Array.from({ length: count }, (_, i) =>
          parts(i === 0 ? TEXT : CONTINUATION, payload, { fin: i === count - 1 }),
        );

      expect(push(assembler, ...frames(3))).toHaveLength(1);
      expect(push(assembler, ...frames(3))).toHaveLength(1);
      expect(() => push(assembler, ...frames(4))).toThrow(violation("FRAGMENTS_TOO_MANY"));
    }
  });

  it("copies fragments a few times in all, however many there are", () => {
    const { assembler, allocated } = newAssembler({ maxFragments: 10_001 });
    push(assembler, parts(BINARY, pattern(64), { fin: false }));
    for (let i = 0; i < 9999; i++)
      push(assembler, parts(CONTINUATION, pattern(64), { fin: false }));
    const [message] = push(assembler, parts(CONTINUATION, pattern(64)));

    expect(message?.payload).toHaveLength(64 * 10_001);
    expect(allocated.reduce((sum, length) => sum + length, 0)).toBeLessThan(5 * 64 * 10_001);
  });

  it("gives back to the budget what it charged, when a message ends or is dropped", () => {
    const { assembler, budget } = newAssembler();
    push(assembler, parts(BINARY, pattern(10), { fin: false }));
    push(assembler, parts(CONTINUATION, pattern(5), { fin: false }));
    expect([budget.messageBytes, budget.fragments]).toEqual([15, 2]);
    push(assembler, parts(CONTINUATION, pattern(5)));
    expect([budget.messageBytes, budget.fragments]).toEqual([0, 0]);

    push(assembler, parts(BINARY, pattern(5)));
    expect([budget.messageBytes, budget.fragments]).toEqual([0, 0]);

    push(assembler, parts(TEXT, utf8("x"), { fin: false }));
    assembler.clear();
    expect([budget.messageBytes, budget.fragments, assembler.isInMessage]).toEqual([0, 0, false]);
    push(assembler, parts(BINARY, hex("ff"), { fin: false }));
    expect(push(assembler, parts(CONTINUATION, hex("fe")))).toMatchObject([
      { payload: hex("ff fe") },
    ]);
  });
});

describe("MessageAssembler, while messages are dropped", () => {
  it("keeps nothing of a message, neither what came before nor what comes", () => {
    const { assembler, allocated } = newAssembler();
    push(assembler, parts(BINARY, pattern(1000), { fin: false }));
    allocated.length = 0;
    assembler.dropMessages();
    const messages = push(
      assembler,
      parts(CONTINUATION, pattern(100_000), { cuts: [500] }),
      parts(BINARY, pattern(100_000), { fin: false }),
      parts(CONTINUATION, pattern(100_000)),
    );

    expect(messages.map(({ payload }) => payload.length)).toEqual([0, 0]);
    expect(allocated).toEqual([]);
  });

  it("does not check text, in the middle of a character or behind it", () => {
    const { assembler } = newAssembler();
    push(assembler, parts(TEXT, hex("e2"), { fin: false }));
    assembler.dropMessages();

    expect(push(assembler, parts(CONTINUATION, hex("41")))).toHaveLength(1);
    expect(push(assembler, parts(TEXT, hex("ff ff"), { cuts: [1] }))).toHaveLength(1);
  });

  it("still checks the order of frames and the limits", () => {
    const dropping = () => {
      const { assembler } = newAssembler({ maxMessageBytes: 10, maxFragments: 2 });
      assembler.dropMessages();
      return assembler;
    };
    const start = parts(TEXT, utf8("a"), { fin: false });
    const more = parts(CONTINUATION, utf8("a"), { fin: false });

    expect(() => push(dropping(), more)).toThrow(violation("CONTINUATION_UNEXPECTED"));
    expect(() => push(dropping(), start, start)).toThrow(violation("MESSAGE_INTERLEAVED"));
    expect(() => push(dropping(), start, more, more)).toThrow(violation("FRAGMENTS_TOO_MANY"));
    expect(() => push(dropping(), parts(TEXT, pattern(11)))).toThrow(violation("MESSAGE_TOO_BIG"));
  });
});
