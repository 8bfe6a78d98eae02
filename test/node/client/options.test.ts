import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import type { ConnectOptions } from "../../../src/node/client/options.js";

/** What `connect` rejects with; fails the test when it has opened a socket. */
async function faultOf(url: string | URL, options: object = {}): Promise<unknown> {
  let opened = 0;
  const createConnection = (): never => {
    opened++;
    throw new Error("a socket was opened");
  };
  // What JavaScript can pass, the types cannot.
  const given = { createConnection, ...options } as ConnectOptions;
  const fault = await connect(url, given).catch((error: unknown) => error);
  expect(opened).toBe(0);
  return fault;
}

describe("a URL", () => {
  it.each([
    "http//x",
    "ws://",
    "ws:///path",
    "ws:host",
    "/relative",
    "",
    "ftp://host/",
    "ws://host:99999/",
    "ws://host:0/",
    "ws://ho st/",
    "ws://[::1/",
  ])("%j is refused before a socket is opened [6455-3-01] [6455-4.1-01]", async (url) => {
    expect(await faultOf(url)).toBeInstanceOf(SyntaxError);
  });

  it.each(["ws://host/#a", "ws://host/#", "ws://host/?a#b"])(
    "%j with a fragment is refused before a socket is opened [6455-3-05]",
    async (url) => {
      expect(await faultOf(url)).toBeInstanceOf(SyntaxError);
    },
  );

  it.each(["\r", "\n", "\r\nX: y", "\u0000", "\u0085", "\u2028"])(
    "with %j in it is refused before a socket is opened",
    async (bad) => {
      for (const url of [`ws://h/${bad}`, `ws://h/?${bad}`, `ws://h${bad}/`, `ws://u${bad}@h/`]) {
        expect(await faultOf(url)).toBeInstanceOf(SyntaxError);
      }
    },
  );

  it("with an encoded line break in its user information is refused", async () => {
    expect(await faultOf("ws://user%0d%0aX:y@h/")).toBeInstanceOf(SyntaxError);
  });

  it("is not repeated in the error: it may hold a secret", async () => {
    const faults = [
      await faultOf("ws://user:hunter2@h/#hunter2"),
      await faultOf("ws://h/", { createConnection: undefined, proxy: "socks://u:hunter2@p/" }),
      await faultOf("ws://h/", { headers: { Authorization: "hunter2\n" } }),
    ];
    for (const fault of faults) expect(String(fault)).not.toContain("hunter2");
  });
});

describe("a subprotocol", () => {
  it.each([[""], ["a b"], ["a,b"], ["é"], ["a\r\nX: y"], ["a\u0000"], ["a\u2028"]])(
    "%j is refused before a socket is opened [6455-4.1-19]",
    async (subprotocol) => {
      const fault = await faultOf("ws://h/", { subprotocols: ["good", subprotocol] });
      expect(fault).toBeInstanceOf(SyntaxError);
    },
  );

  it("given twice is refused [6455-4.1-19]", async () => {
    expect(await faultOf("ws://h/", { subprotocols: ["a", "a"] })).toBeInstanceOf(SyntaxError);
  });
});

describe("a header field", () => {
  it.each(["\r", "\n", "\r\nX: y", "\u0000", "\u007f", "\u0085\u2028", "snow\u2603"])(
    "with %j in it is refused before a socket is opened",
    async (bad) => {
      const wrong = [
        { headers: { [`X-A${bad}`]: "v" } },
        { headers: { "X-A": `v${bad}` } },
        { headers: [["X-A", `v${bad}w`]] },
        { origin: `https://app.example${bad}` },
      ];
      for (const options of wrong) {
        expect(await faultOf("ws://h/", options)).toBeInstanceOf(TypeError);
      }
    },
  );

  it.each([
    "Connection",
    "upgrade",
    "Sec-WebSocket-Key",
    "sec-websocket-extensions",
    "Content-Length",
    "Transfer-Encoding",
  ])("of the handshake itself is refused: %s [6455-4.1-21]", async (name) => {
    expect(await faultOf("ws://h/", { headers: { [name]: "x" } })).toBeInstanceOf(TypeError);
  });

  it.each([[1], [null], [undefined], [{}]])("with the value %j is refused", async (value) => {
    expect(await faultOf("ws://h/", { headers: { "X-A": value } })).toBeInstanceOf(TypeError);
  });
});

describe("an option of the wrong kind is refused before a socket is opened", () => {
  it.each([
    ["handshakeTimeoutMs", "10"],
    ["maxHeaderBytes", null],
    ["maxHeaderCount", {}],
    ["signal", {}],
    ["createConnection", "no function"],
    ["maxMessageBytes", "1"],
  ])("%s: %j", async (name, value) => {
    expect(await faultOf("ws://h/", { [name]: value })).toBeInstanceOf(TypeError);
  });

  it.each([[""], [7]])("socketPath: %j", async (socketPath) => {
    const options = { createConnection: undefined, socketPath };
    expect(await faultOf("ws://h/", options)).toBeInstanceOf(TypeError);
  });

  it.each([
    ["handshakeTimeoutMs", -1],
    ["handshakeTimeoutMs", Number.NaN],
    ["followRedirects", -1],
    ["followRedirects", 1.5],
    ["followRedirects", "yes"],
    ["perMessageDeflate", { clientMaxWindowBits: 16 }],
  ])("%s: %j", async (name, value) => {
    expect(await faultOf("ws://h/", { [name]: value })).toBeInstanceOf(RangeError);
  });

  it.each(["proxy.example:8080", "socks5://proxy/", "", "http://"])("proxy: %j", async (proxy) => {
    const options = { createConnection: undefined, proxy };
    expect(await faultOf("ws://h/", options)).toBeInstanceOf(SyntaxError);
  });

  it("and so are two ways to get there", async () => {
    expect(await faultOf("ws://h/", { socketPath: "/a" })).toBeInstanceOf(TypeError);
    expect(await faultOf("ws://h/", { proxy: "http://p/" })).toBeInstanceOf(TypeError);
  });
});
