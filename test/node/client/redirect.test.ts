import { connect as connectTcp } from "node:net";
import { TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import type { ConnectOptions } from "../../../src/node/client/options.js";
import type { ConnectionTarget } from "../../../src/node/client/route.js";
import { HandshakeError } from "../../../src/protocol/index.js";
import { CA, CLIENT, KEY, LOCALHOST } from "../../support/certificates/index.js";
import { memoryPeer, type StubPeer, StubServer } from "../../support/stub-server.js";
import { type Head, valuesOf } from "../../support/wire-handshake.js";

const FIELDS = {
  Authorization: "Bearer a",
  Cookie: "b",
  "Proxy-Authorization": "c",
  Host: "d",
  "X-Api-Key": "e",
  "X-Tag": "f",
  "User-Agent": "me/1",
  "Accept-Language": "en",
};

const BOUND = ["authorization", "cookie", "proxy-authorization", "x-api-key", "x-tag"];

interface Hop {
  readonly target: ConnectionTarget;
  readonly head: Head;
  readonly peer: StubPeer;
}

/** Answers each request with the next of `answers`, in memory; `undefined` accepts. */
async function journey(
  url: string,
  answers: readonly (string | undefined)[],
  options: ConnectOptions = {},
): Promise<{ readonly hops: readonly Hop[]; readonly error: unknown }> {
  const hops: Hop[] = [];
  const left = [...answers];
  const opening = connect(url, {
    followRedirects: true,
    createConnection: (target) => {
      const { peer, createConnection } = memoryPeer();
      void answer(target, peer);
      return createConnection();
    },
    ...options,
  });
  async function answer(target: ConnectionTarget, peer: StubPeer): Promise<void> {
    const location = left.shift();
    const lines = ["HTTP/1.1 302 Found", `Location: ${location}`, "Content-Length: 0"];
    const head = await (location === undefined ? peer.accept() : peer.answer(lines));
    hops.push({ target, head, peer });
  }
  try {
    (await opening).terminate();
    return { hops, error: undefined };
  } catch (error) {
    return { hops, error };
  }
}

describe("a redirect", () => {
  it("is a failure unless it was asked for", async () => {
    for (const followRedirects of [undefined, false, 0]) {
      const { hops, error } = await journey("ws://h/", ["/other"], { followRedirects });
      expect(hops).toHaveLength(1);
      expect(error).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: 302 });
    }
  });

  it.each([
    ["/there?x=1", { host: "h", port: 8080, secure: false }, "/there?x=1"],
    ["next", { host: "h", port: 8080, secure: false }, "/a/next"],
    ["//other/", { host: "other", port: 80, secure: false }, "/"],
    ["ws://other:81/", { host: "other", port: 81, secure: false }, "/"],
    ["http://other/x#fragment", { host: "other", port: 80, secure: false }, "/x"],
  ])(
    "to %s is followed, with a key of its own [6455-4.1-16] [6455-4.1-23]",
    async (to, target, path) => {
      const { hops, error } = await journey("ws://h:8080/a/b?q", [to, undefined]);
      expect(error).toBeUndefined();
      expect(hops.map((hop) => hop.target)).toEqual([
        { host: "h", port: 8080, secure: false },
        target,
      ]);
      expect(hops[1]?.head.startLine).toBe(`GET ${path} HTTP/1.1`);
      const keys = hops.map(({ head }) => valuesOf(head, "sec-websocket-key")[0]);
      expect(new Set(keys).size).toBe(2);
      await hops[0]?.peer.ended();
    },
  );

  it.each([301, 302, 303, 307, 308])("with %i is followed", async (status) => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`, { followRedirects: 1 });
    await (await server.next()).answer([`HTTP/1.1 ${status} Moved`, "Location: /there"]);
    expect((await (await server.next()).accept()).startLine).toBe("GET /there HTTP/1.1");
    (await opening).terminate();
    await server.deserted();
  });

  it.each([300, 304, 305, 306])("with %i is not one", async (status) => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`, { followRedirects: true });
    const lines = [`HTTP/1.1 ${status} Moved`, "Location: /there", "Content-Length: 0"];
    await (await server.next()).answer(lines);
    await expect(opening).rejects.toMatchObject({ httpStatus: status });
  });

  it("in a loop ends after five, or as many as were asked for", async () => {
    const loop = Array.from({ length: 20 }, () => "/again");
    const five = await journey("ws://h/", loop);
    expect(five.hops).toHaveLength(6);
    expect(five.error).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: 302 });
    const two = await journey("ws://h/", loop, { followRedirects: 2 });
    expect(two.hops).toHaveLength(3);
  });

  it("fails with the address that it led to", async () => {
    const answers = ["ws://other:81/there?token=s3same", "/further"];
    const { error } = await journey("ws://h/", answers, { followRedirects: 1 });

    expect(error).toMatchObject({
      url: "ws://other:81/there",
      message: expect.stringMatching(/^ws:\/\/other:81\/there: .* it answered 302 \(/),
    });
  });

  it("to the same origin takes credentials along", async () => {
    const url = "ws://user:pass@h:8080/";
    const headers = { Cookie: "b", "X-Tag": "t" };
    for (const to of ["/there", "ws://h:8080/there", "http://H:8080/there"]) {
      const { hops } = await journey(url, [to, undefined], { headers });
      const { head } = hops[1]!;
      expect(valuesOf(head, "authorization")).toEqual(["Basic dXNlcjpwYXNz"]);
      expect(valuesOf(head, "cookie")).toEqual(["b"]);
      expect(valuesOf(head, "x-tag")).toEqual(["t"]);
    }
  });

  it.each(["ws://other:8080/", "ws://h:8081/", "ws://127.0.0.1:8080/"])(
    "to another origin leaves credentials behind: %s",
    async (to) => {
      for (const headers of [FIELDS, Object.entries(FIELDS)]) {
        const options = { headers, subprotocols: ["chat"], origin: "https://app.example" };
        const { hops } = await journey("ws://user:pass@h:8080/", [to, undefined], options);
        const { head } = hops[1]!;
        for (const name of BOUND) {
          expect(valuesOf(head, name)).toEqual([]);
        }
        expect(valuesOf(head, "user-agent")).toEqual(["me/1"]);
        expect(valuesOf(head, "accept-language")).toEqual(["en"]);
        expect(valuesOf(head, "host")).toEqual([new URL(to).host]);
        expect(valuesOf(head, "origin")).toEqual(["https://app.example"]);
        expect(valuesOf(head, "sec-websocket-protocol")).toEqual(["chat"]);
      }
    },
  );

  it("back to the first origin does not bring them back", async () => {
    const answers = ["ws://other/", "ws://h/", undefined];
    const { hops } = await journey("ws://user:pass@h/", answers, { headers: FIELDS });
    expect(hops).toHaveLength(3);
    expect(valuesOf(hops[2]!.head, "authorization")).toEqual([]);
    expect(valuesOf(hops[2]!.head, "cookie")).toEqual([]);
  });

  it("has no say about credentials", async () => {
    const { hops } = await journey("ws://h/", ["ws://evil:x@h/", "ws://evil:x@other/", undefined]);
    expect(hops).toHaveLength(3);
    for (const { head } of hops) expect(valuesOf(head, "authorization")).toEqual([]);
  });

  it("from ws to wss is one to another origin, and leaves the client certificate behind", async () => {
    const tls = { key: KEY, cert: LOCALHOST, ca: CA, requestCert: true, rejectUnauthorized: false };
    await using server = await StubServer.start({ tls });
    await using first = await StubServer.start();
    const mine = { ca: CA, key: KEY, cert: CLIENT, servername: "first.example" };
    const opening = connect("ws://user:pass@localhost:8080/", {
      createConnection: ({ secure }) => connectTcp(secure ? server.port : first.port, "127.0.0.1"),
      followRedirects: true,
      headers: { Cookie: "b" },
      tls: mine,
    });
    const location = "Location: wss://localhost:8080/";
    await (await first.next()).answer(["HTTP/1.1 307 Moved", location]);
    const peer = await server.next();
    const head = await peer.accept();
    expect(valuesOf(head, "cookie")).toEqual([]);
    expect(valuesOf(head, "authorization")).toEqual([]);
    if (!(peer.socket instanceof TLSSocket)) throw new Error("this is not TLS");
    expect(peer.socket.getPeerCertificate()).toEqual({});
    (await opening).terminate();
  });
});

