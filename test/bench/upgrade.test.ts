import { describe, expect, test } from "vitest";
import { judgeUpgrade, upgradeRequest } from "../../bench/load/upgrade.js";

const accepted = (accept: string, ...fields: string[]): string =>
  [
    "HTTP/1.1 101 Switching Protocols",
    "upgrade: websocket",
    `SEC-WEBSOCKET-ACCEPT: ${accept}`,
    ...fields,
  ].join("\r\n");

describe("the opening handshake of the load generator", () => {
  test.each([
    ["", undefined],
    ["takeover", "permessage-deflate; client_max_window_bits"],
    [
      "no-takeover",
      "permessage-deflate; client_max_window_bits; client_no_context_takeover; server_no_context_takeover",
    ],
  ] as const)("offers what the load is about: %s", (deflate, offer) => {
    const { head } = upgradeRequest(deflate);
    expect(/^Sec-WebSocket-Extensions: (.*)\r$/m.exec(head)?.[1]).toBe(offer);
    expect(head.endsWith("\r\n\r\n")).toBe(true);
  });

  test("knows from the response how to compress", () => {
    const request = upgradeRequest("takeover");
    const judge = (extensions: string) =>
      judgeUpgrade(accepted(request.accept, `Sec-WebSocket-Extensions: ${extensions}`), request);
    expect(judge("permessage-deflate")).toEqual({
      compression: { contextTakeover: true, windowBits: 15 },
      serverContextTakeover: true,
    });
    expect(
      judge("permessage-deflate; client_no_context_takeover; client_max_window_bits=12"),
    ).toEqual({
      compression: { contextTakeover: false, windowBits: 12 },
      serverContextTakeover: true,
    });
    expect(judge("permessage-deflate; server_no_context_takeover")).toMatchObject({
      serverContextTakeover: false,
    });
  });

  test("takes a response without extensions for a server that does not compress", () => {
    const request = upgradeRequest("takeover");
    expect(judgeUpgrade(accepted(request.accept), request).compression).toBeUndefined();
  });

  test("refuses another status, and the accept value of another key", () => {
    const request = upgradeRequest("");
    expect(() => judgeUpgrade("HTTP/1.1 403 Forbidden", request)).toThrow("403 Forbidden");
    expect(() => judgeUpgrade(accepted("x"), request)).toThrow("Sec-WebSocket-Accept");
  });
});
