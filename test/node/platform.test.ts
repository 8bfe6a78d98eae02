import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asBuffer, decodeLatin1, encodeLatin1, nodePlatform } from "../../src/node/platform.js";
import { portablePlatform } from "../../src/protocol/platform.js";

const portable = portablePlatform(() => 0);
const text = fc.string({ unit: "binary" }); // lone surrogates included
const bytes = fc.oneof(
  fc.uint8Array(),
  text.map((one) => new Uint8Array(Buffer.from(one))),
);

describe("nodePlatform", () => {
  it("agrees with the portable platform on every text and every byte", () => {
    fc.assert(
      fc.property(text, bytes, (one, some) => {
        const length = nodePlatform.utf8Length(one);
        expect(length).toBe(portable.utf8Length(one));
        const [ours, theirs] = [nodePlatform.allocate(length + 2), portable.allocate(length + 2)];
        nodePlatform.writeUtf8(ours, 1, one, length);
        portable.writeUtf8(theirs, 1, one, length);
        expect([...ours.subarray(1, -1)]).toEqual([...theirs.subarray(1, -1)]);
        expect(nodePlatform.isUtf8(some)).toBe(portable.isUtf8(some));
        expect(nodePlatform.decodeUtf8(some)).toBe(portable.decodeUtf8(some));
      }),
    );
  });

  it("keeps a byte order mark", () => {
    expect(nodePlatform.decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe("\ufeffa");
  });

  it("gives 32 random bits", () => {
    expect(new Set(Array.from({ length: 100 }, nodePlatform.generateMaskingKey)).size).toBe(100);
  });
});

describe("Latin-1", () => {
  it("is a byte for each character and back, of any part", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), fc.nat(), (some, one, other) => {
        const start = one % (some.length + 1);
        const end = start + (other % (some.length - start + 1));
        const decoded = decodeLatin1(some, start, end);
        expect(decoded).toBe(String.fromCharCode(...some.subarray(start, end)));
        expect([...encodeLatin1(decoded)]).toEqual([...some.subarray(start, end)]);
      }),
    );
  });
});

describe("asBuffer", () => {
  it("shows the same bytes, and gives back what is a Buffer", () => {
    const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
    expect([...asBuffer(view)]).toEqual([2, 3]);
    expect(asBuffer(view).buffer).toBe(view.buffer);
    const buffer = Buffer.from("x");
    expect(asBuffer(buffer)).toBe(buffer);
  });
});
