import { describe, expect, it } from "vitest";
import { Budget } from "../../src/protocol/budget.js";
import type { PeerRules } from "../../src/protocol/frame-header.js";
import { type FramePart, FrameReader } from "../../src/protocol/frame-reader.js";
import type { Role } from "../../src/protocol/connection-options.js";
import {
  bytewise,
  countingPlatform,
  cut,
  frameFrom,
  pattern,
  platform,
  sameBytes,
} from "../support/protocol.js";
import { BINARY, concat, CONTINUATION, hex, PING, TEXT, utf8 } from "../support/wire-frame.js";

function newReader(from: Role = "server"): { reader: FrameReader; budget: Budget } {
  const rules: PeerRules = { masked: from === "client", rsv: 0 };
  const budget = new Budget();
  return { reader: new FrameReader(rules, budget), budget };
}

/** All parts that are there; payloads are copied. */
function readAll(reader: FrameReader): FramePart[] {
  const parts: FramePart[] = [];
  for (let part = reader.read(); part; part = reader.read()) {
    parts.push(Object.assign({}, part, { payload: part.payload.slice() }));
  }
  return parts;
}

function partsOf(from: Role, chunks: readonly Uint8Array[]): FramePart[] {
  const { reader } = newReader(from);
  return chunks.flatMap((chunk) => {
    reader.push(chunk.slice());
    return readAll(reader);
  });
}

/** Parts joined to whole frames: what no cut may change. */
function framesOf(
  parts: readonly FramePart[],
): { opcode: number; fin: boolean; payload: Uint8Array }[] {
  const frames: { opcode: number; fin: boolean; payload: Uint8Array }[] = [];
  let pending: Uint8Array[] = [];
  for (const { header, payload, isFirst, isLast } of parts) {
    expect(isFirst).toBe(pending.length === 0);
    pending.push(payload);
    if (!isLast) continue;
    expect(concat(pending)).toHaveLength(header.payloadLength);
    frames.push({ opcode: header.opcode, fin: header.fin, payload: concat(pending) });
    pending = [];
  }
  return frames;
}

describe("FrameReader, with lent memory", () => {
  it.each([1, 2, 5, 12])("copies %i bytes of half a ping out of their chunk", (count) => {
    const { reader } = newReader("client");
    const memory = concat([frameFrom("client", PING, "0123456789"), new Uint8Array(65_536)]);
    reader.push(memory.subarray(0, count));
    expect(reader.read()).toBeUndefined();
    memory.fill(0); // a view would see this
    reader.push(frameFrom("client", PING, "0123456789").subarray(count));
    expect(readAll(reader).map(({ payload }) => payload)).toEqual([utf8("0123456789")]);
  });
  it("unmasks in place, and copies the rest of a frame when it has to keep it", () => {
    const { reader, budget } = newReader("client");
    const memory = concat([frameFrom("client", TEXT, "Hello"), hex("82 85 37")]);
    reader.push(memory, "lent");
    expect(reader.isLent).toBe(true);
    expect(reader.read()?.payload.buffer).toBe(memory.buffer);
    reader.keepLent();
    expect(reader.isLent).toBe(false);

    memory.fill(0xff);
    expect(budget.unparsedBytes).toBe(3);
    reader.push(hex("fa 21 3d 7f 9f 4d 51 58"));
    expect(reader.read()).toMatchObject({ header: { opcode: BINARY }, payload: utf8("Hello") });
  });

  it("is copied as a whole for a large message, which then is a view of the copy", () => {
    const { reader } = newReader();
    const frames = [pattern(600), pattern(500)].map((payload) =>
      frameFrom("server", BINARY, payload),
    );
    const memory = concat([hex("82 01 aa"), ...frames]);
    reader.push(memory, "lent");
    expect([reader.readWhole()?.isLent, reader.isLent]).toEqual([true, true]);
    const { platform: counting, allocated } = countingPlatform();
    const own = reader.readWhole()?.own(counting);
    expect(reader.isLent).toBe(false);
    memory.fill(0xff);

    expect(own).toEqual(pattern(600));
    expect(reader.readWhole()?.own(counting)).toEqual(pattern(500));
    expect(allocated).toEqual([500]); // too small to keep the copy alive
  });

  it("copies at once what comes behind bytes that wait", () => {
    const { reader } = newReader();
    const memory = hex("02 aa bb");
    reader.push(hex("82"));
    reader.push(memory, "lent");
    expect(reader.isLent).toBe(false);
    memory.fill(0xff);
    expect(reader.read()).toMatchObject({ payload: hex("aa bb") });
  });

  it("says of whole frames that they are in it", () => {
    const { reader } = newReader();
    for (const memory of ["given", "lent", "given"] as const) {
      reader.push(hex("82 01 aa"), memory);
      expect(reader.readWhole()?.isLent).toBe(memory === "lent");
      reader.keepLent();
    }
  });
});

