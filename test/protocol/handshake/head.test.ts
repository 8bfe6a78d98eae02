import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestHeadReader, ResponseHeadReader } from "../../../src/protocol/handshake/head.js";
import { serializeHead } from "../../../src/protocol/handshake/head-writer.js";
import { cut, faultOf, fieldLine, latin1, REQUEST_LINES, RESPONSE_LINES, textOf } from "./wire.js";

const REQUEST = serializeHead("GET /chat HTTP/1.1", REQUEST_LINES);
const RESPONSE = serializeHead("HTTP/1.1 101 Switching Protocols", RESPONSE_LINES);
const FRAME = Uint8Array.of(0x81, 0x82, 1, 2, 3, 4, 0x0d, 0x0a);

const readers = [
  ["request", RequestHeadReader, REQUEST],
  ["response", ResponseHeadReader, RESPONSE],
] as const;

describe.each(readers)("the reader of a %s head", (_name, Reader, bytes) => {
  it("gives the same at each split, and loses no byte behind the head", () => {
    const all = Buffer.concat([bytes, FRAME]);
    const whole = new Reader().push(all);

    for (let at = 0; at < all.length; at++) {
      const reader = new Reader();
      const first = reader.push(all.subarray(0, at));
      const complete = first ?? reader.push(all.subarray(at));
      const behind = first === undefined ? "" : textOf(all.subarray(at));

      expect(complete?.head).toEqual(whole?.head);
      expect(textOf(complete?.rest ?? latin1("lost")) + behind).toBe(textOf(FRAME));
    }
  });

  it("takes a head that comes byte by byte", () => {
    const reader = new Reader();
    const results = Array.from(bytes, (byte) => reader.push(Uint8Array.of(byte)));

    expect(results.filter((result) => result !== undefined)).toHaveLength(1);
    expect(results.at(-1)?.rest).toHaveLength(0);
    expect([...(results.at(-1)?.head.fields ?? [])]).toEqual(
      bytes === REQUEST ? REQUEST_LINES : RESPONSE_LINES,
    );
  });

  it("gives the rest as a view, without copying it", () => {
    const all = Buffer.concat([bytes, FRAME]);
    const rest = new Reader().push(all)?.rest;

    expect(rest?.buffer).toBe(all.buffer);
    expect(rest?.byteLength).toBe(FRAME.length);
  });

  it("is of no use once the head is there", () => {
    const reader = new Reader();
    reader.push(bytes);

    expect(() => reader.push(FRAME)).toThrow("the head was read already, or was refused");
  });

  it("is of no use once it refused", () => {
    const reader = new Reader();

    expect(faultOf(() => reader.push(latin1("\n")))).toBe("HEAD_MALFORMED");
    expect(() => reader.push(bytes)).toThrow("the head was read already, or was refused");
  });

  it("has the limits it is given", () => {
    const read = (limits: { maxHeaderBytes?: number; maxHeaderCount?: number }) =>
      faultOf(() => new Reader(limits).push(bytes));

    expect(read({ maxHeaderBytes: bytes.length })).toBeUndefined();
    expect(read({ maxHeaderBytes: bytes.length - 1 })).toBe("HEAD_TOO_LARGE");
    expect(read({ maxHeaderCount: 3 })).toBe("HEADERS_TOO_MANY");
  });

  it("answers any bytes with a head, undefined or a HandshakeError", () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) => bytes.with(at, byte)),
      fc
        .nat(bytes.length)
        .map((end) => Uint8Array.from([...bytes.subarray(0, end), 0x0d, 0x0a, ...bytes])),
    );
    const documented = new Set([undefined, "HEAD_MALFORMED", "HEAD_TOO_LARGE", "HEADERS_TOO_MANY"]);
    fc.assert(
      fc.property(hostile, (chunk) => {
        expect(documented).toContain(
          faultOf(() => new Reader({ maxHeaderBytes: 500 }).push(chunk)),
        );
      }),
    );
  });
});

