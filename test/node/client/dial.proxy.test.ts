import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect as connectTcp, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import { HandshakeError } from "../../../src/protocol/index.js";
import { CA, KEY, LOCALHOST, OTHER_HOST } from "../../support/certificates/index.js";
import { FakeClock } from "../../support/clock.js";
import { eventually } from "../../support/raw-peer.js";
import { type StubPeer, StubServer } from "../../support/stub-server.js";
import { frame, TEXT } from "../../support/wire-frame.js";
import { valuesOf } from "../../support/wire-handshake.js";

const ESTABLISHED = ["HTTP/1.1 200 Connection established"];

async function failureOf(opening: Promise<unknown>): Promise<HandshakeError> {
  const error: unknown = await opening.catch((reason: unknown) => reason);
  if (!(error instanceof HandshakeError)) throw new Error("no HandshakeError", { cause: error });
  return error;
}

/** Makes the rest of a proxy's connection a tunnel to `port`. */
function tunnelTo(port: number, { socket }: StubPeer): void {
  const upstream = connectTcp({ host: "127.0.0.1", port });
  upstream.on("error", () => {});
  upstream.pipe(socket).pipe(upstream);
}

describe("a proxy", () => {
  it("is asked for a tunnel to host and port, and sees no more than a tunnel does [6455-4.1-04]", async () => {
    await using proxy = await StubServer.start();
    const opening = connect("ws://Server.Example/chat?token=1", {
      proxy: `http://${proxy.authority}`,
      headers: { Cookie: "secret" },
    });
    const peer = await proxy.next();
    const tunnel = await peer.answer(ESTABLISHED);
    expect(tunnel.startLine).toBe("CONNECT server.example:80 HTTP/1.1");
    expect(tunnel.fields).toEqual([["host", "server.example:80"]]);

    const request = await peer.accept([], [frame(TEXT, "through")]);
    expect(request.startLine).toBe("GET /chat?token=1 HTTP/1.1");
    expect(valuesOf(request, "host")).toEqual(["server.example"]);
    const connection = await opening;
    const first = await connection[Symbol.asyncIterator]().next();
    expect(first.value).toBe("through");
    connection.terminate();
  });

  it("is not asked for anything when there is none [6455-4.1-04]", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`);
    expect((await (await server.next()).accept()).startLine).toBe("GET / HTTP/1.1");
    (await opening).terminate();
  });

  it("gets the user information of its URL, and an IPv6 address in brackets", async () => {
    await using proxy = await StubServer.start();
    const url = new URL(`http://J%C3%B6rg:se%3Acret@${proxy.authority}/ignored?too#all`);
    const opening = connect("ws://[2001:DB8::1]:8080/", { proxy: url });
    const peer = await proxy.next();
    const tunnel = await peer.answer(ESTABLISHED);
    expect(tunnel.startLine).toBe("CONNECT [2001:db8::1]:8080 HTTP/1.1");
    const credentials = Buffer.from("Jörg:se:cret").toString("base64");
    expect(valuesOf(tunnel, "proxy-authorization")).toEqual([`Basic ${credentials}`]);
    expect(valuesOf(await peer.accept(), "proxy-authorization")).toEqual([]);
    (await opening).terminate();
  });

  it("gets a user without a password with a colon all the same", async () => {
    await using proxy = await StubServer.start();
    const opening = connect("ws://h/", { proxy: `http://user@${proxy.authority}` });
    const peer = await proxy.next();
    const tunnel = await peer.answer(ESTABLISHED);
    const credentials = Buffer.from("user:").toString("base64");
    expect(valuesOf(tunnel, "proxy-authorization")).toEqual([`Basic ${credentials}`]);
    await peer.accept();
    (await opening).terminate();
  });

  it.each([200, 204, 299])("may say %i", async (status) => {
    await using proxy = await StubServer.start();
    const opening = connect("ws://h/", { proxy: `http://${proxy.authority}` });
    const peer = await proxy.next();
    await peer.answer([`HTTP/1.1 ${status} Fine`]);
    await peer.accept();
    (await opening).terminate();
  });

  it.each([
    ["http", undefined],
    ["https", { key: KEY, cert: LOCALHOST }],
  ])("for wss has TLS run inside the tunnel: %s proxy [6455-4.1-06]", async (scheme, tls) => {
    await using server = await StubServer.start({ tls: { key: KEY, cert: LOCALHOST } });
    await using proxy = await StubServer.start(tls === undefined ? {} : { tls });
    const opening = connect(`wss://localhost:${server.port}/`, {
      proxy: `${scheme}://localhost:${proxy.port}`,
      tls: { ca: CA },
    });
    const peer = await proxy.next();
    const tunnel = await peer.answer(ESTABLISHED);
    expect(tunnel.startLine).toBe(`CONNECT localhost:${server.port} HTTP/1.1`);
    tunnelTo(server.port, peer);

    const end = await server.next();
    await end.accept([], [frame(TEXT, "secret")]);
    const connection = await opening;
    const first = await connection[Symbol.asyncIterator]().next();
    expect(first.value).toBe("secret");
    connection.send("x".repeat(100_000));
    expect((await end.frame()).payload).toHaveLength(100_000);
    expect(Buffer.from(peer.bytes).includes("secret")).toBe(false);
    connection.terminate();
    await proxy.deserted();
  });

  it("for wss has the server's certificate checked, not the proxy's [6455-4.1-07]", async () => {
    await using server = await StubServer.start({ tls: { key: KEY, cert: OTHER_HOST } });
    await using proxy = await StubServer.start();
    const opening = connect(`wss://localhost:${server.port}/`, {
      proxy: `http://${proxy.authority}`,
      tls: { ca: CA },
    });
    const failed = failureOf(opening);
    const peer = await proxy.next();
    await peer.answer(ESTABLISHED);
    tunnelTo(server.port, peer);
    expect((await failed).detail).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
    await proxy.deserted();
  });

  it("that nobody trusts gets no request", async () => {
    await using proxy = await StubServer.start({ tls: { key: KEY, cert: LOCALHOST } });
    const opening = connect("ws://h/", { proxy: `https://u:p@localhost:${proxy.port}` });
    const { detail } = await failureOf(opening);
    expect(detail).toMatch(/^UNABLE_TO_VERIFY_LEAF_SIGNATURE.* at the proxy localhost:\d+$/);
    for (const peer of proxy.waiting) expect(peer.bytes).toHaveLength(0);
  });
});

