import { describe, expect, it } from "vitest";
import { connect } from "../../src/node/client/connect.js";
import { failureAt, HandshakeError } from "../../src/node/handshake-error.js";
import {
  Fields,
  HandshakeError as AnyHandshakeError,
  parseUri,
  WebSocketError,
} from "../../src/protocol/index.js";
import { StubServer } from "../support/stub-server.js";

const uriOf = (url: string) => parseUri(url, (name) => name);

describe("what connect rejects with", () => {
  it("says where that was and what was answered, and gives the body as a Buffer and as text", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://user:hunter2@${server.authority}/?token=s3same`);
    const failed = opening.catch((error: unknown) => error);
    const lines = ["HTTP/1.1 403 No", "Content-Length: 16"];
    await (await server.next()).answer(lines, "not you\nnor them");
    const error = await failed;

    if (!(error instanceof HandshakeError)) throw new Error("no HandshakeError", { cause: error });
    expect(error.url).toBe(`ws://${server.authority}/`);
    expect(error.message).toBe(
      `${error.url}: the server did not switch protocols: it answered 403: "not you" (RFC 6455 §4.1)`,
    );
    expect(Buffer.isBuffer(error.body)).toBe(true);
    expect(error.bodyText).toBe("not you\nnor them");
  });

  it("is an error of the protocol with its address, and its body as a Buffer over the same bytes", () => {
    const headers = new Fields([["Retry-After", "1"]]);
    const bytes = new Uint8Array(Buffer.from("xbusyx")).subarray(1, 5);
    const cause = new Error("why");
    const options = { detail: "it answered 503", httpStatus: 503, headers, body: bytes, cause };
    const error = failureAt(
      new AnyHandshakeError("STATUS_UNEXPECTED", options),
      uriOf("wss://example.org:8443/chat"),
    );

    for (const type of [HandshakeError, AnyHandshakeError, WebSocketError]) {
      expect(error).toBeInstanceOf(type);
    }
    expect(error).toMatchObject({ name: "HandshakeError", code: "STATUS_UNEXPECTED" });
    expect(error).toMatchObject({ detail: "it answered 503", httpStatus: 503, headers, cause });
    expect(error.body?.toString()).toBe("busy");
    expect(error.body?.buffer).toBe(bytes.buffer);
    expect(error.message).toMatch(/^wss:\/\/example\.org:8443\/chat: .*: it answered 503: "busy" /);
  });

  it.each([
    ["ws://user:hunter2@example.org/a%20b?token=s3same&q=?", "ws://example.org/a%20b"],
    ["wss://[::1]:443/?", "wss://[::1]/"],
    ["http://example.org:8080", "ws://example.org:8080/"],
  ])("holds nothing secret of the address %s", (url, shown) => {
    const error = failureAt(new AnyHandshakeError("ABORTED"), uriOf(url));

    expect(error.url).toBe(shown);
    expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(/hunter2|s3same/);
  });

  it("keeps the limit that was met, and has neither body nor cause where there is none", () => {
    const met = new AnyHandshakeError("HEAD_TOO_LARGE", { limit: 10, value: 11 });
    const error = failureAt(met, uriOf("ws://h/"));

    expect(error).toMatchObject({ option: "maxHeaderBytes", limit: 10, value: 11 });
    expect(error.message).toContain("at least 11, and maxHeaderBytes is 10");
    expect(error.body).toBeUndefined();
    expect("cause" in error).toBe(false);
  });
});
