// Opening handshakes in which the application has its say: hooks that fail, are late, or answer what cannot be sent.
import { createServer } from "node:http";
import { expect } from "vitest";
import {
  reject,
  type ServerRequest,
  type ServerOptions,
  WebSocket,
  WebSocketServer,
  connect,
} from "../../src/node/index.js";
import { RawClient, statusOf, upgradeRequest } from "../support/raw-client.js";
import { eventually, settle } from "../support/raw-peer.js";
import { WAYS_IN } from "../support/server-under-test.js";
import { memoryPeer } from "../support/stub-server.js";
import { crossed, test } from "../support/universal.js";
import { valuesOf } from "../support/wire-handshake.js";
import { frame, TEXT } from "../support/wire-frame.js";
import { listen } from "../support/wire-transport.js";

const BREAKS = ["\r", "\n", "\r\nX-Injected: 1", "\0", "\u2028"];

/** A letter of field values in HTTP (RFC 9110 §5.5: obs-text), and nothing elsewhere: "Å" as UTF-8 has this byte. */
const NEXT_LINE = "\u0085";

type Place = readonly [
  string,
  readonly string[],
  (bad: string) => { subprotocols?: string[]; headers?: Record<string, string>; origin?: string },
];

const PLACES: readonly Place[] = [
  ["a subprotocol", [...BREAKS, NEXT_LINE], (bad) => ({ subprotocols: [`a${bad}b`] })],
  ["the name of a header", [...BREAKS, NEXT_LINE], (bad) => ({ headers: { [`X${bad}`]: "a" } })],
  ["the value of a header", BREAKS, (bad) => ({ headers: { "X-A": `a${bad}b` } })],
  ["origin", BREAKS, (bad) => ({ origin: `http://a${bad}b` })],
];

test.for(PLACES)(
  "line breaks and their like in %s are refused before anything is opened [A21]",
  async ([, breaks, place]) => {
    for (const bad of breaks) {
      let calls = 0;
      const createConnection = (): never => {
        calls++;
        throw new Error("opened");
      };
      const { subprotocols = [], ...options } = place(bad);
      const opening = connect("ws://h/", { subprotocols, ...options, createConnection });
      const error: unknown = await opening.catch((reason: unknown) => reason);
      expect([TypeError, SyntaxError], JSON.stringify(bad)).toContain(Object(error).constructor);
      const init = { protocols: subprotocols, ...options, createConnection };
      expect(() => new WebSocket("ws://h/", init)).toThrow();
      expect(calls).toBe(0);
    }
  },
);

test("U+0085 in the value of a header is one byte of it [A21]", async ({ world }) => {
  const { peer, createConnection } = memoryPeer();
  const headers = { "X-A": `a${NEXT_LINE}X-Injected: 1` };
  const opening = connect("ws://h/", { headers, createConnection, clock: world.clock });
  const head = await peer.accept();
  world.watch(await opening).connection.terminate();
  expect(valuesOf(head, "x-a")).toEqual(["a\x85X-Injected: 1"]);
  expect(valuesOf(head, "x-injected")).toEqual([]);
});

test.for([
  ["the path", (bad: string) => `ws://h/a${bad}b`],
  ["the query", (bad: string) => `ws://h/?a${bad}b`],
  ["user information", (bad: string) => `ws://us${bad}er:pa${bad}ss@h/`],
] as const)(
  "line breaks and their like in %s are encoded, left out or refused [A21]",
  async ([, place], { world }) => {
    for (const bad of [...BREAKS, NEXT_LINE]) {
      const { peer, createConnection } = memoryPeer();
      let isOpened = false;
      const open = (): ReturnType<typeof createConnection> => {
        isOpened = true;
        return createConnection();
      };
      const opening = connect(place(bad), { createConnection: open, clock: world.clock });
      const failed = opening.catch((error: unknown) => error);
      await settle();
      if (!isOpened) {
        expect(await failed).toBeInstanceOf(SyntaxError);
        continue;
      }
      const head = await peer.accept();
      world.watch(await opening).connection.terminate();
      expect(head.startLine).toMatch(/^GET [!-~]* HTTP\/1\.1$/);
      expect(valuesOf(head, "x-injected")).toEqual([]);
      expect(head.rest).toHaveLength(0);
    }
  },
);

type Hooks = Pick<ServerOptions<unknown>, "authenticate" | "responseHeaders" | "selectSubprotocol">;

const HOOKS: readonly [string, (bad: string) => Hooks][] = [
  ["the value of a response header", (bad) => ({ responseHeaders: () => ({ "X-A": `a${bad}` }) })],
  ["the name of a response header", (bad) => ({ responseHeaders: () => ({ [`X${bad}`]: "a" }) })],
  ["a subprotocol that a hook picks", (bad) => ({ selectSubprotocol: () => `a${bad}` })],
  [
    "a header of a rejection",
    (bad) => ({ authenticate: () => reject(401, { headers: { "X-A": bad } }) }),
  ],
  [
    "the target of a redirect",
    (bad) => ({ authenticate: () => reject(302, { headers: { Location: `/${bad}` } }) }),
  ],
];

