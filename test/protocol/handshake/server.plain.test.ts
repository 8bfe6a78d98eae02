// Requests that are no opening handshake, and what proxies leave of those that were.
import { describe, expect, it } from "vitest";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import type { RequestHead } from "../../../src/protocol/handshake/head.js";
import { judgeRequest, type RequestVerdict } from "../../../src/protocol/handshake/server.js";
import { REQUEST_LINES, withField } from "./wire.js";

const judge = (fields: Fields, more: Partial<RequestHead> = {}): RequestVerdict =>
  judgeRequest({ method: "GET", target: "/chat", httpVersion: "1.1", fields, ...more });

/** `"upgrade"`, `"not-an-upgrade"`, or the status and code of the refusal. */
function outcome(verdict: RequestVerdict): string {
  return verdict.kind === "refused"
    ? `${verdict.refusal.httpStatus} ${verdict.refusal.code}`
    : verdict.kind;
}

const WITHOUT_KEY = REQUEST_LINES.filter(([name]) => name !== "Sec-WebSocket-Key");

describe("a request that is not one for an upgrade", () => {
  it.each([[[]], [["h2c"]], [["websockets"]], [[""]]])(
    "has the Upgrade %j, and a refusal for servers with nothing else [6455-4.2.1-05]",
    (values) => {
      const fields = withField(WITHOUT_KEY, "Upgrade", values);
      const verdict = judge(fields, { target: "/health?x" });

      expect(verdict).toMatchObject({
        kind: "not-an-upgrade",
        request: {
          target: "/health?x",
          path: "/health",
          query: "x",
          host: "server.example.com",
          origin: "http://example.com",
        },
        refusal: { httpStatus: 426, code: "UPGRADE_MISSING" },
      });
    },
  );

  it("needs nothing but Host, and in HTTP/1.0 not even that", () => {
    expect(outcome(judge(new Fields([["host", "h"]])))).toBe("not-an-upgrade");
    expect(judge(new Fields(), { httpVersion: "1.0" })).toMatchObject({
      kind: "not-an-upgrade",
      request: { host: "" },
      refusal: { httpStatus: 426 },
    });
    expect(judge(new Fields(), { httpVersion: "1.0", target: "http://h/" })).toMatchObject({
      request: { host: "h" },
    });
    expect(outcome(judge(new Fields()))).toBe("400 HOST_INVALID");
    for (const values of [["a", "b"], ["a b"], [""]]) {
      const fields = withField([], "Host", values);
      expect(outcome(judge(fields, { httpVersion: "1.0" }))).toBe("400 HOST_INVALID");
    }
  });

  it("may be a HEAD, as of a health check", () => {
    const fields = new Fields([["host", "h"]]);

    expect(outcome(judge(fields, { method: "HEAD" }))).toBe("not-an-upgrade");
    expect(outcome(judge(fields, { method: "HEAD", httpVersion: "1.0" }))).toBe("not-an-upgrade");
  });

  it("may ask for another protocol, with whatever key", () => {
    const fields = withField(REQUEST_LINES, "Upgrade", ["h2c"]);

    expect(outcome(judge(fields))).toBe("not-an-upgrade");
    expect(outcome(judge(fields, { httpVersion: "1.0" }))).toBe("not-an-upgrade");
  });
});

describe("what a proxy has left of an opening handshake", () => {
  it.each([[[]], [[""]], [[","]]])("is known by its key, with the Upgrade %j", (values) => {
    const fields = withField(REQUEST_LINES, "Upgrade", values);

    expect(outcome(judge(fields))).toBe("426 UPGRADE_MISSING");
    expect(outcome(judge(fields, { httpVersion: "1.0" }))).toBe("505 HTTP_VERSION_UNSUPPORTED");
    expect(outcome(judge(fields, { method: "HEAD" }))).toBe("405 METHOD_NOT_GET");
  });

  it("hears what the proxy has to do", () => {
    const verdict = judge(withField(REQUEST_LINES, "Upgrade", []), { httpVersion: "1.0" });

    expect(verdict).toMatchObject({
      refusal: {
        reason: "the HTTP version must be 1.1: it is 1.0 (RFC 6455 §4.2.1)",
        body: expect.stringContaining("proxy_http_version 1.1"),
      },
    });
  });
});
