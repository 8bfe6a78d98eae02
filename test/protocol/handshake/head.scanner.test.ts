import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { HeadScanner, type HeadLimits } from "../../../src/protocol/handshake/head.js";
import { cut, faultOf, fieldLine, latin1 } from "./wire.js";

const scanner = (limits: HeadLimits = {}, emptyLines = 0): HeadScanner<string> =>
  new HeadScanner((line) => line, emptyLines, limits);

/** What comes of `text` as [start line, fields, end]. */
function scan(text: string, limits?: HeadLimits, emptyLines?: number): unknown {
  const scanned = scanner(limits, emptyLines).scan(latin1(text), 0);
  return scanned && [scanned.startLine, [...scanned.fields], scanned.end];
}

const header = (count: number): string => "a: b\r\n".repeat(count);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the scanner of heads", () => {
  it("gives the start line, the fields and where the head ends", () => {
    expect(scan("START\r\na: 1\r\nB:\t2\r\n\r\nrest")).toEqual([
      "START",
      [
        ["a", "1"],
        ["B", "2"],
      ],
      21,
    ]);
    expect(scan("START\r\n\r\n")).toEqual(["START", [], 9]);
  });

  it.each(["", "START", "START\r", "START\r\n", "START\r\na: 1\r\n", "START\r\na: 1\r\n\r"])(
    "waits for more behind %j",
    (text) => {
      expect(scan(text)).toBeUndefined();
    },
  );

  it("keeps bytes from 0x80 on as they are, and tabs inside a value", () => {
    expect(scan("\u00ff\r\na: \u0080\tx\u00a0\r\n\r\n")).toEqual([
      "\u00ff",
      [["a", "\u0080\tx\u00a0"]],
      14,
    ]);
  });

  // oxfmt-ignore
  it.each([
    ["bare LF behind the start line",    "START\n"],
    ["bare LF behind a header line",     "START\r\na: 1\n"],
    ["bare LF as the empty line",        "START\r\n\n"],
    ["bare CR in the start line",        "STA\rRT\r\n"],
    ["bare CR in a value",               "START\r\na: 1\rb: 2\r\n"],
    ["CR CR LF",                         "START\r\r\n"],
    ["a folded line",                    "START\r\na: 1\r\n b\r\n"],
    ["a folded first line",              "START\r\n b: 1\r\n"],
    ["a line without a colon",           "START\r\na\r\n"],
    ["a space before the colon",         "START\r\na : 1\r\n"],
    ["an empty name",                    "START\r\n: 1\r\n"],
  ])("refuses %s, before the head is complete [6455-4.1-29] [6455-4.2.1-01]", (_name, text) => {
    expect(faultOf(() => scan(text))).toBe("HEAD_MALFORMED");
  });

  it("refuses each control character but tab at once, wherever it stands [6455-4.1-29] [6455-4.2.1-01]", () => {
    for (let code = 0; code < 0x100; code++) {
      const byte = String.fromCharCode(code);
      if (byte === "\r") continue; // may be followed by LF
      const isControl = (code < 0x20 && byte !== "\t") || code === 0x7f;
      for (const before of ["", "GE", "START\r\na: b", "START\r\na"]) {
        expect(
          faultOf(() => scan(before + byte)),
          `${code}`,
        ).toBe(isControl ? "HEAD_MALFORMED" : undefined);
      }
    }
  });

  it("skips as many empty lines in front as it is told to", () => {
    expect(scan("\r\nSTART\r\n\r\n", {}, 1)).toEqual(["START", [], 11]);
    expect(scan("\r\n\r\nSTART\r\n\r\n", {}, 2)).toEqual(["START", [], 13]);
    // one more is the start line, and here any text will do for one
    expect(scan("\r\n\r\nrest", {}, 1)).toBeUndefined();
    expect(scan("\r\n\r\nrest", {}, 0)).toEqual(["", [], 4]);
  });

  it("goes on with the next head, from any offset", () => {
    const bytes = latin1("ONE\r\na: 1\r\n\r\nTWO\r\nb: 2\r\n\r\nrest");
    const both = scanner();
    const one = both.scan(bytes, 0);
    const two = both.scan(bytes, one?.end ?? 0);

    expect([one?.startLine, one?.fields.get("a")]).toEqual(["ONE", "1"]);
    expect([two?.startLine, two?.fields.size, two?.fields.get("b"), two?.end]).toEqual([
      "TWO",
      1,
      "2",
      26,
    ]);
  });

  it("gives the same head however it is cut", () => {
    const head = fc.array(fieldLine, { maxLength: 8 });
    fc.assert(
      fc.property(head, fc.array(fc.nat(), { maxLength: 10 }), (lines, places) => {
        const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
        const bytes = latin1(`START\r\n${text}\r\n`);
        const chunked = scanner();
        const results = cut(bytes, places).map((chunk) => chunked.scan(chunk, 0));

        const found = results.filter((result) => result !== undefined);
        expect(found.map((result) => [result.startLine, [...result.fields]])).toEqual([
          ["START", lines],
        ]);
      }),
    );
  });

  it("keeps no view of the chunks", () => {
    const chunked = scanner();
    const chunk = latin1("START\r\na: 1");
    chunked.scan(chunk, 0);
    chunk.fill(0);

    expect(chunked.scan(latin1("2\r\n\r\n"), 0)?.fields.get("a")).toBe("12");
  });
});

