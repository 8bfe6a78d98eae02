/** close(): its arguments, and what comes of it in each state. */
import type { PlatformCase } from "./case.js";

export const CLOSE_CASES: readonly PlatformCase[] = [
  {
    name: "close takes 1000 and 3000 to 4999, and throws InvalidAccessError for other codes",
    rows: ["WHATWG-17"],
    run: async ({ open, good, thrown }) => {
      const codes = [0, 1, 999, 1001, 1002, 1005, 1006, 1015, 2999, 5000, 65_535, 65_536, -1];
      const socket = await open(`${good}/echo`);
      const refused = codes.map((code) => thrown(() => socket.close(code)));
      const accepted: string[] = [];
      for (const code of [1000, 3000, 3999, 4000, 4999]) {
        const other = await open(`${good}/echo`);
        accepted.push(thrown(() => other.close(code)));
      }
      const state = socket.readyState;
      socket.close();
      return { refused: [...new Set(refused)], accepted: [...new Set(accepted)], state };
    },
    expected: { refused: ["InvalidAccessError"], accepted: ["nothing"], state: 1 },
  },
  {
    name: "close makes a 16-bit number of its code as [Clamp] has it",
    rows: ["WHATWG-17"],
    run: async ({ open, good, thrown }) => {
      const refused: string[] = [];
      const socket = await open(`${good}/echo`);
      for (const code of [null, Number.NaN, "x", {}, Infinity, -Infinity, 68_536, true]) {
        refused.push(thrown(() => socket.close(code)));
      }
      socket.close();
      const accepted: string[] = [];
      for (const code of ["3000", 3000.4, " 4000 ", [4999]]) {
        const other = await open(`${good}/echo`);
        const thrownName = thrown(() => other.close(code));
        const closed = await new Promise<number>((resolve) => {
          other.addEventListener("close", (event) => resolve(event.code ?? 0));
        });
        accepted.push(`${thrownName} ${closed}`);
      }
      return { refused: [...new Set(refused)], accepted };
    },
    expected: {
      refused: ["InvalidAccessError"],
      accepted: ["nothing 3000", "nothing 3000", "nothing 4000", "nothing 4999"],
    },
  },
  {
    name: "close rounds its code to the nearest integer, halves to the even one",
    rows: ["WHATWG-17"],
    run: async ({ open, good, thrown }) => {
      const names: string[] = [];
      for (const code of [2999.4, 2999.5, 2999.6, 3000.5]) {
        const socket = await open(`${good}/echo`);
        names.push(thrown(() => socket.close(code)));
        socket.close();
      }
      return names;
    },
    expected: ["InvalidAccessError", "nothing", "nothing", "nothing"],
    chromium: {
      expected: ["InvalidAccessError", "InvalidAccessError", "InvalidAccessError", "nothing"],
      why: "it cuts fractions off",
    },
  },
  {
    name: "close counts the bytes of its reason, and throws SyntaxError above 123",
    rows: ["WHATWG-18"],
    run: async ({ open, good, thrown }) => {
      const socket = await open(`${good}/echo`);
      const long = [
        "x".repeat(124),
        "\u00FC".repeat(62),
        "\u{1F600}".repeat(31),
        "\uD800".repeat(42),
      ];
      const refused = long.map((reason) => thrown(() => socket.close(4000, reason)));
      const state = socket.readyState;
      socket.close();
      const accepted: string[] = [];
      for (const reason of ["x".repeat(123), `${"\u00FC".repeat(61)}x`, "\uD800".repeat(41)]) {
        const other = await open(`${good}/echo`);
        accepted.push(thrown(() => other.close(4000, reason)));
      }
      return { refused: [...new Set(refused)], state, accepted };
    },
    expected: { refused: ["SyntaxError"], state: 1, accepted: ["nothing", "nothing", "nothing"] },
  },
  {
    name: "close checks its code before its reason, and both in every state",
    rows: ["WHATWG-17", "WHATWG-18", "WHATWG-20"],
    run: async ({ WebSocket, good, thrown, next, open }) => {
      const tooLong = "x".repeat(200);
      const connecting = new WebSocket(`${good}/echo`);
      const closed = await open(`${good}/echo`);
      closed.close();
      await next(closed, "close");
      const names = [connecting, closed].map((socket) => [
        thrown(() => socket.close(1001, tooLong)),
        thrown(() => socket.close(1000, tooLong)),
      ]);
      connecting.close();
      return names;
    },
    expected: [
      ["InvalidAccessError", "SyntaxError"],
      ["InvalidAccessError", "SyntaxError"],
    ],
  },
  {
    name: "close without arguments sends an empty Close frame",
    rows: ["WHATWG-19"],
    run: async ({ open, odd, untilClosed }) => {
      const socket = await open(`${odd}/report-close`);
      const events = untilClosed(socket);
      socket.close();
      return [socket.readyState, await events];
    },
    expected: [2, ['close 4444 "empty" clean @3']],
  },
  {
    name: "close with undefined for a code and no reason sends an empty Close frame",
    rows: ["WHATWG-19"],
    run: async ({ open, odd, untilClosed }) => {
      const socket = await open(`${odd}/report-close`);
      const events = untilClosed(socket);
      try {
        socket.close(undefined, "");
      } catch (error) {
        socket.close();
        await events;
        return error instanceof DOMException ? error.name : "";
      }
      return events;
    },
    expected: ['close 4444 "empty" clean @3'],
    chromium: {
      expected: "InvalidAccessError",
      why: "it takes undefined in front of a reason for 0",
    },
  },
  {
    name: "close sends its code and its reason",
    rows: ["WHATWG-19", "WHATWG-22"],
    run: async ({ open, odd, untilClosed }) => {
      const socket = await open(`${odd}/report-close`);
      const events = untilClosed(socket);
      socket.close(3001, "gr\u00FCn \uD800!");
      return events;
    },
    expected: ['close 4444 "3001 gr\u00FCn \uFFFD!" clean @3'],
  },
  {
    name: "close with a code alone sends the code alone",
    rows: ["WHATWG-19"],
    run: async ({ open, odd, untilClosed }) => {
      const socket = await open(`${odd}/report-close`);
      const events = untilClosed(socket);
      socket.close(1000);
      return events;
    },
    expected: ['close 4444 "1000 " clean @3'],
  },
  {
    name: "close twice sends one Close frame, with what the first call said",
    rows: ["WHATWG-20"],
    run: async ({ open, odd, untilClosed }) => {
      const socket = await open(`${odd}/report-close`);
      const events = untilClosed(socket);
      socket.close(3001, "first");
      socket.close(3002, "second");
      const log = await events;
      socket.close(3003, "third");
      return [socket.readyState, log];
    },
    expected: [3, ['close 4444 "3001 first" clean @3']],
  },
  {
    name: "close before open fails the connection: error, then close with 1006",
    rows: ["WHATWG-21", "WHATWG-07"],
    run: async ({ WebSocket, good, odd, untilClosed }) => {
      const stalled = new WebSocket(`${odd}/stall`);
      const early = new WebSocket(`${good}/echo`);
      const events = [untilClosed(stalled), untilClosed(early)];
      stalled.close();
      early.close(4000, "never mind");
      return [stalled.readyState, early.readyState, await Promise.all(events)];
    },
    expected: [
      2,
      2,
      [
        ["error @3", 'close 1006 "" unclean @3'],
        ["error @3", 'close 1006 "" unclean @3'],
      ],
    ],
  },
  {
    name: "what was sent before close goes out first",
    rows: ["WHATWG-22"],
    run: async ({ open, odd, untilClosed }) => {
      const socket = await open(`${odd}/count-messages`);
      const events = untilClosed(socket);
      for (let i = 0; i < 10; i++) socket.send(`message ${i}`);
      socket.send(new Blob(["last"]));
      socket.close(3000);
      return events;
    },
    expected: ['close 4444 "11 messages" clean @3'],
  },
  {
    name: "messages that arrive after close was called are dropped",
    rows: ["WHATWG-09"],
    run: async ({ open, odd, untilClosed }) => {
      const socket = await open(`${odd}/late-message`);
      const events = untilClosed(socket);
      socket.close(3000);
      return events;
    },
    expected: ['close 3000 "" clean @3'],
  },
  {
    name: "close in the middle of messages drops the rest, and the server's Close frame counts",
    rows: ["WHATWG-09", "WHATWG-10"],
    run: async ({ WebSocket, odd, untilClosed }) => {
      const socket = new WebSocket(`${odd}/with-response`);
      const events = untilClosed(socket);
      socket.onmessage = () => socket.close(3000);
      return events;
    },
    expected: ["open @1", 'message text "first" @1', 'close 4000 "done" clean @3'],
  },
];