describe("FrameReader", () => {
  it("reads whole frames, one after another [6455-6-07]", () => {
    const parts = partsOf("server", [hex("81 02 6869  02 01 aa  80 00")]);

    expect(parts).toMatchObject([
      { header: { opcode: 1, fin: true }, payload: utf8("hi"), isFirst: true, isLast: true },
      { header: { opcode: 2, fin: false }, payload: hex("aa"), isFirst: true, isLast: true },
      { header: { opcode: 0, fin: true }, payload: hex(""), isFirst: true, isLast: true },
    ]);
  });

  it("unmasks what a client sends, in place [6455-6-09]", () => {
    const { reader } = newReader("client");
    const chunk = frameFrom("client", TEXT, "Hello");
    reader.push(chunk);
    const part = reader.read();

    expect(part?.payload).toEqual(utf8("Hello"));
    expect(part?.payload.buffer).toBe(chunk.buffer);
  });

  it("is empty when no byte is left to read, also in the midst of a frame", () => {
    const { reader } = newReader();
    expect(reader.isEmpty).toBe(true);

    reader.push(hex("82 02 aa"));
    expect(reader.isEmpty).toBe(false);
    reader.read();
    expect(reader.isEmpty).toBe(true);

    reader.push(hex("bb 82"));
    reader.read();
    expect(reader.isEmpty).toBe(false);
  });

  it("gives a view and not a copy, and reads nothing past it", () => {
    const { reader } = newReader();
    const chunk = hex("82 01 aa 82");
    reader.push(chunk);

    expect(reader.read()?.payload.buffer).toBe(chunk.buffer);
    expect(reader.read()).toBeUndefined();
  });

  it("gives a data frame in the parts in which it arrives, the first with its header alone", () => {
    const { reader } = newReader();
    reader.push(hex("82 04"));
    expect(readAll(reader)).toMatchObject([{ payload: hex(""), isFirst: true, isLast: false }]);

    reader.push(hex("01 02"));
    expect(readAll(reader)).toMatchObject([
      { payload: hex("01 02"), isFirst: false, isLast: false },
    ]);
    reader.push(hex("03 04 82 00"));
    expect(readAll(reader)).toMatchObject([
      { payload: hex("03 04"), isFirst: false, isLast: true },
      { payload: hex(""), isFirst: true, isLast: true },
    ]);
  });

  it("gives a control frame whole, however it arrives [6455-5.5-19]", () => {
    const payload = pattern(125);
    for (const from of ["client", "server"] as const) {
      const parts = partsOf(from, bytewise(frameFrom(from, PING, payload)));

      expect(parts).toMatchObject([{ payload, isFirst: true, isLast: true }]);
    }
  });

  it("reads the same frames at each cut, and byte by byte [6455-5.4-09] [6455-5.3-03]", () => {
    for (const from of ["client", "server"] as const) {
      const stream = concat([
        frameFrom(from, TEXT, "one", { fin: false }),
        frameFrom(from, PING, "two"),
        frameFrom(from, CONTINUATION, pattern(200)),
        frameFrom(from, BINARY, ""),
      ]);
      const whole = framesOf(partsOf(from, [stream]));

      expect(whole.map((frame) => frame.payload.length)).toEqual([3, 3, 200, 0]);
      expect(whole[2]?.payload).toEqual(pattern(200));
      expect(framesOf(partsOf(from, bytewise(stream)))).toEqual(whole);
      for (let place = 0; place <= stream.length; place++) {
        const frames = framesOf(partsOf(from, cut(stream, [place])));
        expect(frames.map(({ opcode }) => opcode)).toEqual([TEXT, PING, CONTINUATION, BINARY]);
        frames.forEach(({ payload }, i) =>
          expect(sameBytes(payload, whole[i]!.payload)).toBe(true),
        );
      }
    }
  });

  it("gives frames that were pushed before they were read in the same order", () => {
    const { reader } = newReader("client");
    const frames = Array.from({ length: 50 }, (_, i) =>
      frameFrom("client", BINARY, pattern(i * 50)),
    );
    for (const chunk of cut(concat(frames), [1, 7, 500, 501, 502, 4000, 30_000]))
      reader.push(chunk);

    expect(framesOf(readAll(reader)).map((frame) => frame.payload.length)).toEqual(
      frames.map((_, i) => i * 50),
    );
  });

  it("breaks off at the first broken rule, with the frames before it read [6455-10-10]", () => {
    const { reader } = newReader();
    reader.push(hex("81 00 83 00"));

    expect(reader.read()).toBeDefined();
    expect(() => reader.read()).toThrow("opcodes 3-7 and 11-15 are reserved (RFC 6455 §5.2)");
  });

  it("tells the budget what waits unread", () => {
    const { reader, budget } = newReader();
    reader.push(hex("82 03 01"));
    expect(budget.unparsedBytes).toBe(3);
    reader.read();
    expect(budget.unparsedBytes).toBe(0);

    reader.push(hex("02"));
    reader.push(hex("03 89 02 61"));
    expect(budget.unparsedBytes).toBe(5);
    readAll(reader);
    expect(budget.unparsedBytes).toBe(1);
  });

  it("forgets everything when it is cleared, a frame in the middle too", () => {
    const { reader, budget } = newReader();
    reader.push(hex("82 05 01 02"));
    readAll(reader);
    reader.push(hex("03"));
    reader.clear();
    expect(budget.unparsedBytes).toBe(0);
    expect(reader.read()).toBeUndefined();

    reader.push(hex("81 01 61"));
    expect(readAll(reader)).toMatchObject([{ payload: utf8("a"), isFirst: true, isLast: true }]);
  });
});

