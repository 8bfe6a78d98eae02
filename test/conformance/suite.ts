/**
 * What any two ends of ours, joined by any transport, must do for each other: the
 * same tests over all of them. Whatever is under test opens a pair for each test.
 */
import { describe, expect, it, vi } from "vitest";
import type { ConnectionOptions, Message, WebSocketConnection } from "../../src/index.js";

export interface Ends {
  readonly client: WebSocketConnection;
  readonly server: WebSocketConnection;
  readonly dispose: () => Promise<void>;
}

export type Open = (options?: ConnectionOptions & { subprotocols?: string[] }) => Promise<Ends>;

const LENGTHS = [0, 1, 125, 126, 127, 1_000, 65_535, 65_536, 1_048_576];
const SENT_CODES = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];

export function conformanceSuite(name: string, open: Open): void {
  const test = (
    title: string,
    run: (ends: Ends) => Promise<void>,
    options?: Parameters<Open>[0],
  ): void => {
    it(title, async () => {
      const ends = await open(options);
      try {
        await run(ends);
      } finally {
        await ends.dispose();
      }
    });
  };

  describe(name, () => {
    messages(test);
    closing(test);
  });
}

type Test = (
  title: string,
  run: (ends: Ends) => Promise<void>,
  options?: Parameters<Open>[0],
) => void;

function echo({ server }: Ends): void {
  server.on("message", (message) => server.send(message));
}

async function take(connection: WebSocketConnection, count: number): Promise<Message[]> {
  const taken: Message[] = [];
  if (count === 0) return taken;
  for await (const message of connection) if (taken.push(message) === count) break;
  return taken;
}

function messages(test: Test): void {
  for (const perMessageDeflate of [false, true]) {
    const how = perMessageDeflate ? "compressed" : "plain";
    test(
      `echoes ${how} text and binary of every form of length`,
      async (ends) => {
        echo(ends);
        expect(ends.client.extensions).toBe(perMessageDeflate ? "permessage-deflate" : "");
        const sent = LENGTHS.flatMap((length) => [textOf(length), bytesOf(length)]);
        for (const message of sent) ends.client.send(message);
        const got = await take(ends.client, sent.length);
        for (const [i, message] of got.entries()) expect(message.length).toBe(sent[i]?.length);
        expect(got.map(String)).toEqual(sent.map(String));
        expect(got.map((message) => typeof message)).toEqual(sent.map((message) => typeof message));
      },
      { perMessageDeflate, maxBufferedBytes: 4_194_304 },
    );
  }

  test("keeps every character: NUL, U+FEFF, non-characters, and U+FFFD for half a pair", async (ends) => {
    echo(ends);
    ends.client.send("\ufeff\u0000\uffff\u{10ffff}é\ud800");
    expect(await take(ends.client, 1)).toEqual(["\ufeff\u0000\uffff\u{10ffff}é\ufffd"]);
  });

  test("keeps the order of 10 000 messages in both directions at once", async ({
    client,
    server,
  }) => {
    const numbers = Array.from({ length: 10_000 }, (_, i) => String(i));
    const got = { client: [] as string[], server: [] as string[] };
    const all = [
      ["client", client],
      ["server", server],
    ] as const;
    await Promise.all(
      all.map(
        ([name, connection]) =>
          new Promise<void>((resolve) => {
            connection.on("message", (message) => {
              if (got[name].push(message.toString()) === numbers.length) resolve();
            });
            for (const number of numbers) connection.send(number);
          }),
      ),
    );
    expect(got).toEqual({ client: numbers, server: numbers });
  });

  test("joins what is sent in fragments, and lets pings between them", async (ends) => {
    echo(ends);
    const pong = vi.fn<() => void>();
    ends.client.on("pong", pong);
    const done = ends.client.sendStream(
      (async function* () {
        yield "one ";
        expect(await ends.client.ping()).toBeGreaterThanOrEqual(0);
        yield "message";
      })(),
    );
    expect(await done).toBe("sent");
    expect(await take(ends.client, 1)).toEqual(["one message"]);
    expect(pong).toHaveBeenCalledTimes(1);
  });

  test(
    "refuses a message over the limit with 1009, and delivers one of exactly the limit",
    async (ends) => {
      const received: number[] = [];
      ends.server.on("message", (message) => received.push(message.length));
      ends.client.send(bytesOf(1_000));
      ends.client.send(bytesOf(1_001));
      expect((await ends.client.closed).received?.code).toBe(1009);
      expect((await ends.server.closed).error).toMatchObject({ code: "MESSAGE_TOO_BIG" });
      expect(received).toEqual([1_000]);
    },
    { maxMessageBytes: 1_000 },
  );

  test("makes a sender wait for a reader that does not read", async ({ client, server }) => {
    server.pause();
    let status: string = "";
    for (let i = 0; i < 10_000 && status !== "buffered"; i++)
      status = client.send(bytesOf(100_000));
    expect(status).toBe("buffered");
    let isDrained = false;
    const drained = client.drained().then((value) => (isDrained = value));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDrained).toBe(false);
    server.on("message", () => {});
    server.resume();
    expect(await drained).toBe(true);
    expect(client.bufferedAmount).toBe(0);
  });
}

