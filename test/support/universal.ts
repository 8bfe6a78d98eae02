/**
 * What must be true behind each test of a fault, whatever the fault: nothing ended the process, each
 * connection has closed once and then been silent, each send has told what became of it, and nothing
 * is open, set or at work any more.
 */
import { createRequire, syncBuiltinESMExports } from "node:module";
import { expect, test as base } from "vitest";
import type { WebSocketConnection } from "../../src/node/index.js";
import { ReadyState } from "../../src/protocol/index.js";
import { FakeClock } from "./clock.js";
import { Observer } from "./diagnostics.js";
import { eventually, type PeerOptions, RawPeer, settle } from "./raw-peer.js";
import { retainedBytes } from "./retained-bytes.js";
import { type ServerUnderTest, startServer, type WayIn } from "./server-under-test.js";
import type { ServerOptions } from "../../src/node/index.js";
import { type StubOptions, StubServer } from "./stub-server.js";
import { type Reading, Witness } from "./witness.js";

/** Set for `npm run test:long`: rows have the figures of the catalogue then, and small ones otherwise. */
export const IS_LONG: boolean = process.env["FC_NUM_RUNS"] !== undefined;

/** `few` of something in `npm test`, `many` in the long run. */
export function sample(few: number, many: number): number {
  return IS_LONG ? many : few;
}

/** Where messages come in, and how the application takes them. */
export interface Surface {
  readonly name: string;
  readonly role: "server" | "client";
  readonly reading: Reading;
}

/** Both ends, each with a listener and with the loop of the stream interface. */
export const SURFACES: readonly Surface[] = [
  { name: "a server's listener", role: "server", reading: "listener" },
  { name: "a server's loop", role: "server", reading: "loop" },
  { name: "a client's listener", role: "client", reading: "listener" },
  { name: "a client's loop", role: "client", reading: "loop" },
];

/** The server's and the client's, each with a listener: where it does not matter who takes messages. */
export const ENDS: readonly Surface[] = SURFACES.filter(({ reading }) => reading === "listener");

/** Bytes in use. Collecting takes long, so in `npm test` only ends with listeners are asked; others hold 0. */
export function heldBytes({ reading }: Pick<Surface, "reading">): number {
  return reading === "listener" || IS_LONG ? retainedBytes() : 0;
}

/** Each of `rows` with each of `others` in front: a test for each. */
export function crossed<Other, Row extends readonly unknown[]>(
  others: readonly Other[],
  rows: readonly Row[],
): readonly (readonly [Other, ...Row])[] {
  const all: (readonly [Other, ...Row])[] = [];
  for (const other of others) for (const row of rows) all.push([other, ...row]);
  return all;
}

/** A test of a fault. Its `world` makes ends, and looks at all of them when the test is over. */
export const test = base.extend<{ world: World }>({
  world: [
    // oxlint-disable-next-line no-empty-pattern -- the test runner reads the pattern
    async ({}, use) => {
      const world = new World();
      try {
        await use(world);
      } finally {
        await world.end();
      }
    },
    { auto: true },
  ],
});

interface Served extends AsyncDisposable {
  readonly server: { readonly connections: { readonly size: number } };
}

