// The option `redirect`: asked about each redirect before it is followed.
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import type { ConnectOptions } from "../../../src/node/client/options.js";
import type { Redirect } from "../../../src/node/client/options.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { CA, KEY, LOCALHOST } from "../../support/certificates/index.js";
import { FakeClock } from "../../support/clock.js";
import { eventually } from "../../support/raw-peer.js";
import { memoryPeer, type StubPeer } from "../../support/stub-server.js";
import { type Head, valuesOf } from "../../support/wire-handshake.js";
import { listen } from "../../support/wire-transport.js";

interface Journey {
  readonly heads: readonly Head[];
  readonly peers: readonly StubPeer[];
  readonly error: unknown;
}

/** Answers each request with a redirect to the next of `locations`, in memory, and accepts the last. */
async function journey(
  url: string,
  locations: readonly string[],
  options: ConnectOptions,
): Promise<Journey> {
  const heads: Head[] = [];
  const peers: StubPeer[] = [];
  const left = [...locations];
  async function answer(peer: StubPeer): Promise<void> {
    const to = left.shift();
    const lines = ["HTTP/1.1 307 Moved", `Location: ${to}`, "X-Why: moved", "Content-Length: 0"];
    heads.push(await (to === undefined ? peer.accept() : peer.answer(lines)));
  }
  const opening = connect(url, {
    createConnection: () => {
      const { peer, createConnection } = memoryPeer();
      peers.push(peer);
      void answer(peer);
      return createConnection();
    },
    ...options,
  });
  try {
    (await opening).terminate();
    return { heads, peers, error: undefined };
  } catch (error) {
    return { heads, peers, error };
  }
}