describe("TLS where HTTP is expected", () => {
  it.each([0x15, 0x16])("is told by its first byte, %i", (first) => {
    const bytes = Uint8Array.of(first, 3, 1, 2);

    expect(() => scanner().scan(bytes, 0)).toThrow(/it is TLS, .* \(RFC 9112 §2\)$/);
    expect(() => scanner().scan(Uint8Array.of(0x41, ...bytes), 0)).toThrow("control character");
    const bytewise = scanner();
    bytewise.scan(latin1("A"), 0);
    expect(() => bytewise.scan(bytes, 0)).toThrow("control character");
  });
});

describe("the limits of the scanner", () => {
  it("are 16384 bytes and 128 header lines by default", () => {
    const filled = (bytes: number) => `START\r\na: ${"x".repeat(bytes - 14)}\r\n\r\n`;

    expect(scan(filled(16_384))).toEqual(["START", [["a", "x".repeat(16_370)]], 16_384]);
    expect(faultOf(() => scan(filled(16_385)))).toBe("HEAD_TOO_LARGE");
    expect(scan(`START\r\n${header(128)}\r\n`)).toEqual([
      "START",
      Array.from({ length: 128 }, () => ["a", "b"]),
      777,
    ]);
    expect(faultOf(() => scan(`START\r\n${header(129)}\r\n`))).toBe("HEADERS_TOO_MANY");
  });

  it("hold while bytes arrive, not at the end of the head", () => {
    expect(faultOf(() => scan("x".repeat(20), { maxHeaderBytes: 20 }))).toBeUndefined();
    expect(faultOf(() => scan("x".repeat(21), { maxHeaderBytes: 20 }))).toBe("HEAD_TOO_LARGE");
    expect(faultOf(() => scan(`S\r\n${header(2)}`, { maxHeaderCount: 2 }))).toBeUndefined();
    expect(faultOf(() => scan(`S\r\n${header(3)}`, { maxHeaderCount: 2 }))).toBe(
      "HEADERS_TOO_MANY",
    );
  });

  it("are named in the error, with what has come so far", () => {
    const large = () => {
      const chunked = scanner({ maxHeaderBytes: 20 });
      chunked.scan(latin1("x".repeat(15)), 0);
      chunked.scan(latin1("x".repeat(15)), 0);
    };
    expect(large).toThrow("at least 30, and maxHeaderBytes is 20");
    expect(() => scan(`S\r\n${header(9)}`, { maxHeaderCount: 2 })).toThrow(
      "at least 3, and maxHeaderCount is 2",
    );
  });

  it("count the bytes of all chunks, and of all heads", () => {
    const chunked = scanner({ maxHeaderBytes: 10 });
    chunked.scan(latin1("12345"), 0);
    expect(faultOf(() => chunked.scan(latin1("123456"), 0))).toBe("HEAD_TOO_LARGE");

    const twice = scanner({ maxHeaderBytes: 10 });
    expect(twice.scan(latin1("S\r\n\r\n"), 0)).toBeDefined();
    expect(twice.scan(latin1("S\r\n\r\n"), 0)).toBeDefined();
    expect(faultOf(() => twice.scan(latin1("S"), 0))).toBe("HEAD_TOO_LARGE");
  });

  it("count the header lines of each head alone", () => {
    const twice = scanner({ maxHeaderCount: 1 });
    const head = latin1("S\r\na: b\r\n\r\n");

    expect(twice.scan(head, 0)).toBeDefined();
    expect(twice.scan(head, 0)).toBeDefined();
  });

  it("may be lifted with Infinity, and be 0", () => {
    const limits = { maxHeaderBytes: Infinity, maxHeaderCount: Infinity };

    expect(scan(`START\r\n${header(5_000)}\r\n`, limits)).toBeDefined();
    expect(scan("START\r\n\r\n", { maxHeaderCount: 0 })).toBeDefined();
    expect(faultOf(() => scan("START\r\na: b\r\n", { maxHeaderCount: 0 }))).toBe(
      "HEADERS_TOO_MANY",
    );
    expect(faultOf(() => scan("S", { maxHeaderBytes: 0 }))).toBe("HEAD_TOO_LARGE");
  });
});

describe("the work of the scanner", () => {
  const text = `START\r\n${header(100)}big: ${"x".repeat(15_000)}\r\n\r\n`;

  /** Bytes as they are, with the times they are looked at counted. */
  function counted(bytes: Uint8Array, looks: { count: number }): Uint8Array {
    return new Proxy(bytes, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value === "function") return value.bind(target);
        if (key !== "length") looks.count++;
        return value;
      },
    });
  }

  it("is one look at each byte that arrives, and one more at the end of a line", () => {
    const looks = { count: 0 };
    const bytes = latin1(text);

    expect(scanner().scan(counted(bytes, looks), 0)).toBeDefined();
    expect(looks.count).toBe(bytes.length + text.split("\r\n").length - 1);
  });

  it("makes a character of each byte once, when the head comes byte by byte", () => {
    const bytewise = scanner();
    const decode = vi.spyOn(String, "fromCharCode");
    const results = Array.from(latin1(text), (byte) => bytewise.scan(Uint8Array.of(byte), 0));
    const decoded = decode.mock.calls.reduce((sum, codes) => sum + codes.length, 0);
    decode.mockRestore();

    expect(results.at(-1)).toBeDefined();
    expect(decoded).toBe(text.replaceAll("\r\n", "").length);
  });

  it("copies bytes into the line, and those that wait no more than twice again", () => {
    const bytewise = scanner();
    const copy = vi.spyOn(Uint8Array.prototype, "set");
    for (const byte of latin1(text)) bytewise.scan(Uint8Array.of(byte), 0);
    const copied = copy.mock.calls.reduce((sum, [source]) => sum + source.length, 0);
    copy.mockRestore();

    expect(copied).toBeGreaterThan(0);
    expect(copied).toBeLessThanOrEqual(3 * text.length);
  });
});