describe("a redirect is refused", () => {
  it.each(["ws://h/", "http://h/", "ws://h:443/"])("from wss to %s", async (to) => {
    await using server = await StubServer.start({ tls: { key: KEY, cert: LOCALHOST } });
    const opening = connect(`wss://localhost:${server.port}/`, {
      followRedirects: true,
      tls: { ca: CA },
    });
    const failed = opening.catch((error: unknown) => error);
    await (await server.next()).answer(["HTTP/1.1 302 Found", `Location: ${to}`]);
    expect(await failed).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: 302 });
    expect(String(await failed)).toContain("from wss to ws");
    await server.deserted();
  });

  it.each(["ftp://h/", "ws://", "javascript:alert(1)", "//%zz/", "", "ws://h:0/\u00e9"])(
    "when it leads nowhere: %j",
    async (to) => {
      const { hops, error } = await journey("ws://h/a", [to, undefined]);
      if (to === "") expect(hops[1]?.head.startLine).toBe("GET /a HTTP/1.1");
      else expect(error).toBeInstanceOf(HandshakeError);
    },
  );

  it("when it has no Location, or two", async () => {
    for (const lines of [[], ["Location: /a", "Location: /b"]]) {
      await using server = await StubServer.start();
      const opening = connect(`ws://${server.authority}/`, { followRedirects: true });
      const failed = opening.catch((error: unknown) => error);
      await (await server.next()).answer(["HTTP/1.1 302 Found", ...lines]);
      expect(await failed).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: 302 });
      await server.deserted();
    }
  });

  it("with line breaks in it that percent-encoding hides, only as they are", async () => {
    const { hops } = await journey("ws://h/", ["/a%0d%0aX:y", undefined]);
    expect(hops[1]?.head.startLine).toBe("GET /a%0d%0aX:y HTTP/1.1");
    expect(valuesOf(hops[1]!.head, "x")).toEqual([]);
  });
});