export class World {
  /** Of all that is made here. It moves when told. */
  readonly clock: FakeClock = new FakeClock();
  readonly witnesses: Witness[] = [];
  readonly #servers: Served[] = [];
  readonly #ends: (() => unknown)[] = [];
  readonly #uncaught: unknown[] = [];
  readonly #before: ReadonlyMap<string, number> = activeResources();
  readonly #prototype: readonly string[] = Object.getOwnPropertyNames(Object.prototype);
  readonly #observer = new Observer([
    "plainsocket:connection:opened",
    "plainsocket:connection:closed",
  ]);
  readonly #zlib = new ZlibJobs();
  readonly #note = (error: unknown): void => void this.#uncaught.push(error);

  constructor() {
    process.on("uncaughtException", this.#note).on("unhandledRejection", this.#note);
  }

  /** zlib's jobs that are at work in other threads. */
  get zlibJobs(): number {
    return this.#zlib.running;
  }

  /** Notes what `connection` tells, and holds it to the rules of all tests. */
  watch(connection: WebSocketConnection, reading: Reading = "nobody"): Witness {
    const witness = new Witness(connection, reading);
    this.witnesses.push(witness);
    return witness;
  }

  /** Lets go of a connection that is over: of long tests, that make many. */
  forget(witness: Witness): void {
    expect(witness.faults).toEqual([]);
    this.witnesses.splice(this.witnesses.indexOf(witness), 1);
    this.#ends.length = 0;
  }

  /** One end of ours in memory; the other is the test. */
  peer(
    { role, reading }: Pick<Surface, "role" | "reading">,
    options: PeerOptions = {},
    isReading = true,
  ): { peer: RawPeer; seen: Witness } {
    const peer = new RawPeer({ role, clock: this.clock, ...options }, isReading);
    this.defer(() => peer.socket.destroy());
    return { peer, seen: this.watch(peer.connection, reading) };
  }

  /**
   * What becomes of an end that has got `bytes`, when its peer then ends the transport: the events, the
   * code of its Close frame and of its error.
   */
  async outcome(
    surface: Pick<Surface, "role" | "reading">,
    bytes: (peer: RawPeer) => Uint8Array,
    options: PeerOptions = {},
  ): Promise<{ log: readonly string[]; code: number | undefined; error: unknown }> {
    const { peer, seen } = this.peer(surface, options);
    peer.sendBytes(bytes(peer));
    peer.socket.end();
    await eventually(() => seen.closes.length === 1);
    return { log: seen.log, code: seen.info.sent?.code, error: seen.info.error?.code };
  }

  /** A server of ours. It ends with the test, and its connections are watched. */
  async serve<Data = undefined>(
    options: ServerOptions<Data> = {},
    wayIn: WayIn = "own listener",
    reading: Reading = "nobody",
  ): Promise<ServerUnderTest<Data>> {
    const under = await startServer<Data>({ clock: this.clock, ...options }, wayIn);
    this.#servers.push(under);
    under.server.on("connection", (connection) => void this.watch(connection, reading));
    return under;
  }

  /** A server that does as it is told. It ends with the test. */
  async stub(options: StubOptions = {}): Promise<StubServer> {
    const server = await StubServer.start(options);
    this.defer(() => server[Symbol.asyncDispose]());
    return server;
  }

  /** Calls `end` when the test is over, before servers end; the last one first. */
  defer(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** As `using`, to the end of the test. */
  use<T extends Disposable>(resource: T): T {
    this.defer(() => resource[Symbol.dispose]());
    return resource;
  }

  /** Waits until nothing is at work: no turn of the event loop is asked for, and no job of zlib runs. */
  async idle(): Promise<void> {
    await settle();
    await eventually(() => this.zlibJobs === 0);
    const immediates = (): number => activeResources().get("Immediate") ?? 0;
    await eventually(() => immediates() <= (this.#before.get("Immediate") ?? 0));
  }

  /** Ends all that the test has left, and looks whether all is as it must be. */
  async end(): Promise<void> {
    const leftOver = await this.#endAll();
    process.off("uncaughtException", this.#note).off("unhandledRejection", this.#note);
    this.#observer[Symbol.dispose]();
    this.#zlib[Symbol.dispose]();
    expect({
      uncaught: this.#uncaught,
      connections: this.witnesses.flatMap(({ faults }) => faults),
      neverClosed: this.#neverClosed(),
      heldByServers: this.#servers.map(({ server }) => server.connections.size),
      timers: this.clock.timers,
      leftOver,
      prototype: Object.getOwnPropertyNames(Object.prototype),
    }).toEqual({
      uncaught: [],
      connections: [],
      neverClosed: [],
      heldByServers: this.#servers.map(() => 0),
      timers: 0,
      leftOver: [],
      prototype: this.#prototype,
    });
  }

  /** The numbers of connections that opened and did not close. What a test before has left may close meanwhile. */
  #neverClosed(): readonly (number | undefined)[] {
    const closed = new Set(numbersOf(this.#observer.on("connection:closed")));
    return numbersOf(this.#observer.on("connection:opened")).filter((one) => !closed.has(one));
  }

  /** @returns What is still there, by the names that Node gives to resources. */
  async #endAll(): Promise<readonly string[]> {
    for (const end of this.#ends.toReversed()) await end();
    for (const { connection } of this.witnesses) {
      if (connection.readyState !== ReadyState.CLOSED) connection.terminate();
      connection.resume();
    }
    for (const under of this.#servers) {
      const ended = under[Symbol.asyncDispose]();
      this.clock.advance(1); // the deadline of 0 ms
      await ended;
    }
    await this.idle();
    const left = (): string[] =>
      [...activeResources()]
        .filter(([kind, count]) => count > (this.#before.get(kind) ?? 0))
        .map(([kind, count]) => `${count - (this.#before.get(kind) ?? 0)} ${kind}`);
    await eventually(() => left().length === 0).catch(() => {}); // then it is said what is left
    return left();
  }
}

function numbersOf(messages: readonly unknown[]): (number | undefined)[] {
  return messages.map((message) => {
    const isNumbered = typeof message === "object" && message !== null && "connection" in message;
    return isNumbered ? Number(message.connection) : undefined;
  });
}

/** How many sockets, timers, requests and the like keep this process busy. */
function activeResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

type Job = (bytes: unknown, options: object, done: (...outcome: unknown[]) => void) => void;

const ZLIB: Record<"deflateRaw" | "inflateRaw", Job> = createRequire(import.meta.url)("node:zlib");

/** Counts zlib's jobs in other threads: each has a handle from its start to its end. */
class ZlibJobs implements Disposable {
  running = 0;
  readonly #real: typeof ZLIB = { deflateRaw: ZLIB.deflateRaw, inflateRaw: ZLIB.inflateRaw };

  constructor() {
    ZLIB.deflateRaw = this.#counted(this.#real.deflateRaw);
    ZLIB.inflateRaw = this.#counted(this.#real.inflateRaw);
    syncBuiltinESMExports();
  }

  [Symbol.dispose](): void {
    Object.assign(ZLIB, this.#real);
    syncBuiltinESMExports();
  }

  #counted(real: Job): Job {
    return (bytes, options, done) => {
      this.running++;
      real(bytes, options, (...outcome) => {
        this.running--;
        done(...outcome);
      });
    };
  }
}