test.for(crossed(WAYS_IN, HOOKS))(
  "by way of an %s, line breaks and their like in %s get 500 and are told of [A22]",
  async ([wayIn, , hooks], { world }) => {
    for (const [i, bad] of BREAKS.entries()) {
      const under = await world.serve<unknown>(hooks(bad), wayIn);
      const request = upgradeRequest("/", { "sec-websocket-protocol": "a, b" });
      const client = world.use(await RawClient.send(under, request));
      const { httpStatus, head } = await client.answer();
      expect(httpStatus, `${i}`).toBe(500);
      expect(head.fields.map(([name]) => name)).not.toContain("x-injected");
      expect(under.errors).toHaveLength(1);
    }
  },
);

// oxfmt-ignore
const ORIGINS: readonly [string | undefined, number][] = [
  [undefined, 101], ["https://good.example", 101], ["https://GOOD.example:443", 101],
  ["null", 403], ["https://evil.example", 403], ["https://good.example.evil.example", 403],
  ["https://127.0.0.1", 403], ["https://good.example:8443", 403], ["http://good.example", 403],
];

test.for(WAYS_IN)(
  "by way of an %s, a list of origins decides before any hook is asked [A24]",
  async (wayIn, { world }) => {
    let asked = 0;
    const count = (): true => (asked++, true);
    const under = await world.serve<true>(
      { origins: ["https://good.example"], authenticate: count },
      wayIn,
    );
    for (const [origin, status] of ORIGINS) {
      asked = 0;
      expect(await statusOf(under, upgradeRequest("/", { origin })), origin).toBe(status);
      expect(asked).toBe(status === 101 ? 1 : 0);
    }
  },
);

test.for(crossed(WAYS_IN, [["ends"], ["resets"]] as const))(
  "by way of an %s, a client that %s while authenticate works gets no 101 [A25]",
  async ([wayIn, how], { world }) => {
    let admit = (): void => {};
    const verdict = new Promise<true>((resolve) => (admit = () => resolve(true)));
    let isAborted = (): boolean => false;
    const authenticate = ({ signal }: ServerRequest): Promise<true> => {
      isAborted = () => signal.aborted;
      return verdict;
    };
    const under = await world.serve<true>({ authenticate }, wayIn);
    const client = world.use(await RawClient.send(under, upgradeRequest()));
    for (let i = 0; i < 100; i++) client.sendFrames(frame(TEXT, "x".repeat(100)));
    await settle();
    if (how === "ends") client.socket.end();
    else client.socket.resetAndDestroy();
    await eventually(() => isAborted());
    admit();
    await settle();
    expect(client.received).toHaveLength(0);
    expect(world.witnesses).toEqual([]);
  },
);

test.for(WAYS_IN)(
  "by way of an %s, a client that sends on while authenticate works has to wait past maxQueuedBytes [A25]",
  async (wayIn, { world }) => {
    const authenticate = (): Promise<true> => new Promise(() => {});
    const under = await world.serve<true>({ maxQueuedBytes: 1_000, authenticate }, wayIn);
    const client = world.use(await RawClient.send(under, upgradeRequest()));
    const piece = new Uint8Array(1_048_576);
    for (let i = 0; i < 64; i++) client.send(piece);
    for (let i = 0; i < 100; i++) await settle();
    expect(client.socket.writableLength).toBeGreaterThan(32 * piece.length); // the rest is with the system
  },
);

test.for(WAYS_IN)(
  "by way of an %s, a hook that throws, rejects or never settles gets 500, 500 and 408, told of once [A26]",
  async (wayIn, { world }) => {
    const error = new Error("hook");
    const fail = (): never => {
      throw error;
    };
    const rows: readonly [() => Promise<true>, number, unknown[]][] = [
      [fail, 500, [error]],
      [async () => fail(), 500, [error]],
      [() => new Promise(() => {}), 408, []],
    ];
    for (const [authenticate, status, errors] of rows) {
      let asked = 0;
      const under = await world.serve<true>(
        { authenticate: () => (asked++, authenticate()) },
        wayIn,
      );
      const client = world.use(await RawClient.send(under, upgradeRequest()));
      await eventually(() => asked === 1);
      await settle();
      world.clock.advance(10_000);
      expect((await client.answer()).httpStatus).toBe(status);
      expect(under.errors).toEqual(errors);
    }
  },
);

test("a second handleUpgrade with one socket throws, and the first connection goes on [A27]", async ({
  world,
}) => {
  const http = createServer();
  const server = new WebSocketServer({ clock: world.clock });
  const thrown: unknown[] = [];
  http.on("upgrade", (request, socket, head) => {
    server.handleUpgrade(request, socket, head);
    try {
      server.handleUpgrade(request, socket, head);
    } catch (error) {
      thrown.push(error);
    }
  });
  server.on("connection", (connection) => void world.watch(connection, "listener"));
  const port = await listen(http);
  world.defer(() => http.close());
  const client = world.use(await RawClient.send({ port }, upgradeRequest()));
  await client.head();
  client.sendFrames(frame(TEXT, "1"));
  await eventually(() => world.witnesses[0]?.log.length === 1);
  expect(thrown).toEqual([
    expect.objectContaining({ message: expect.stringContaining("handed over before") }),
  ]);
});

test.for(WAYS_IN)(
  "by way of an %s, a subprotocol that nobody offered is the hook's fault: 500 [A37]",
  async (wayIn, { world }) => {
    const under = await world.serve({ selectSubprotocol: () => "other" }, wayIn);
    const request = upgradeRequest("/", { "sec-websocket-protocol": "chat" });
    expect(await statusOf(under, request)).toBe(500);
    expect(under.errors).toHaveLength(1);
  },
);
