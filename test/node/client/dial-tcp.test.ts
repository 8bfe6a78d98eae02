// lookup, family, localAddress, ws+unix URLs and the environment's proxy, on real sockets.
import type { LookupAddress, LookupOptions } from "node:dns";
import { mkdtemp, rm } from "node:fs/promises";
import { connect as connectTcp, type LookupFunction, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import { WebSocket } from "../../../src/node/websocket/websocket.js";
import { CA, KEY, LOCALHOST } from "../../support/certificates/index.js";
import { type StubPeer, StubServer } from "../../support/stub-server.js";
import { valuesOf } from "../../support/wire-handshake.js";

const SERVER_TLS = { key: KEY, cert: LOCALHOST };

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Says that every name is 127.0.0.1, and notes which were asked for. */
function noting(): { lookup: LookupFunction; asked: [string, LookupOptions][] } {
  const asked: [string, LookupOptions][] = [];
  const lookup: LookupFunction = (name, options, callback) => {
    asked.push([name, options]);
    const found: LookupAddress = { address: "127.0.0.1", family: 4 };
    queueMicrotask(() => callback(null, options.all === true ? [found] : found.address, 4));
  };
  return { lookup, asked };
}

describe("lookup", () => {
  it.each([true, false])("finds the server, with sharedReads %s", async (sharedReads) => {
    await using server = await StubServer.start();
    const { lookup, asked } = noting();
    const url = `ws://nowhere.example:${server.port}/`;
    const opening = connect(url, { lookup, sharedReads });
    const head = await (await server.next()).accept();
    expect(valuesOf(head, "host")).toEqual([`nowhere.example:${server.port}`]);
    (await opening).terminate();
    expect(asked.map(([name]) => name)).toEqual(["nowhere.example"]);
  });

  it("finds a server with TLS, whose certificate is still checked for the name", async () => {
    await using server = await StubServer.start({ tls: SERVER_TLS });
    const { lookup, asked } = noting();
    const tls = { ca: CA };
    const opening = connect(`wss://localhost:${server.port}/`, { lookup, tls });
    await (await server.next()).accept();
    (await opening).terminate();
    expect(asked.map(([name]) => name)).toEqual(["localhost"]);
    const wrong = connect(`wss://other.example:${server.port}/`, { lookup, tls });
    await expect(wrong).rejects.toThrow("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("finds the proxy, which finds the server", async () => {
    await using proxy = await StubServer.start();
    const { lookup, asked } = noting();
    const opening = connect("ws://server.example/", {
      lookup,
      proxy: `http://proxy.example:${proxy.port}`,
    });
    const peer = await proxy.next();
    const tunnel = await peer.answer(["HTTP/1.1 200 Fine"]);
    expect(tunnel.startLine).toBe("CONNECT server.example:80 HTTP/1.1");
    await peer.accept();
    (await opening).terminate();
    expect(asked.map(([name]) => name)).toEqual(["proxy.example"]);
  });

  it.each([true, false])(
    "may find several addresses, which are tried in turn, with sharedReads %s",
    async (sharedReads) => {
      await using server = await StubServer.start(); // on 127.0.0.1 alone
      const lookup: LookupFunction = (_name, _options, callback) => {
        const found: LookupAddress[] = [
          { address: "::1", family: 6 },
          { address: "127.0.0.1", family: 4 },
        ];
        queueMicrotask(() => callback(null, found));
      };
      const opening = connect(`ws://localhost:${server.port}/`, { lookup, sharedReads });
      await (await server.next()).accept();
      const connection = await opening;
      expect(connection.remoteAddress).toBe("127.0.0.1");
      connection.terminate();
    },
  );

  it("that fails is a HandshakeError with its error", async () => {
    const cause = Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
    const lookup: LookupFunction = (_name, _options, callback) => {
      queueMicrotask(() => callback(cause, []));
    };
    await expect(connect("ws://h/", { lookup })).rejects.toMatchObject({
      code: "TRANSPORT_FAILED",
      detail: "ENOTFOUND",
      cause,
    });
  });
});

describe("family", () => {
  it.each([4, 6, 0] as const)("%i is what names are looked up for", async (family) => {
    await using server = await StubServer.start();
    const { lookup, asked } = noting();
    const opening = connect(`ws://nowhere.example:${server.port}/`, { lookup, family });
    await (await server.next()).accept();
    (await opening).terminate();
    expect(asked.map(([, options]) => options.family ?? 0)).toEqual([family]);
  });
});

// Only Linux has all of 127.0.0.0/8 without being told.
describe.skipIf(process.platform !== "linux")("localAddress", () => {
  const localAddress = "127.0.0.9";

  it.each([
    ["ws", undefined],
    ["wss", SERVER_TLS],
  ])("is where the connection comes from: %s", async (scheme, tls) => {
    await using server = await StubServer.start(tls === undefined ? {} : { tls });
    const options = { localAddress, tls: { ca: CA }, family: 4 } as const;
    const opening = connect(`${scheme}://localhost:${server.port}/`, options);
    const peer = await server.next();
    await peer.accept();
    expect(addressOf(peer)).toBe(localAddress);
    const connection = await opening;
    expect(connection.remoteAddress).toBe("127.0.0.1");
    connection.terminate();
  });

  it("that is not of this machine is a HandshakeError", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`, { localAddress: "203.0.113.1" });
    await expect(opening).rejects.toMatchObject({
      code: "TRANSPORT_FAILED",
      detail: "EADDRNOTAVAIL",
    });
  });
});

function addressOf({ socket }: StubPeer): string | undefined {
  return socket instanceof Socket ? socket.remoteAddress : undefined;
}

describe.skipIf(process.platform === "win32")("a ws+unix URL", () => {
  it("leads to the socket, from connect and from a WebSocket", async () => {
    const folder = await mkdtemp(join(tmpdir(), "a folder: "));
    const path = join(folder, "a.sock");
    try {
      await using server = await StubServer.start({ path });
      const url = `ws+unix:${path.replace(":", "%3A")}:/chat?room=1`;
      const opening = connect(url);
      const head = await (await server.next()).accept();
      expect(head.startLine).toBe("GET /chat?room=1 HTTP/1.1");
      expect(valuesOf(head, "host")).toEqual(["localhost"]);
      (await opening).terminate();

      const socket = new WebSocket(url);
      const opened = new Promise((resolve) => {
        socket.onopen = resolve;
      });
      expect((await (await server.next()).accept()).startLine).toBe("GET /chat?room=1 HTTP/1.1");
      await opened;
      expect(socket.url).toBe(new URL(url).href);
      socket.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("where nobody listens is a HandshakeError", async () => {
    const path = join(tmpdir(), "nobody-listens-here.sock");
    await expect(connect(`ws+unix:${path}:/chat?token=1`)).rejects.toMatchObject({
      code: "TRANSPORT_FAILED",
      detail: "ENOENT",
      url: `ws+unix:${path}:/chat`,
    });
  });
});

describe("a proxy of the environment", () => {
  function stubProxies(values: Readonly<Record<string, string>>): void {
    const names = ["ws_proxy", "wss_proxy", "http_proxy", "https_proxy", "all_proxy", "no_proxy"];
    for (const name of [...names, ...names.map((one) => one.toUpperCase()), "REQUEST_METHOD"]) {
      vi.stubEnv(name, values[name] ?? "");
    }
  }

  /** Opens the tunnel that the next client of `proxy` asks for. */
  async function tunnel(proxy: StubServer, port: number): Promise<string> {
    const peer = await proxy.next();
    const head = await peer.answer(["HTTP/1.1 200 Fine"]);
    const upstream = connectTcp(port, "127.0.0.1");
    upstream.on("error", () => {});
    upstream.pipe(peer.socket).pipe(upstream);
    return head.startLine;
  }

  const proxy = "environment";

  it("is asked for a tunnel, when asked for", async () => {
    await using server = await StubServer.start();
    await using http = await StubServer.start();
    stubProxies({ HTTP_PROXY: `http://user:pass@${http.authority}` });
    const url = `ws://${server.authority}/`;
    const opening = connect(url, { proxy });
    expect(await tunnel(http, server.port)).toBe(`CONNECT ${server.authority} HTTP/1.1`);
    await (await server.next()).accept();
    (await opening).terminate();

    const direct = connect(url);
    await (await server.next()).accept();
    (await direct).terminate();
    expect(http.connections).toBe(1);
  });

  it("of wss is another, and TLS runs through it", async () => {
    await using server = await StubServer.start({ tls: SERVER_TLS });
    await using https = await StubServer.start({ tls: SERVER_TLS });
    const url = `wss://localhost:${server.port}/`;
    stubProxies({ https_proxy: `https://localhost:${https.port}`, HTTP_PROXY: "http://wrong/" });
    const opening = connect(url, { proxy, tls: { ca: CA } });
    expect(await tunnel(https, server.port)).toBe(`CONNECT localhost:${server.port} HTTP/1.1`);
    const peer = await server.next();
    expect(peer.socket).toBeInstanceOf(TLSSocket);
    await peer.accept();
    (await opening).terminate();
  });

  it("is not asked for hosts that NO_PROXY names, also of a WebSocket", async () => {
    await using server = await StubServer.start();
    await using http = await StubServer.start();
    stubProxies({ ALL_PROXY: `http://${http.authority}`, NO_PROXY: "127.0.0.0/8" });
    const socket = new WebSocket(`ws://${server.authority}/`, { proxy });
    await (await server.next()).accept();
    await new Promise((resolve) => {
      socket.onopen = resolve;
    });
    socket.close();
    expect(http.connections).toBe(0);
  });

  it("is chosen anew for where a redirect leads", async () => {
    await using first = await StubServer.start();
    await using second = await StubServer.start();
    await using http = await StubServer.start();
    stubProxies({ HTTP_PROXY: `http://${http.authority}`, NO_PROXY: `127.0.0.1:${first.port}` });
    const options = { proxy, followRedirects: true } as const;
    const opening = connect(`ws://${first.authority}/`, options);
    const location = `Location: ws://${second.authority}/there`;
    await (await first.next()).answer(["HTTP/1.1 302 Found", location]);
    expect(await tunnel(http, second.port)).toBe(`CONNECT ${second.authority} HTTP/1.1`);
    expect((await (await second.next()).accept()).startLine).toBe("GET /there HTTP/1.1");
    (await opening).terminate();
  });

  it("that cannot be used for where a redirect leads is a HandshakeError", async () => {
    await using first = await StubServer.start();
    stubProxies({ HTTP_PROXY: "socks5://u:hunter2@proxy/", NO_PROXY: `127.0.0.1:${first.port}` });
    const options = { proxy, followRedirects: true } as const;
    const opening = connect(`ws://${first.authority}/`, options);
    const failed = opening.catch((error: unknown) => error);
    await (await first.next()).answer(["HTTP/1.1 302 Found", "Location: ws://127.0.0.1:9/"]);
    expect(await failed).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: 302 });
    expect(String(await failed)).toContain("HTTP_PROXY must be a URL");
    expect(String(await failed)).not.toContain("hunter2");
  });
});