function closing(test: Test): void {
  test("closes with each code that may be sent, and a reason, from either end", async (first) => {
    expect(first.client.readyState).toBe(1);
    first.client.close(1000, "é".repeat(61));
    const [client, server] = await Promise.all([first.client.closed, first.server.closed]);
    expect(server).toMatchObject({ code: 1000, reason: "é".repeat(61), wasClean: true });
    expect(client).toMatchObject({ code: 1000, wasClean: true });
    expect(first.client.readyState).toBe(3);
    expect(first.client.send("late")).toBe("closed");
  });

  for (const code of SENT_CODES) {
    test(`closes with ${code} from the server`, async ({ client, server }) => {
      server.close(code, "why");
      expect(await client.closed).toMatchObject({ code, reason: "why", wasClean: true });
      expect(await server.closed).toMatchObject({ code, wasClean: true });
    });
  }

  test("reports 1005 for a Close frame without a code", async ({ client, server }) => {
    client.close();
    expect(await server.closed).toMatchObject({ code: 1005, reason: "", wasClean: true });
    expect(await client.closed).toMatchObject({ code: 1005, wasClean: true });
  });

  test("is clean when both ends close at once", async ({ client, server }) => {
    client.close(1000, "client");
    server.close(1001, "server");
    expect(await client.closed).toMatchObject({ code: 1001, wasClean: true });
    expect(await server.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  test("delivers all messages before the Close frame that follows them", async ({
    client,
    server,
  }) => {
    for (let i = 0; i < 100; i++) client.send(bytesOf(10_000));
    client.close(1000);
    let count = 0;
    for await (const message of server) count += message.length / 10_000;
    expect(count).toBe(100);
    expect(await server.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  test("reports 1006, once, when the other end breaks off", async ({ client, server }) => {
    const close = vi.fn<() => void>();
    client.on("close", close);
    server.terminate();
    expect(await client.closed).toMatchObject({ code: 1006, wasClean: false });
    expect(await server.closed).toMatchObject({ code: 1006, wasClean: false });
    expect(close).toHaveBeenCalledTimes(1);
  });

  test(
    "agrees on a subprotocol",
    async ({ client, server }) => {
      expect(client.subprotocol).toBe("chat");
      expect(server.subprotocol).toBe("chat");
    },
    { subprotocols: ["chat"] },
  );
}

/** Text of `length` characters that compresses somewhat. */
function textOf(length: number): string {
  return "plainsocket ".repeat(Math.ceil(length / 12)).slice(0, length);
}

function bytesOf(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 2_654_435_761) >>> 24;
  return bytes;
}
