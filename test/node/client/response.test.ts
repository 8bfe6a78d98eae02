import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import type { ConnectOptions } from "../../../src/node/client/options.js";
import { HandshakeError } from "../../../src/protocol/index.js";
import { FakeClock } from "../../support/clock.js";
import { settle } from "../../support/raw-peer.js";
import { type StubPeer, StubServer, acceptance, memoryPeer } from "../../support/stub-server.js";
import { SAMPLE_KEY, acceptFor } from "../../support/wire-handshake.js";

const SECRETS = ["hunter2", "s3same", "c00kie"] as const;

/** Connects to a server that does what `act` says; gives the error, once everything is closed. */
async function failureOf(
  act: (peer: StubPeer) => Promise<unknown>,
  options: ConnectOptions = {},
): Promise<HandshakeError> {
  await using server = await StubServer.start();
  const opening = connect(`ws://user:hunter2@${server.authority}/?token=s3same`, {
    headers: { Cookie: "c00kie" },
    ...options,
  });
  const failed = opening.catch((reason: unknown) => reason);
  await act(await server.next());
  const error = await failed;
  await server.deserted();
  if (!(error instanceof HandshakeError)) throw new Error("no HandshakeError", { cause: error });
  for (const secret of SECRETS) expect(String(error.stack)).not.toContain(secret);
  return error;
}

/** A server that changes the response it should give. */
function altered(change: (text: string) => string): (peer: StubPeer) => Promise<void> {
  return async (peer) => {
    const text = Buffer.from(acceptance(await peer.head())).toString("latin1");
    peer.write(Buffer.from(change(text), "latin1"));
  };
}

describe("a 101 that breaks a rule fails, and the socket is gone at once", () => {
  const without = (name: string) =>
    altered((text) => text.replace(new RegExp(`${name}: .*\r\n`), ""));
  const adding = (line: string) =>
    altered((text) => text.replace("\r\n\r\n", `\r\n${line}\r\n\r\n`));
  const setting = (name: string, value: string) =>
    altered((text) => text.replace(new RegExp(`${name}: .*\r\n`), `${name}: ${value}\r\n`));

  it.each([
    ["no Upgrade [6455-4.1-24]", "UPGRADE_MISSING", without("Upgrade")],
    ["Upgrade: h2c [6455-4.1-24]", "UPGRADE_MISSING", setting("Upgrade", "h2c")],
    ["no Connection [6455-4.1-25]", "CONNECTION_MISSING", without("Connection")],
    ["Connection: close [6455-4.1-25]", "CONNECTION_MISSING", setting("Connection", "close")],
    ["no Accept [6455-4.1-26]", "ACCEPT_INVALID", without("Sec-WebSocket-Accept")],
    ["an empty Accept [6455-4.1-26]", "ACCEPT_INVALID", setting("Sec-WebSocket-Accept", "")],
    [
      "the Accept of another key [6455-4.1-26]",
      "ACCEPT_INVALID",
      setting("Sec-WebSocket-Accept", acceptFor(SAMPLE_KEY)),
    ],
    [
      "an Accept in lower case [6455-4.1-26]",
      "ACCEPT_INVALID",
      altered((text) => text.replace(/Accept: .*\r\n/, (line) => line.toLowerCase())),
    ],
    [
      "two Accepts",
      "ACCEPT_INVALID",
      altered((text) => text.replace(/(Sec-WebSocket-Accept: .*\r\n)/, "$1$1")),
    ],
    [
      "a subprotocol nobody offered [6455-4.1-28]",
      "SUBPROTOCOL_UNOFFERED",
      adding("Sec-WebSocket-Protocol: chat"),
    ],
    [
      "an unknown extension [6455-4.1-27]",
      "EXTENSION_UNOFFERED",
      adding("Sec-WebSocket-Extensions: foo"),
    ],
    [
      "permessage-deflate twice [7692-5-06]",
      "DEFLATE_RESPONSE_INVALID",
      adding("Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate"),
    ],
    [
      "another version of HTTP",
      "HTTP_VERSION_UNSUPPORTED",
      altered((t) => t.replace("1.1", "1.0")),
    ],
  ])("%s", async (_case, code, act) => {
    expect(await failureOf(act)).toMatchObject({ code, httpStatus: 101 });
  });

  it.each([
    ["another one [6455-4.1-28]", "superchat"],
    ["two of those offered", "chat, v2"],
  ])("the subprotocol is %s", async (_case, picked) => {
    const act = adding(`Sec-WebSocket-Protocol: ${picked}`);
    const error = await failureOf(act, { subprotocols: ["chat", "v2"] });
    expect(error.code).toBe("SUBPROTOCOL_UNOFFERED");
  });

  it("permessage-deflate without an offer [6455-4.1-27]", async () => {
    const act = adding("Sec-WebSocket-Extensions: permessage-deflate");
    const error = await failureOf(act, { perMessageDeflate: false });
    expect(error.code).toBe("EXTENSION_UNOFFERED");
  });

  it.each([
    ["an unknown parameter [7692-7-05]", "; foo=1"],
    ["a window of 1000 bits [7692-7-06]", "; server_max_window_bits=1000"],
    ["a window of -1 bits [7692-7-06]", "; server_max_window_bits=-1"],
    ["a window of abc bits [7692-7-06]", "; server_max_window_bits=abc"],
    ["a window of no bits [7692-7-06]", "; server_max_window_bits"],
    ["a value where none belongs [7692-7-06]", "; server_no_context_takeover=1"],
    [
      "a repeated parameter [7692-7-07]",
      "; server_no_context_takeover; server_no_context_takeover",
    ],
  ])("permessage-deflate with %s", async (_case, parameters) => {
    const act = adding(`Sec-WebSocket-Extensions: permessage-deflate${parameters}`);
    expect((await failureOf(act)).code).toBe("DEFLATE_RESPONSE_INVALID");
  });

  it.each([
    [
      "a larger window than its own limit [7692-5-05] [7692-7-08]",
      { clientMaxWindowBits: 10 },
      "; client_max_window_bits=11",
    ],
    [
      "a larger window than was asked for [7692-7-08]",
      { serverMaxWindowBits: 10 },
      "; server_max_window_bits=12",
    ],
    ["no window where one was asked for [7692-5-05]", { serverMaxWindowBits: 10 }, ""],
    [
      "no server_no_context_takeover where it was asked for [7692-7-13]",
      { serverNoContextTakeover: true },
      "",
    ],
  ])("permessage-deflate with %s", async (_case, perMessageDeflate, parameters) => {
    const act = adding(`Sec-WebSocket-Extensions: permessage-deflate${parameters}`);
    expect((await failureOf(act, { perMessageDeflate })).code).toBe("DEFLATE_RESPONSE_INVALID");
  });
});

