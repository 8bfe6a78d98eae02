import { lookup } from "node:dns";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type RouteOptions, toDestination } from "../../../src/node/client/route.js";

const SECRET = "hunter2";

afterEach(() => {
  vi.unstubAllEnvs();
});

function routeOf(url: string, options: RouteOptions = {}): unknown {
  const { uri, routeTo } = toDestination(url, options);
  return routeTo(uri);
}

function faultOf(url: string, options: object): unknown {
  try {
    routeOf(url, options);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Leaves nothing of the environment of whoever runs the tests. */
function stubProxies(values: Readonly<Record<string, string>>): void {
  const names = ["ws_proxy", "wss_proxy", "http_proxy", "https_proxy", "all_proxy", "no_proxy"];
  for (const name of [...names, ...names.map((one) => one.toUpperCase()), "REQUEST_METHOD"]) {
    vi.stubEnv(name, values[name] ?? "");
  }
}

describe("a ws+unix URL", () => {
  // oxfmt-ignore
  it.each([
    ["ws+unix:/tmp/a.sock",                    "/tmp/a.sock",         "/"],
    ["ws+unix:/tmp/a.sock:",                   "/tmp/a.sock",         "/"],
    ["ws+unix:/tmp/a.sock:/",                  "/tmp/a.sock",         "/"],
    ["ws+unix:/tmp/a.sock:/chat?room=1:2",     "/tmp/a.sock",         "/chat?room=1:2"],
    ["ws+unix:/tmp/a.sock:?room=1",            "/tmp/a.sock",         "/?room=1"],
    ["ws+unix:///tmp/a.sock:/chat",            "/tmp/a.sock",         "/chat"],
    ["WS+Unix:/tmp/a.sock:/chat",              "/tmp/a.sock",         "/chat"],
    ["ws+unix:/tmp/my dir/a.sock:/ä",          "/tmp/my dir/a.sock",  "/%C3%A4"],
    ["ws+unix:/tmp/my%20dir/%3a%23.sock:/",    "/tmp/my dir/:#.sock", "/"],
    ["ws+unix:/tmp/100%.sock:/",               "/tmp/100%.sock",      "/"],
    ["ws+unix:./a.sock:/chat",                 "./a.sock",            "/chat"],
    ["ws+unix:\\\\.\\pipe\\name:/chat",        "\\\\.\\pipe\\name",   "/chat"],
    ["ws+unix:%00abstract:/",                  "\0abstract",          "/"],
  ])("%s is the socket %j, asked for %s", (url, path, target) => {
    const { uri } = toDestination(url, {});
    expect(routeOf(url)).toEqual({ type: "unix", path });
    expect(uri).toMatchObject({ target, hostHeader: "localhost", secure: false });
    expect(uri.userinfo).toBeUndefined();
  });

  it("may be a URL object", () => {
    const url = new URL("ws+unix:/tmp/my dir/a.sock:/chat?x=1");
    expect(routeOf(url.href)).toEqual({ type: "unix", path: "/tmp/my dir/a.sock" });
  });

  it.each([
    "ws+unix:",
    "ws+unix://",
    "ws+unix::/chat",
    "ws+unix://host/a.sock:/chat",
    "ws+unix:/tmp/a.sock:chat",
    "ws+unix:/tmp/a.sock?x=1",
    "ws+unix:/tmp/a.sock#x",
    "ws+unix:/tmp/a.sock:/#x",
    "ws+unix:/tmp/a.sock:/\n",
    "wss+unix:/tmp/a.sock:/",
    "http+unix:/tmp/a.sock:/",
  ])("%j is wrong", (url) => {
    const fault = faultOf(url, {});
    expect(fault).toBeInstanceOf(SyntaxError);
  });

  it("says what it must look like, and nothing of what it was", () => {
    const fault = faultOf(`ws+unix:/tmp/${SECRET}:${SECRET}`, {});
    expect(String(fault)).toContain("ws+unix:/path/to.sock:/what/to/ask?for");
    expect(String(fault)).not.toContain(SECRET);
  });

  it.each([
    [{ socketPath: "/b" }],
    [{ proxy: "http://proxy/" }],
    [{ createConnection: () => undefined }],
  ])("leaves no room for another way: %j", (options) => {
    const fault = faultOf("ws+unix:/tmp/a.sock:/", options);
    expect(fault).toBeInstanceOf(TypeError);
    expect(String(fault)).toContain("ws+unix");
  });

  it("needs no proxy of the environment", () => {
    stubProxies({ ALL_PROXY: "socks5://proxy/" });
    const options = { proxy: "environment" };
    expect(routeOf("ws+unix:/a:/", options)).toEqual({ type: "unix", path: "/a" });
  });
});

describe("the proxy of the environment", () => {
  const proxy = "environment";

  it("is looked up when it is asked for, and not otherwise", () => {
    stubProxies({ HTTP_PROXY: "http://user:pass@proxy.example:3128" });
    const found = { host: "proxy.example", port: 3128, userinfo: "user:pass", secure: false };
    expect(routeOf("ws://h/", { proxy })).toMatchObject({ type: "proxy", proxy: found });
    expect(routeOf("ws://h/")).toEqual({ type: "direct" });
    expect(routeOf("wss://h/", { proxy })).toEqual({ type: "direct" });
  });

  it("is looked up for each URL that one leads to", () => {
    stubProxies({ HTTP_PROXY: "http://a/", HTTPS_PROXY: "https://b/", NO_PROXY: "inside" });
    const { routeTo } = toDestination("ws://h/", { proxy });
    const hostOf = (url: string): unknown => routeTo(toDestination(url, {}).uri);
    expect(hostOf("ws://h/")).toMatchObject({ proxy: { host: "a", port: 80 } });
    expect(hostOf("wss://h/")).toMatchObject({ proxy: { host: "b", port: 443, secure: true } });
    expect(hostOf("wss://inside/")).toEqual({ type: "direct" });
  });

  it("may be written without a scheme", () => {
    stubProxies({ all_proxy: "proxy.example:3128" });
    const found = { host: "proxy.example", port: 3128, secure: false };
    expect(routeOf("wss://h/", { proxy })).toMatchObject({ proxy: found });
  });

  it("has to be one for HTTP: the error names the variable, and not the proxy", () => {
    for (const url of [`socks5://u:${SECRET}@proxy:1080`, `ftp://${SECRET}/`, "http://", "a b"]) {
      stubProxies({ HTTPS_PROXY: url });
      const fault = faultOf("wss://h/", { proxy });
      expect(fault).toBeInstanceOf(SyntaxError);
      expect(String(fault)).toMatch(/the environment's HTTPS_PROXY must be a URL .* http:\/\//);
      expect(String(fault)).not.toContain(SECRET);
    }
  });

  it("is one way among others", () => {
    for (const options of [{ socketPath: "/a" }, { createConnection: () => undefined }]) {
      expect(faultOf("ws://h/", { proxy, ...options })).toBeInstanceOf(TypeError);
    }
  });
});

describe("options of the TCP connection", () => {
  it("are taken over, those that were given", () => {
    const given = { lookup, family: 4, localAddress: "127.0.0.1" } as const;
    expect(toDestination("ws://h/", given).tcp).toEqual(given);
    expect(toDestination("ws://h/", { family: undefined }).tcp).toEqual({});
    expect(toDestination("ws://h/", { family: 0, proxy: "http://p/" }).tcp).toEqual({ family: 0 });
  });

  it.each([
    [{ lookup: "127.0.0.1" }, /lookup must be a function/],
    [{ lookup: null }, /lookup must be a function/],
    [{ family: 5 }, /family must be 4 or 6/],
    [{ family: "4" }, /family must be 4 or 6/],
    [{ localAddress: "localhost" }, /localAddress must be an IP address/],
    [{ localAddress: 1 }, /localAddress must be an IP address/],
    [{ localAddress: "" }, /localAddress must be an IP address/],
  ])("%j is refused", (options, message) => {
    const fault = faultOf("ws://h/", options);
    expect(fault).toBeInstanceOf(TypeError);
    expect(String(fault)).toMatch(message);
  });

  it("cannot be given where there is no TCP connection of ours", () => {
    for (const [url, options] of [
      ["ws+unix:/a:/", {}],
      ["ws://h/", { socketPath: "/a" }],
      ["ws://h/", { createConnection: () => undefined }],
    ] as const) {
      const fault = faultOf(url, { ...options, family: 4, localAddress: "127.0.0.1" });
      expect(fault).toBeInstanceOf(TypeError);
      expect(String(fault)).toContain("family and localAddress can only be given for TCP");
    }
  });
});