describe("the redirect option", () => {
  it("is told of each redirect, and of what will go along", async () => {
    const told: Redirect[] = [];
    const redirect = (one: Redirect): true => {
      told.push(one);
      return true;
    };
    const headers = { Cookie: "session=1", "X-Tag": "t", Authorization: "Bearer a" };
    const locations = ["/there?token=1", "ws://user:pass@other:81/"];
    const { heads } = await journey("ws://me:secret@h/here", locations, { redirect, headers });
    expect(heads).toHaveLength(3);
    expect(told.map(({ from, to, httpStatus }) => [from, to, httpStatus])).toEqual([
      ["ws://h/here", "ws://h/there?token=1", 307],
      ["ws://h/there?token=1", "ws://other:81/", 307],
    ]);
    expect(told[0]?.responseHeaders.get("x-why")).toBe("moved");
    expect(told.map((one) => one.headers.map(([name]) => name))).toEqual([
      ["Cookie", "X-Tag", "Authorization"],
      [],
    ]);
    expect(valuesOf(heads[2]!, "authorization")).toEqual([]);
  });

  it.each([[false], [undefined], [null], [0], ["yes"], [{}], [{ headers: undefined }]])(
    "refuses what it does not agree to: %j",
    async (answer) => {
      const options: object = { redirect: () => answer };
      const { heads, peers, error } = await journey("ws://h/", ["/there"], options);
      expect(heads).toHaveLength(1);
      expect(error).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: 307 });
      expect(String(error)).toContain("the redirect option did not agree");
      await peers[0]?.ended();
    },
  );

  it("may answer later", async () => {
    const redirect = async ({ to }: Redirect): Promise<boolean> => to === "ws://h/there";
    expect((await journey("ws://h/", ["/there"], { redirect })).heads).toHaveLength(2);
    expect((await journey("ws://h/", ["/elsewhere"], { redirect })).heads).toHaveLength(1);
  });

  it("changes header fields, once, and those bound to an origin stay bound", async () => {
    const redirect = ({ to, headers }: Redirect) =>
      to === "ws://b/" ? { headers: [...headers, ["Authorization", "Bearer b"] as const] } : true;
    const options = { redirect, headers: { Authorization: "Bearer a", "User-Agent": "t" } };
    const { heads } = await journey("ws://a/", ["ws://b/", "/there", "ws://c/"], options);
    expect(heads.map((head) => valuesOf(head, "authorization"))).toEqual([
      ["Bearer a"],
      ["Bearer b"],
      ["Bearer b"],
      [],
    ]);
    expect(heads.map((head) => valuesOf(head, "user-agent"))).toEqual([["t"], ["t"], ["t"], ["t"]]);
  });

  it("may leave header fields out", async () => {
    const redirect = () => ({ headers: {} });
    const { heads } = await journey("ws://a/", ["/b"], { redirect, headers: { "X-Tag": "t" } });
    expect(heads.map((head) => valuesOf(head, "x-tag"))).toEqual([["t"], []]);
  });

  it.each([{ Upgrade: "h2c" }, { "X-A": "a\r\nX-B: b" }, { "Sec-WebSocket-Key": "x" }])(
    "may not send %j",
    async (headers) => {
      const { heads, error } = await journey("ws://a/", ["/b"], { redirect: () => ({ headers }) });
      expect(error).toBeInstanceOf(TypeError);
      expect(heads).toHaveLength(1);
    },
  );

  it("rejects with what it throws", async () => {
    const wrong = new Error("not there");
    for (const redirect of [
      () => Promise.reject(wrong),
      (): never => {
        throw wrong;
      },
    ]) {
      const { heads, peers, error } = await journey("ws://h/", ["/there"], { redirect });
      expect(error).toBe(wrong);
      expect(heads).toHaveLength(1);
      await peers[0]?.ended();
    }
  });

  it("has five redirects followed unless another number is given, and none with false", async () => {
    const loop = Array.from({ length: 20 }, () => "/again");
    const redirect = (): true => true;
    expect((await journey("ws://h/", loop, { redirect })).heads).toHaveLength(6);
    const two = { redirect, followRedirects: 2 };
    expect((await journey("ws://h/", loop, two)).heads).toHaveLength(3);
    const none = { redirect, followRedirects: false };
    expect((await journey("ws://h/", loop, none)).heads).toHaveLength(1);
  });

  it("is not asked about what is never followed", async () => {
    const redirect = (): never => {
      throw new Error("it was asked");
    };
    for (const to of ["ftp://h/", "//%zz/"]) {
      const { error } = await journey("ws://h/", [to], { redirect });
      expect(error).toMatchObject({ code: "STATUS_UNEXPECTED" });
    }
  });

  it("is waited for no longer than the handshake may take, and nothing opens later", async () => {
    const clock = new FakeClock();
    let agree: (answer: true) => void = () => {};
    let isAsked = false;
    const redirect = (): Promise<true> => {
      isAsked = true;
      return new Promise((resolve) => {
        agree = resolve;
      });
    };
    const travelling = journey("ws://h/", ["/there"], { redirect, clock });
    await eventually(() => isAsked);
    clock.advance(10_000);
    const { error, peers } = await travelling;
    expect(error).toMatchObject({ code: "TIMEOUT" });
    agree(true);
    await peers[0]?.ended();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(peers).toHaveLength(1);
  });

  it("has to be a function", async () => {
    const options: object = { redirect: "follow" };
    await expect(connect("ws://h/", options)).rejects.toThrow(TypeError);
  });
});

describe("over HTTP servers", () => {
  it.each(["http", "https"])("leads from %s to a WebSocketServer", async (scheme) => {
    await using server = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      ...(scheme === "https" ? { tls: { key: KEY, cert: LOCALHOST } } : {}),
    });
    await server.listening();
    const to = server.url.replace("127.0.0.1", "localhost");
    const asked: (string | undefined)[] = [];
    const redirector =
      scheme === "https" ? createTlsServer({ key: KEY, cert: LOCALHOST }) : createServer();
    redirector.on("upgrade", (request: IncomingMessage, socket) => {
      asked.push(request.headers.authorization);
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`);
    });
    const port = await listen(redirector);
    const told: string[] = [];
    const connection = await connect(`${scheme}://localhost:${port}/`, {
      headers: { Authorization: "Bearer a" },
      tls: { ca: CA },
      family: 4,
      redirect: (redirect) => {
        told.push(redirect.to);
        return { headers: [...redirect.headers, ["Authorization", "Bearer b"]] };
      },
    });
    expect(asked).toEqual(["Bearer a"]);
    expect(told).toEqual([to]);
    expect(connection.response?.httpStatus).toBe(101);
    connection.terminate();
    redirector.close();
  });
});