describe("FrameReader, with frames that are whole messages", () => {
  it("takes them in place, and leaves all others, and the rest of a frame, to read", () => {
    const { reader, budget } = newReader();
    const from = (opcode: number, payload: string, overrides = {}) =>
      frameFrom("server", opcode, payload, overrides);
    reader.push(concat([from(TEXT, "one"), from(PING, "?"), from(BINARY, "two")]));
    expect(reader.readWhole()?.view()).toEqual(utf8("one"));
    expect(reader.readWhole()).toBeUndefined();
    expect(reader.read()?.header.opcode).toBe(PING);
    expect(reader.readWhole()?.view()).toEqual(utf8("two"));
    expect([reader.readWhole(), budget.unparsedBytes]).toEqual([undefined, 0]);

    const [head, rest] = cut(from(BINARY, "three"), [4]);
    reader.push(head!);
    expect(reader.readWhole()).toBeUndefined();
    expect(reader.read()?.payload).toEqual(utf8("th"));
    reader.push(concat([rest!, from(TEXT, "four")]));
    expect(reader.readWhole()).toBeUndefined();
    expect(reader.read()?.payload).toEqual(utf8("ree"));
    expect(reader.readWhole()?.isText).toBe(true);
  });

  it("gives all long texts of a chunk its words, which are made once", () => {
    const { reader } = newReader("client");
    const from = (payload: string) => frameFrom("client", TEXT, payload);
    const texts = ["a".repeat(48), "b".repeat(200), "c".repeat(49)];
    reader.push(concat([...texts, "d"].map((text) => from(text))));
    const words = new Set<unknown>();
    for (const text of texts) {
      const whole = reader.readWhole();
      words.add(whole?.words);
      expect(whole?.text(platform)).toBe(text);
      expect(whole?.words).toBeUndefined();
    }
    expect([words.size, words.has(undefined)]).toEqual([1, false]);
    const short = reader.readWhole();
    expect(short?.words).toBeUndefined();
    expect(short?.text(platform)).toBe("d");
  });
});