describe("the reader of a request head", () => {
  it("reads the request line and the fields", () => {
    const head = new RequestHeadReader().push(REQUEST)?.head;

    expect(head).toMatchObject({ method: "GET", target: "/chat", httpVersion: "1.1" });
    expect([...(head?.fields ?? [])]).toEqual(REQUEST_LINES);
  });

  it("skips one empty line in front, not two (RFC 9112 §2.2)", () => {
    expect(new RequestHeadReader().push(latin1("\r\nGET / HTTP/1.1\r\n\r\n"))?.head.target).toBe(
      "/",
    );
    expect(faultOf(() => new RequestHeadReader().push(latin1("\r\n\r\n")))).toBe("HEAD_MALFORMED");
  });

  it("refuses HTTP/0.9 at the end of its line, with nothing to wait for", () => {
    expect(faultOf(() => new RequestHeadReader().push(latin1("GET /\r\n")))).toBe("HEAD_MALFORMED");
  });

  it("refuses the first byte of TLS on a port without it", () => {
    expect(faultOf(() => new RequestHeadReader().push(Uint8Array.of(0x16)))).toBe("HEAD_MALFORMED");
  });

  it("reads back any request, cut anywhere", () => {
    const lines = fc.array(fieldLine, { maxLength: 10 });
    fc.assert(
      fc.property(
        lines,
        fc.uint8Array({ maxLength: 9 }),
        fc.array(fc.nat()),
        (lines, rest, places) => {
          const reader = new RequestHeadReader();
          const sent = Buffer.concat([serializeHead("GET /x HTTP/1.1", lines), rest]);
          let result: ReturnType<RequestHeadReader["push"]>;
          const behind: Uint8Array[] = [];
          for (const chunk of cut(sent, places)) {
            if (result !== undefined) behind.push(chunk);
            else result = reader.push(chunk);
          }

          expect([...(result?.head.fields ?? [])]).toEqual(lines);
          expect(Buffer.concat([result?.rest ?? latin1("lost"), ...behind])).toEqual(
            Buffer.from(rest),
          );
        },
      ),
    );
  });
});

describe("the reader of a response head", () => {
  const read = (text: string) => new ResponseHeadReader().push(latin1(text));
  const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

  it("reads the status line and the fields", () => {
    const head = new ResponseHeadReader().push(RESPONSE)?.head;

    expect(head).toMatchObject({
      httpVersion: "1.1",
      httpStatus: 101,
      reason: "Switching Protocols",
    });
    expect([...(head?.fields ?? [])]).toEqual(RESPONSE_LINES);
  });

  it.each([100, 102, 103, 199])("skips an interim %i", (httpStatus) => {
    const complete = read(`HTTP/1.1 ${httpStatus} x\r\nlink: x\r\n\r\n${textOf(RESPONSE)}rest`);

    expect(complete?.head.httpStatus).toBe(101);
    expect([...(complete?.head.fields ?? [])]).toEqual(RESPONSE_LINES);
    expect(textOf(complete?.rest ?? latin1("lost"))).toBe("rest");
  });

  it("waits behind an interim response", () => {
    const reader = new ResponseHeadReader();

    expect(reader.push(latin1(CONTINUE))).toBeUndefined();
    expect(reader.push(latin1(CONTINUE + "HTTP/1.1 "))).toBeUndefined();
    expect(reader.push(latin1("204 \r\n\r\n"))?.head.httpStatus).toBe(204);
  });

  it.each([101, 200, 302, 401, 426, 500])("does not skip a %i", (httpStatus) => {
    expect(read(`HTTP/1.1 ${httpStatus} \r\n\r\n`)?.head.httpStatus).toBe(httpStatus);
  });

  it("skips 16 interim responses, not 17", () => {
    expect(read(CONTINUE.repeat(16) + textOf(RESPONSE))?.head.httpStatus).toBe(101);
    expect(faultOf(() => read(CONTINUE.repeat(17)))).toBe("INTERIM_TOO_MANY");
  });

  it("gives interim responses no bytes of their own", () => {
    const reader = new ResponseHeadReader({ maxHeaderBytes: CONTINUE.length + 10 });

    expect(reader.push(latin1(CONTINUE))).toBeUndefined();
    expect(faultOf(() => reader.push(RESPONSE))).toBe("HEAD_TOO_LARGE");
  });

  it("refuses an empty line in front", () => {
    expect(faultOf(() => read("\r\n"))).toBe("HEAD_MALFORMED");
  });
});
