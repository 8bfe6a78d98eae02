/** Events: which, in what order, with what in them. */
import type { PlatformCase } from "./case.js";

export const EVENT_CASES: readonly PlatformCase[] = [
  {
    name: "open finds protocol and extensions in place",
    rows: ["WHATWG-06"],
    run: ({ WebSocket, good }) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${good}/subprotocols`, ["x", "chat", "y"]);
        const early = [socket.protocol, socket.extensions];
        socket.onopen = () => {
          const { protocol, readyState } = socket;
          const [extension = ""] = socket.extensions.split(";"); // parameters may follow
          resolve({ early, protocol, extension, readyState });
          socket.close();
        };
      }),
    expected: {
      early: ["", ""],
      protocol: "chat",
      extension: "permessage-deflate",
      readyState: 1,
    },
  },
  {
    name: "events are plain: they do not bubble, cannot be cancelled, and have the socket as their target",
    rows: [],
    run: ({ WebSocket, good }) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${good}/echo`);
        const seen: string[] = [];
        for (const type of ["open", "message", "close"]) {
          socket.addEventListener(type, (event) => {
            const kind = Object.getPrototypeOf(event).constructor.name;
            seen.push(
              `${type} ${kind} ${event.bubbles} ${event.cancelable} ${event.target === socket}`,
            );
            if (type === "open") socket.send("x");
            if (type === "message") socket.close();
            if (type === "close") resolve(seen);
          });
        }
      }),
    expected: [
      "open Event false false true",
      "message MessageEvent false false true",
      "close CloseEvent false false true",
    ],
  },
  {
    name: "a message event has the origin of the server",
    rows: [],
    run: async ({ open, good, next }) => {
      const socket = await open(`${good}/echo`);
      socket.send("x");
      const { origin } = await next(socket, "message");
      socket.close();
      return origin === good;
    },
    expected: true,
  },
  {
    name: "a close of the server fires close alone, with its code and reason",
    rows: ["WHATWG-08"],
    run: async ({ WebSocket, good, untilClosed }) => {
      const codes = ["1000", "1001", "1011", "1012", "3000", "4999"];
      const logs = codes.map((code) => untilClosed(new WebSocket(`${good}/close?${code}`)));
      return Promise.all(logs);
    },
    expected: [
      ["open @1", 'close 1000 "gr\u00FCn" clean @3'],
      ["open @1", 'close 1001 "gr\u00FCn" clean @3'],
      ["open @1", 'close 1011 "gr\u00FCn" clean @3'],
      ["open @1", 'close 1012 "gr\u00FCn" clean @3'],
      ["open @1", 'close 3000 "gr\u00FCn" clean @3'],
      ["open @1", 'close 4999 "gr\u00FCn" clean @3'],
    ],
  },
  {
    name: "a close of the server without a code is reported as 1005",
    rows: ["WHATWG-08", "6455-7.1-06"],
    run: ({ WebSocket, good, untilClosed }) => untilClosed(new WebSocket(`${good}/close`)),
    expected: ["open @1", 'close 1005 "" clean @3'],
  },
  {
    name: "a close of ours reports what the server answered",
    rows: ["WHATWG-08"],
    run: async ({ open, good, untilClosed }) => {
      const log: string[][] = [];
      for (const parameters of [[], [1000], [3000, "bye"]]) {
        const socket = await open(`${good}/echo`);
        const events = untilClosed(socket);
        socket.close(...parameters);
        log.push(await events);
      }
      return log;
    },
    expected: [
      ['close 1005 "" clean @3'],
      ['close 1000 "" clean @3'],
      ['close 3000 "bye" clean @3'],
    ],
  },
  {
    name: "a connection that does not come about fires error, then close with 1006",
    rows: ["WHATWG-03", "WHATWG-04", "WHATWG-05", "WHATWG-07", "WHATWG-10"],
    run: ({ WebSocket, good, odd, closed, untilClosed }) => {
      const sockets = [
        new WebSocket(closed),
        new WebSocket(`${good}/refuse`),
        new WebSocket(`${good}/redirect`),
        new WebSocket(`${odd}/bad-accept`),
        new WebSocket(`${odd}/status-200`),
        new WebSocket(`${odd}/end`),
        new WebSocket(`${odd}/wrong-subprotocol`),
        new WebSocket(`${odd}/wrong-subprotocol`, "chat"),
        new WebSocket(`${odd}/wrong-extension`),
      ];
      return Promise.all(sockets.map(untilClosed));
    },
    expected: Array.from({ length: 9 }, () => ["error @3", 'close 1006 "" unclean @3']),
  },
  {
    name: "subprotocols of which the server picks none fail the connection",
    rows: ["WHATWG-05"],
    run: ({ WebSocket, odd, untilClosed }) =>
      untilClosed(new WebSocket(`${odd}/open-and-close`, ["x", "y"])),
    expected: ["error @3", 'close 1006 "" unclean @3'],
  },
  {
    name: "a connection that is lost fires error, then close with 1006",
    rows: ["WHATWG-07", "6455-7.1-13"],
    run: ({ WebSocket, odd, untilClosed }) =>
      Promise.all(
        ["bad-frame", "bad-text"].map((path) => untilClosed(new WebSocket(`${odd}/${path}`))),
      ),
    expected: [
      ["open @1", 'message text "first" @1', "error @3", 'close 1006 "" unclean @3'],
      ["open @1", 'message text "first" @1', "error @3", 'close 1006 "" unclean @3'],
    ],
  },
  {
    name: "a transport that ends without a Close frame is a connection that is lost",
    rows: ["WHATWG-07", "6455-7.1-13"],
    run: ({ WebSocket, odd, untilClosed }) =>
      Promise.all(
        ["fin", "half-a-frame"].map((path) => untilClosed(new WebSocket(`${odd}/${path}`))),
      ),
    expected: [
      ["open @1", 'message text "first" @1', "error @3", 'close 1006 "" unclean @3'],
      ["open @1", 'message text "first" @1', "error @3", 'close 1006 "" unclean @3'],
    ],
    chromium: {
      expected: [
        ["open @1", 'message text "first" @1', 'close 1006 "" unclean @3'],
        ["open @1", 'message text "first" @1', 'close 1006 "" unclean @3'],
      ],
      why: "it fires no error for it",
    },
  },
  {
    name: "messages that come with the response, and the close behind them, come in order after open",
    rows: ["WHATWG-10", "6455-4.2.2-14"],
    run: ({ WebSocket, odd, untilClosed }) => untilClosed(new WebSocket(`${odd}/with-response`)),
    expected: [
      "open @1",
      'message text "first" @1',
      'message text "second" @1',
      'message text "third" @1',
      'close 4000 "done" clean @3',
    ],
  },
  {
    name: "pings are answered, and are no events",
    rows: ["WHATWG-24", "6455-5.5-16"],
    run: ({ WebSocket, odd, untilClosed }) => untilClosed(new WebSocket(`${odd}/ping`)),
    expected: ["open @1", 'close 4444 "pong: are you there" clean @3'],
  },
  {
    name: "nothing fires after close, whatever the server still sends",
    rows: ["WHATWG-10"],
    run: ({ WebSocket, odd, untilClosed }) => untilClosed(new WebSocket(`${odd}/behind-close`)),
    expected: ["open @1", 'close 4000 "done" clean @3'],
    chromium: {
      expected: ["open @1", "error @3", 'close 1006 "" unclean @3'],
      why: "it takes data behind a Close frame for a broken rule; RFC 6455 §1.4 has it dropped",
    },
  },
  {
    name: "a handler attribute keeps the place of the first handler it had",
    rows: [],
    run: async ({ WebSocket, good, next }) => {
      const socket = new WebSocket(`${good}/echo`);
      const seen: string[] = [];
      socket.addEventListener("open", () => seen.push("listener 1"));
      socket.onopen = () => seen.push("never");
      socket.addEventListener("open", () => seen.push("listener 2"));
      socket.onopen = () => seen.push("handler");
      socket.onmessage = () => seen.push("never");
      socket.onmessage = null;
      await next(socket, "open");
      socket.send("x");
      await next(socket, "message");
      socket.close();
      return seen;
    },
    expected: ["listener 1", "handler", "listener 2"],
  },
];