describe("a proxy that does not open a tunnel is a HandshakeError", () => {
  it.each([101, 302, 407, 502])("with its answer: %i [6455-4.1-05]", async (httpStatus) => {
    await using proxy = await StubServer.start();
    const url = `http://user:hunter2@${proxy.authority}`;
    const failed = failureOf(connect("ws://h/?s3same", { proxy: url, followRedirects: true }));
    const lines = [`HTTP/1.1 ${httpStatus} No`, "Location: ws://elsewhere/", "Content-Length: 4"];
    await (await proxy.next()).answer(lines, "why?");
    const error = await failed;
    expect(error).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus });
    expect(error.headers?.get("location")).toBe("ws://elsewhere/");
    expect(Buffer.from(error.body ?? []).toString()).toBe(httpStatus === 101 ? "" : "why?");
    expect(error.message).toContain(`the proxy answered ${httpStatus}`);
    expect(String(error.stack)).not.toMatch(/hunter2|s3same/);
    await proxy.deserted();
  });

  it("when nobody listens [6455-4.1-05]", async () => {
    const proxy = await StubServer.start();
    const { authority } = proxy;
    await proxy[Symbol.asyncDispose]();
    const url = `http://user:hunter2@${authority}`;
    const error = await failureOf(connect("ws://h/", { proxy: url }));
    const detail = `ECONNREFUSED at the proxy ${authority}`;
    expect(error).toMatchObject({ code: "TRANSPORT_FAILED", detail });
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect(String(error)).not.toContain("hunter2");
  });

  it("when it says nothing, or stops in the middle of its answer", async () => {
    for (const [code, text] of [
      ["TIMEOUT", ""],
      ["TIMEOUT", "HTTP/1.1 200 OK\r\n"],
      ["STATUS_UNEXPECTED", "HTTP/1.1 403 No\r\n\r\nbecause"],
    ] as const) {
      await using proxy = await StubServer.start();
      const clock = new FakeClock();
      const sockets: Socket[] = [];
      const note = (message: unknown): void => void sockets.push(Object(message).socket);
      subscribe("net.client.socket", note);
      const failed = failureOf(connect("ws://h/", { proxy: `http://${proxy.authority}`, clock }));
      const peer = await proxy.next();
      unsubscribe("net.client.socket", note);
      await peer.head();
      peer.write(text);
      await eventually(() => sockets[0]?.bytesRead === text.length);
      clock.advance(10_000);
      expect((await failed).code).toBe(code);
      await proxy.deserted();
    }
  });

  it("when it speaks before the server can", async () => {
    await using proxy = await StubServer.start();
    const failed = failureOf(connect("ws://h/", { proxy: `http://${proxy.authority}` }));
    await (await proxy.next()).answer(ESTABLISHED, "HTTP/1.1 101 Fine\r\n\r\n");
    expect((await failed).code).toBe("UPGRADE_MISSING");
    await proxy.deserted();
  });
});
