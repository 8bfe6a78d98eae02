import { describe, expect, it } from "vitest";
import { WebSocketError } from "../../../src/protocol/errors.js";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import {
  HANDSHAKE_FAULTS,
  HandshakeError,
} from "../../../src/protocol/handshake/handshake-error.js";
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
      "the server did not switch protocols: it answered 503 (RFC 6455 §4.1)",
    );
    expect(error).toMatchObject({ detail: "it answered 503", httpStatus: 503 });
    expect(error.headers).toBe(headers);
    expect(error.body).toBe(body);
    expect(error.cause).toBe(cause);
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

describe("the table of faults", () => {
  it.each(FAULT_CODES)(
    "%s has a section, a rule of one line and a status that refuses, if any",
    (code) => {
      const { httpStatus, section, rule } = HANDSHAKE_FAULTS[code];

      expect(section).toMatch(/^RFC \d{4} §\d/);
      expect(rule).toMatch(/^[ -~]+[^.]$/);
      expect([undefined, 400, 403, 405, 408, 426, 431, 503, 505]).toContain(httpStatus);
    },
  );
});
