/** send(), bufferedAmount and what a message becomes. */
import type { PlatformCase } from "./case.js";

export const SEND_CASES: readonly PlatformCase[] = [
  {
    name: "send before open throws InvalidStateError",
    rows: ["WHATWG-11"],
    run: ({ WebSocket, closed, thrown }) => {
      const socket = new WebSocket(closed);
      const names = [thrown(() => socket.send("x")), thrown(() => socket.send(new Blob(["x"])))];
      const { bufferedAmount } = socket;
      socket.close();
      return [names, bufferedAmount];
    },
    expected: [["InvalidStateError", "InvalidStateError"], 0],
  },
  {
    name: "send wants an argument",
    rows: [],
    run: async ({ open, good, thrown }) => {
      const socket = await open(`${good}/echo`);
      const name = thrown(() => socket.send());
      socket.close();
      return name;
    },
    expected: "TypeError",
  },
  {
    name: "what is no buffer and no Blob is sent as the string that it is",
    rows: ["WHATWG-13"],
    run: async ({ open, good, messages }) => {
      const socket = await open(`${good}/echo`);
      const data = [
        "Gr\u00FC\u00DFe \u{1F600}",
        "",
        "\uFEFFx\0",
        5,
        null,
        undefined,
        true,
        { a: 1 },
        [1, 2],
      ];
      const echoes = messages(socket, data.length);
      for (const value of data) socket.send(value);
      const log = await echoes;
      socket.close();
      return log;
    },
    expected: [
      'text "Gr\u00FC\u00DFe \u{1F600}"',
      'text ""',
      'text "\uFEFFx\\u0000"',
      'text "5"',
      'text "null"',
      'text "undefined"',
      'text "true"',
      'text "[object Object]"',
      'text "1,2"',
    ],
  },
  {
    name: "half of a surrogate pair is sent as U+FFFD",
    rows: ["WHATWG-13"],
    run: async ({ open, good, messages }) => {
      const socket = await open(`${good}/echo`);
      const echoes = messages(socket, 3);
      for (const text of ["\uD800", "a\uDC00b", "\uDC00\uD800"]) socket.send(text);
      const log = await echoes;
      socket.close();
      return log;
    },
    expected: ['text "\uFFFD"', 'text "a\uFFFDb"', 'text "\uFFFD\uFFFD"'],
  },
  {
    name: "buffers, views and Blobs are sent as binary: the bytes of the view",
    rows: ["WHATWG-14"],
    run: async ({ open, good, messages }) => {
      const socket = await open(`${good}/echo`);
      socket.binaryType = "arraybuffer";
      const { buffer } = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      const data = [
        buffer,
        new Uint8Array(buffer, 3, 2),
        new Uint8Array(buffer, 16),
        new Uint16Array(buffer, 2, 2),
        new Float64Array(buffer, 8, 1),
        new DataView(buffer, 14),
        new Blob([new Uint8Array(buffer, 1, 1), "x"], { type: "text/plain" }),
        new ArrayBuffer(0),
        new Blob([]),
      ];
      const echoes = messages(socket, data.length);
      for (const value of data) socket.send(value);
      const log = await echoes;
      socket.close();
      return log;
    },
    expected: [
      "ArrayBuffer 000102030405060708090a0b0c0d0e0f",
      "ArrayBuffer 0304",
      "ArrayBuffer ",
      "ArrayBuffer 02030405",
      "ArrayBuffer 08090a0b0c0d0e0f",
      "ArrayBuffer 0e0f",
      "ArrayBuffer 0178",
      "ArrayBuffer ",
      "ArrayBuffer ",
    ],
  },
  {
    name: "a Blob keeps its place between other messages",
    rows: ["WHATWG-14"],
    run: async ({ open, good, messages }) => {
      const socket = await open(`${good}/echo`);
      socket.binaryType = "arraybuffer";
      const echoes = messages(socket, 5);
      socket.send("1");
      socket.send(new Blob(["2".repeat(3)]));
      socket.send("3");
      socket.send(new Blob(["4"]));
      socket.send(Uint8Array.of(5));
      const log = await echoes;
      socket.close();
      return log;
    },
    expected: ['text "1"', "ArrayBuffer 323232", 'text "3"', "ArrayBuffer 34", "ArrayBuffer 05"],
  },
  {
    name: "a buffer may change once send has returned",
    rows: ["6455-10-05"],
    run: async ({ open, good, messages }) => {
      const socket = await open(`${good}/echo`);
      socket.binaryType = "arraybuffer";
      const echoes = messages(socket, 2);
      const bytes = Uint8Array.of(1, 2, 3);
      const large = new Uint8Array(100_000);
      socket.send(bytes);
      socket.send(large);
      bytes.fill(9);
      large.fill(9);
      const [small, long = ""] = await echoes;
      socket.close();
      return [small ?? "", long.length, long.includes("9")];
    },
    expected: ["ArrayBuffer 010203", 200_012, false],
  },
  {
    name: "bufferedAmount counts the payload of what was just sent, in bytes",
    rows: ["WHATWG-15"],
    run: async ({ open, good, messages }) => {
      const socket = await open(`${good}/echo`);
      const echoes = messages(socket, 4);
      const amounts = [socket.bufferedAmount];
      for (const data of ["hello", "\u00FC\uD800", new ArrayBuffer(10), new Blob(["12345"])]) {
        socket.send(data);
        amounts.push(socket.bufferedAmount);
      }
      await echoes;
      amounts.push(socket.bufferedAmount);
      socket.close();
      return amounts;
    },
    expected: [0, 5, 10, 20, 25, 0],
  },
  {
    name: "send after close throws nothing, and only counts into bufferedAmount",
    rows: ["WHATWG-12", "WHATWG-15"],
    run: async ({ open, odd, untilClosed, thrown }) => {
      const socket = await open(`${odd}/count-messages`);
      const events = untilClosed(socket);
      socket.close();
      const amounts = [socket.bufferedAmount];
      const names: string[] = [];
      for (const data of [
        "abc",
        "\u00FC",
        new ArrayBuffer(4),
        Uint8Array.of(1, 2),
        new Blob(["12345"]),
      ]) {
        names.push(thrown(() => socket.send(data)));
        amounts.push(socket.bufferedAmount);
      }
      const log = await events;
      amounts.push(socket.bufferedAmount);
      socket.send("x");
      amounts.push(socket.bufferedAmount);
      return { names: [...new Set(names)], amounts, log };
    },
    expected: {
      names: ["nothing"],
      amounts: [0, 3, 5, 9, 11, 16, 16, 17],
      log: ['close 4444 "0 messages" clean @3'],
    },
  },
  {
    name: "binaryType decides what binary messages come as, from the next one on",
    rows: ["WHATWG-23"],
    run: async ({ open, good, next }) => {
      const socket = await open(`${good}/echo`);
      const kinds: string[] = [];
      for (const type of ["blob", "arraybuffer", "blob"]) {
        socket.binaryType = type;
        socket.send(Uint8Array.of(1, 2));
        const { data } = await next(socket, "message");
        kinds.push(Object.prototype.toString.call(data));
        if (data instanceof Blob) kinds.push(`${data.size} ${data.type}`);
      }
      socket.close();
      return kinds;
    },
    expected: ["[object Blob]", "2 ", "[object ArrayBuffer]", "[object Blob]", "2 "],
  },
  {
    name: "large messages arrive whole",
    rows: ["6455-5.2-07"],
    run: async ({ open, good, messages }) => {
      const socket = await open(`${good}/echo`);
      socket.binaryType = "arraybuffer";
      const sizes = [125, 126, 65_535, 65_536, 300_000];
      const echoes = messages(socket, 2 * sizes.length);
      for (const size of sizes) {
        socket.send("\u20AC".repeat(size / 3));
        socket.send(new Uint8Array(size).fill(0xab));
      }
      const log = await echoes;
      socket.close();
      return log.map((text) => `${text.slice(0, 6)} ${text.length}`);
    },
    expected: [
      'text " 48',
      "ArrayB 262",
      'text " 49',
      "ArrayB 264",
      'text " 21852',
      "ArrayB 131082",
      'text " 21852',
      "ArrayB 131084",
      'text " 100007',
      "ArrayB 600012",
    ],
  },
];
