import { describe, expect, it } from "vitest";
import {
  HANDSHAKE_FAULTS,
  type HandshakeFaultCode,
} from "../../../src/protocol/handshake/handshake-error.js";
import { buildResponse } from "../../../src/protocol/handshake/http-response.js";
import { judgeOrigin } from "../../../src/protocol/handshake/origin.js";
import { refusalFor } from "../../../src/protocol/handshake/refusal.js";
import { FAULT_CODES } from "./wire.js";

const responseTo = (code: HandshakeFaultCode, detail?: string): string =>
  Buffer.from(buildResponse(refusalFor(code, detail))).toString();

describe("a refusal", () => {
  it.each(FAULT_CODES)(
    "for %s is a whole HTTP error that closes the connection [6455-4.2.1-01]",
    (code) => {
      const { httpStatus = 400, rule, section } = HANDSHAKE_FAULTS[code];
      const refusal = refusalFor(code);

      expect(refusal).toMatchObject({ code, httpStatus, reason: `${rule} (${section})` });
      expect(refusal.body.startsWith(`${refusal.reason}\n`)).toBe(true);
      expect(refusal.body.endsWith("\n")).toBe(true);
      expect(responseTo(code)).toMatch(
        new RegExp(`^HTTP/1\\.1 ${httpStatus} [A-Z][A-Za-z ]+\r\nConnection: close`),
      );
    },
  );

  it("tells the detail", () => {
    const refusal = refusalFor("HEAD_MALFORMED", "a line must end in CR LF");

    expect(refusal.reason).toBe(
      "the head must follow the grammar of HTTP/1.1: a line must end in CR LF (RFC 9112 §2)",
    );
    expect(refusal.body).toBe(`${refusal.reason}\n`);
  });

  // oxfmt-ignore
  it.each<[HandshakeFaultCode, readonly string[]]>([
    ["METHOD_NOT_GET",       ["Connection: close", "Allow: GET"]],
    ["UPGRADE_MISSING",      ["Connection: close, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]],
    ["VERSION_UNSUPPORTED",  ["Connection: close, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]],
    ["VERSION_INVALID",      ["Connection: close", "Sec-WebSocket-Version: 13"]],
    ["KEY_INVALID",          ["Connection: close"]],
  ])("for %s says what is to be done in its header [6455-4.2.2-05] [6455-4.4-01]", (code, lines) => {
    const all = responseTo(code).split("\r\n\r\n", 1)[0]?.split("\r\n") ?? [];

    expect(all).toEqual(expect.arrayContaining([...lines]));
    expect(all).toHaveLength(lines.length + 3); // status, type, length
  });

  // oxfmt-ignore
  it.each<[HandshakeFaultCode, string]>([
    ["UPGRADE_MISSING",           "connect with a ws or wss URI"],
    ["CONNECTION_MISSING",        "nginx: proxy_set_header Upgrade $http_upgrade"],
    ["HTTP_VERSION_UNSUPPORTED",  "proxy_http_version 1.1"],
    ["HEAD_TOO_LARGE",            "maxHeaderBytes"],
    ["HEADERS_TOO_MANY",          "maxHeaderCount"],
    ["CONNECTIONS_TOO_MANY",      "maxConnections"],
    ["SERVER_CLOSING",            "later"],
  ])("for %s says what to set: %s", (code, words) => {
    expect(refusalFor(code).body).toContain(words);
  });

  it("of an Origin is a 403 that names no origin but an example [6455-4.2.2-04]", () => {
    const objection = judgeOrigin({
      origin: "http://evil.example",
      host: "secret.example",
      secure: false,
    });
    const refusal = refusalFor("ORIGIN_REFUSED", objection?.detail, objection?.advice);
    const response = Buffer.from(buildResponse(refusal)).toString();

    expect(response).toMatch(/^HTTP\/1\.1 403 Forbidden\r\nConnection: close\r\n/);
    expect(response).toContain("pages of this origin may not connect: it is another site");
    expect(response).toContain("the server's option origins");
    expect(response).not.toContain("evil");
    expect(response).not.toContain("secret");
  });
});
