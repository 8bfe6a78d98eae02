import { describe, expect, it } from "vitest";
import { WebSocketError } from "../../../src/protocol/errors.js";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import {
  HANDSHAKE_FAULTS,
  HandshakeError,
  malformed,
} from "../../../src/protocol/handshake/handshake-error.js";
import { utf8 } from "../../support/wire-frame.js";
import { FAULT_CODES } from "./wire.js";

describe("HandshakeError", () => {
  it.each(FAULT_CODES)("says which rule %s is, and where it stands", (code) => {
    const { rule, section } = HANDSHAKE_FAULTS[code];
    const error = new HandshakeError(code);

    expect(error).toBeInstanceOf(WebSocketError);
    expect(error).toMatchObject({ name: "HandshakeError", code, section, detail: undefined });
    expect(error.message).toBe(`${rule} (${section})`);
  });

  it("has a detail in its message, and keeps the server's answer and the cause", () => {
    const headers = new Fields([["Retry-After", "1"]]);
    const body = Uint8Array.of(1);
    const cause = new Error("why");
    const error = new HandshakeError("STATUS_UNEXPECTED", {
      detail: "it answered 503",
      httpStatus: 503,
      headers,
      body,
      cause,
    });

    expect(error.message).toBe(
      'the server did not switch protocols: it answered 503: "\\x01" (RFC 6455 §4.1)',
    );
    expect(error).toMatchObject({ detail: "it answered 503", httpStatus: 503 });
    expect(error.headers).toBe(headers);
    expect(error.body).toBe(body);
    expect(error.cause).toBe(cause);
  });

  it("has the address in front, and how the body begins at the end", () => {
    const error = new HandshakeError("STATUS_UNEXPECTED", {
      detail: "it answered 403",
      body: utf8("no token\ntry another"),
      url: "wss://example.org/chat",
    });

    expect(error.url).toBe("wss://example.org/chat");
    expect(error.message).toBe(
      'wss://example.org/chat: the server did not switch protocols: it answered 403: "no token" (RFC 6455 §4.1)',
    );
  });

  it.each([
    ["nothing", "", ""],
    ["nothing but space", " \r\n\n ", ""],
    ["lines, the first of them empty", "\n\nbusy\r\ncome back\r\n", ': "busy"'],
    ["control characters", "a\u001b[31mred", String.raw`: "a\x1b[31mred"`],
    ["what is not UTF-8", Uint8Array.of(0x61, 0xff), ': "a\ufffd"'],
    ["a long line", "x".repeat(201), `: "${"x".repeat(200)}…"`],
    [
      "a page",
      "<HTML>\n<head><Title>502\nBad Gateway</Title></head>",
      String.raw`: "502\nBad Gateway"`,
    ],
    ["a page without a title", "<p>\nno", ': "<p>"'],
    ["a page whose title never ends", "<title>no", ': "<title>no"'],
  ])("quotes of a body that is %s what says something", (_what, body, quoted) => {
    const error = new HandshakeError("STATUS_UNEXPECTED", {
      body: typeof body === "string" ? utf8(body) : body,
    });

    expect(error.message).toBe(`the server did not switch protocols${quoted} (RFC 6455 §4.1)`);
  });

  it("has no more of a long address than says where it is", () => {
    const url = `ws://h/${"x".repeat(1_000)}`;
    const error = new HandshakeError("ABORTED", { url });

    expect(error.url).toBe(url);
    expect(error.message.startsWith(`${url.slice(0, 200)}…: `)).toBe(true);
  });

  it("gives the body as text", () => {
    expect(new HandshakeError("STATUS_UNEXPECTED", { body: utf8("né\n") }).bodyText).toBe("né\n");
    expect(new HandshakeError("STATUS_UNEXPECTED").bodyText).toBe("");
  });

  it.each([
    ["HEAD_TOO_LARGE", "at least 300, and maxHeaderBytes is 200"],
    ["HEADERS_TOO_MANY", "at least 300, and maxHeaderCount is 200"],
    ["CONNECTIONS_TOO_MANY", "at least 300, and maxConnections is 200"],
  ] as const)(
    "names the option of %s, what it is set to, and the number over it",
    (code, detail) => {
      const error = new HandshakeError(code, { limit: 200, value: 300 });
      const { option } = HANDSHAKE_FAULTS[code];

      expect(error).toMatchObject({ detail, option, limit: 200, value: 300 });
      expect(error.message).toContain(`limit`);
      expect(error.message).toContain(`: ${detail} (`);
    },
  );

  it("names what a time is limited to", () => {
    const error = new HandshakeError("TIMEOUT", { limit: 10_000 });

    expect(error.message).toContain("longer than the limit: handshakeTimeoutMs is 10000 (");
  });

  it("has no limit where the rule is none", () => {
    expect(new HandshakeError("ABORTED", { limit: 1 }).detail).toBeUndefined();
  });

  it("has none of that when it is not given", () => {
    const error = new HandshakeError("ABORTED");

    expect([error.httpStatus, error.headers, error.body, error.cause]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

it("a head that breaks the grammar of HTTP has an error that says where", () => {
  const error = malformed("a header line has no colon");
  expect([error.code, error.detail]).toEqual(["HEAD_MALFORMED", "a header line has no colon"]);
});

describe("the table of faults", () => {
  it.each(FAULT_CODES)(
    "%s has a section, a rule of one line and a status that refuses, if any",
    (code) => {
      const { httpStatus, section, rule } = HANDSHAKE_FAULTS[code];

      expect(section).toMatch(/^(RFC \d{4}|WHATWG WebSockets) §\d/);
      expect(rule).toMatch(/^[ -~]+[^.]$/);
      expect([undefined, 400, 403, 405, 408, 413, 421, 426, 431, 503, 505]).toContain(httpStatus);
    },
  );
});
