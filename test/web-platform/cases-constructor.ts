/** The constructor, its two arguments, and what a socket is when it is new. */
import type { PlatformCase } from "./case.js";

export const CONSTRUCTOR_CASES: readonly PlatformCase[] = [
  {
    name: "url is the URL as it was parsed",
    rows: ["WHATWG-01"],
    run: ({ urlOf, closed }) => ({
      slash: urlOf(closed).slice(closed.length),
      path: urlOf(`${closed}/a/../b?x=1&y`).slice(closed.length),
      characters: urlOf(`${closed}/ä b?ö=ü b`).slice(closed.length),
      whiteSpace: urlOf(` \n${closed}/\ta `).slice(closed.length),
      backslash: urlOf(`${closed}\\a`).slice(closed.length),
    }),
    expected: {
      slash: "/",
      path: "/b?x=1&y",
      characters: "/%C3%A4%20b?%C3%B6=%C3%BC%20b",
      whiteSpace: "/a",
      backslash: "/a",
    },
  },
  {
    name: "scheme and host are in lower case, and default ports are left out",
    rows: ["WHATWG-01"],
    run: ({ urlOf }) => [
      urlOf("WS://LOCALHOST:1/"),
      urlOf("ws://localhost:80/"),
      urlOf("wss://localhost:443/"),
      urlOf("wss://localhost:80/"),
      urlOf("ws://127.1:1/"),
      urlOf("ws://[::0:1]:1/"),
      urlOf("ws://b\u00FCcher.localhost:1/"),
    ],
    expected: [
      "ws://localhost:1/",
      "ws://localhost/",
      "wss://localhost/",
      "wss://localhost:80/",
      "ws://127.0.0.1:1/",
      "ws://[::1]:1/",
      "ws://xn--bcher-kva.localhost:1/",
    ],
  },
  {
    name: "http and https stand for ws and wss",
    rows: ["WHATWG-01"],
    run: ({ urlOf }) => [urlOf("http://localhost:1/a"), urlOf("HTTPS://localhost:1/a")],
    expected: ["ws://localhost:1/a", "wss://localhost:1/a"],
  },
  {
    name: "user information is part of url",
    rows: ["WHATWG-01"],
    run: ({ urlOf }) => urlOf("ws://user:p%40ss@localhost:1/"),
    expected: "ws://user:p%40ss@localhost:1/",
  },
  {
    name: "a URL object, or anything with a string to it, is a URL",
    rows: ["WHATWG-01"],
    run: ({ urlOf }) => [
      urlOf(new URL("ws://localhost:1/x")),
      urlOf({ toString: () => "ws://localhost:1/y" }),
    ],
    expected: ["ws://localhost:1/x", "ws://localhost:1/y"],
  },
  {
    name: "other schemes, fragments and what is no URL throw SyntaxError",
    rows: ["WHATWG-01", "6455-3-05", "6455-3-01"],
    run: ({ WebSocket, thrown }) =>
      [
        "ftp://localhost/",
        "mailto:a@localhost",
        "javascript:alert(1)",
        "ws://localhost/#fragment",
        "ws://localhost/#",
        "http://localhost/#x",
        "ws://",
        "ws://localhost:65536/",
        "ws://localhost:x/",
        "ws://[::1/",
        "ws://%zz/",
      ].filter((url) => thrown(() => new WebSocket(url)) !== "SyntaxError"),
    expected: [],
  },
  {
    name: "a relative URL is resolved against that of the page",
    rows: ["WHATWG-01"],
    run: ({ WebSocket, thrown }) =>
      ["", "/a", "//localhost:1/"].map((url) => thrown(() => new WebSocket(url).close())),
    expected: ["nothing", "nothing", "nothing"],
    ours: {
      expected: ["SyntaxError", "SyntaxError", "SyntaxError"],
      why: "a program has no page that a URL could be relative to",
    },
  },
  {
    name: "a percent sign that encodes nothing is passed over, and sent as it is",
    rows: ["WHATWG-01"],
    run: async ({ open, odd, untilClosed }) => {
      const url = `${odd}/report-target/100%?discount=100%&x=%zz`;
      const socket = await open(url);
      const events = untilClosed(socket);
      socket.close();
      return [socket.url === url, await events];
    },
    expected: [true, ['close 4444 "/report-target/100%?discount=100%&x=%zz" clean @3']],
  },
  {
    name: "the constructor wants an argument, and new",
    rows: [],
    run: ({ WebSocket, thrown }) => [
      thrown(() => new WebSocket()),
      thrown(() => Reflect.apply(WebSocket, undefined, ["ws://localhost:1/"])),
    ],
    expected: ["TypeError", "TypeError"],
  },
  {
    name: "subprotocols that are no tokens, or repeat, throw SyntaxError",
    rows: ["WHATWG-02", "6455-4.1-19"],
    run: ({ WebSocket, thrown }) =>
      [
        "",
        " ",
        "a b",
        "a,b",
        "a/b",
        "(a)",
        "a\n",
        "a\0",
        "\u00E9",
        "\u{1F600}",
        [""],
        ["a", "b", "a"],
        ["a", "b c"],
      ]
        .filter((it) => thrown(() => new WebSocket("ws://localhost:1/", it)) !== "SyntaxError")
        .map((it) => JSON.stringify(it)),
    expected: [],
  },
  {
    name: "subprotocols that differ in case alone repeat, and throw SyntaxError",
    rows: ["WHATWG-02"],
    run: ({ WebSocket, thrown }) => [
      thrown(() => new WebSocket("ws://localhost:1/", ["chat", "Chat"]).close()),
      thrown(() => new WebSocket("ws://localhost:1/", ["a", "b", "A"]).close()),
    ],
    expected: ["SyntaxError", "SyntaxError"],
    chromium: {
      expected: ["nothing", "nothing"],
      why: "it compares them letter by letter",
    },
  },
  {
    name: "one subprotocol, several and none are fine, and are strings in the end",
    rows: ["WHATWG-02"],
    run: ({ WebSocket, thrown }) =>
      ["chat", "!#$%&'*+-.^_`|~09azAZ", [], ["a", "b"], undefined, 1, [1, true], new Set(["x"])]
        .filter((it) => thrown(() => new WebSocket("ws://localhost:1/", it).close()) !== "nothing")
        .map(String),
    expected: [],
  },
  {
    name: "a new socket is connecting, and has nothing yet",
    rows: ["WHATWG-03"],
    run: ({ WebSocket, closed }) => {
      const socket = new WebSocket(closed);
      const { readyState, bufferedAmount, protocol, extensions, binaryType } = socket;
      const handlers = [socket.onopen, socket.onmessage, socket.onerror, socket.onclose];
      socket.close();
      const none = handlers.every((handler) => handler === null);
      return { readyState, bufferedAmount, protocol, extensions, binaryType, none };
    },
    expected: {
      readyState: 0,
      bufferedAmount: 0,
      protocol: "",
      extensions: "",
      binaryType: "blob",
      none: true,
    },
  },
  {
    name: "handler attributes take functions and objects, and make null of the rest",
    rows: [],
    run: ({ WebSocket, closed }) => {
      const socket = new WebSocket(closed);
      socket.close();
      const handler = (): void => {};
      return [handler, { handleEvent: handler }, null, undefined, 1, "x"].map((value) => {
        socket.onmessage = value;
        return socket.onmessage === null ? "null" : typeof socket.onmessage;
      });
    },
    expected: ["function", "object", "null", "null", "null", "null"],
  },
  {
    name: "binaryType takes its two values, and keeps what it was for others",
    rows: ["WHATWG-23"],
    run: ({ WebSocket, closed }) => {
      const socket = new WebSocket(closed);
      socket.close();
      return ["arraybuffer", "Blob", "", "nodebuffer", "blob"].map((value) => {
        socket.binaryType = value;
        return socket.binaryType;
      });
    },
    expected: ["arraybuffer", "arraybuffer", "arraybuffer", "arraybuffer", "blob"],
  },
];