describe("something that is no response", () => {
  it.each([
    ["a status line of another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "HEAD_MALFORMED"],
    ["obsolete line folding", "HTTP/1.1 101 OK\r\nA: b\r\n c\r\n\r\n", "HEAD_MALFORMED"],
    ["a bare line feed", "HTTP/1.1 101 OK\nA: b\n\n", "HEAD_MALFORMED"],
    ["a head over the limit", `HTTP/1.1 101 OK\r\nA: ${"x".repeat(20_000)}`, "HEAD_TOO_LARGE"],
    ["too many fields", `HTTP/1.1 101 OK\r\n${"A: b\r\n".repeat(129)}`, "HEADERS_TOO_MANY"],
    ["interim responses for ever", "HTTP/1.1 102 OK\r\n\r\n".repeat(20), "INTERIM_TOO_MANY"],
    ["a TLS alert", "\u0015\u0003\u0001\u0000\u0002\u0002\u0050", "HEAD_MALFORMED"],
  ])("fails: %s [6455-4.1-29]", async (_case, text, code) => {
    const error = await failureOf(async (peer) => {
      await peer.head();
      peer.write(text);
    });
    expect(error.code).toBe(code);
  });

  it("fails at limits of one's own", async () => {
    const act = async (peer: StubPeer): Promise<void> => {
      await peer.head();
      peer.write("HTTP/1.1 101 OK\r\nA: b\r\nA: b\r\n");
    };
    expect((await failureOf(act, { maxHeaderBytes: 20 })).code).toBe("HEAD_TOO_LARGE");
    expect((await failureOf(act, { maxHeaderCount: 1 })).code).toBe("HEADERS_TOO_MANY");
  });

  it("fails when the server ends, or resets, the connection", async () => {
    const ended = await failureOf(async (peer) => {
      await peer.head();
      peer.write("HTTP/1.1 101 Switching");
      peer.end();
    });
    expect(ended).toMatchObject({ code: "TRANSPORT_ENDED", detail: undefined });
    const reset = await failureOf(async (peer) => {
      await peer.head();
      peer.reset();
    });
    expect(reset).toMatchObject({ code: "TRANSPORT_FAILED", detail: "ECONNRESET" });
    expect(reset.cause).toMatchObject({ code: "ECONNRESET" });
  });
});

describe("another status than 101", () => {
  const bodyOf = ({ body }: HandshakeError): string => Buffer.from(body ?? []).toString();

  it("is an error with status, fields and body [6455-4.1-23]", async () => {
    const error = await failureOf((peer) =>
      peer.answer(
        ["HTTP/1.1 401 Unauthorized", "WWW-Authenticate: Basic", "Content-Length: 9"],
        "who's thereTRAILING",
      ),
    );
    expect(error).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: 401 });
    expect(error.headers?.get("www-authenticate")).toBe("Basic");
    expect(bodyOf(error)).toBe("who's the");
    expect(error.message).toContain("401");
  });

  it.each([200, 204, 301, 302, 304, 426, 500])("%i is never open [6455-4.1-23]", async (status) => {
    const lines = [`HTTP/1.1 ${status} Some Reason`, "Location: /elsewhere", "Content-Length: 0"];
    const error = await failureOf((peer) => peer.answer(lines));
    expect(error).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: status });
    expect(error.body).toHaveLength(0);
  });

  it("says so when the server speaks another version only", async () => {
    const lines = ["HTTP/1.1 426 Upgrade Required", "Sec-WebSocket-Version: 8, 7"];
    const error = await failureOf(async (peer) => {
      await peer.answer(lines);
      peer.end();
    });
    expect(error).toMatchObject({ code: "VERSION_UNSUPPORTED", httpStatus: 426 });
  });

  it("has a body that goes on to the end of the connection", async () => {
    const error = await failureOf(async (peer) => {
      await peer.answer(["HTTP/1.1 503 No"], "come ");
      peer.write("back later");
      peer.end();
    });
    expect(bodyOf(error)).toBe("come back later");
  });

  it.each(["", "5, 5", "-1", "0x5"])(
    "has a body up to the end, too, when its length is %j",
    async (length) => {
      const error = await failureOf(async (peer) => {
        await peer.answer(["HTTP/1.1 503 No", `Content-Length: ${length}`], "come back");
        peer.end();
      });
      expect(bodyOf(error)).toBe("come back");
    },
  );

  it("has a chunked body", async () => {
    const lines = ["HTTP/1.1 403 No", "Transfer-Encoding: chunked"];
    const chunks = "5;name=value\r\nhello\r\n00001\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n";
    const whole = await failureOf((peer) => peer.answer(lines, chunks));
    expect(bodyOf(whole)).toBe("hello world");
    const plain = await failureOf((peer) => peer.answer(lines, "1\r\nx\r\n0\r\n\r\n"));
    expect(bodyOf(plain)).toBe("x");
    const bytewise = await failureOf(async (peer) => {
      await peer.answer(lines);
      await peer.trickle(Buffer.from(chunks));
    });
    expect(bodyOf(bytewise)).toBe("hello world");
  });

  it.each([
    ["zz\r\nhello", ""],
    ["5\r\nhelloX", "hello"],
    ["5\r\nhello\r\n\r\nmore", "hello"],
  ])("has as much of a broken chunked body as there is: %j", async (chunks, body) => {
    const lines = ["HTTP/1.1 403 No", "Transfer-Encoding: chunked"];
    expect(bodyOf(await failureOf((peer) => peer.answer(lines, chunks)))).toBe(body);
  });

  it("has no more than 16 KiB of a body without end", async () => {
    const error = await failureOf(async (peer) => {
      await peer.answer(["HTTP/1.1 500 Oops", "Content-Length: 99999999999999999999"]);
      const flood = (): void => {
        while (!peer.isClosed && peer.socket.write("x".repeat(1_000)));
        if (!peer.isClosed) peer.socket.once("drain", flood);
      };
      flood();
      await peer.ended();
    });
    expect(error.body).toHaveLength(16 * 1024);
  });

  it("does not wait longer than the handshake may take for a body that stops", async () => {
    const clock = new FakeClock();
    const { peer, createConnection } = memoryPeer();
    const failed = connect("ws://h/", { createConnection, clock }).catch((e: unknown) => e);
    await peer.answer(["HTTP/1.1 500 Oops", "Content-Length: 100"], "it is ");
    await settle();
    clock.advance(9_999);
    expect(peer.isClosed).toBe(false);
    clock.advance(1);
    const error = await failed;
    expect(error).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: 500 });
    expect(error).toHaveProperty("body", new Uint8Array(Buffer.from("it is ")));
    await peer.ended();
  });
});
