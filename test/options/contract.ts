/** What the options of a contract, of its ends, its formats and its requests do. */
import {
  bareFormat,
  type Batch,
  contractCounters,
  type ContractOptions,
  defineContract,
  ErrorReply,
  jsonCodec,
  nothing,
  type PeerOptions,
  type RequestOptions,
} from "../../src/contract/index.js";
import { FakeClock } from "../support/clock.js";
import { FakeConnection, type FakeSocket, settled } from "../support/contract-pair.js";
import { alone, pair } from "../support/contract-peers.js";
import { row, type Table } from "./row.js";

const isText = (value: unknown): value is string => typeof value === "string";

const SAY = { say: isText };

/** What an end of a contract of these options sends for a message. */
function answerTo(options: object, message: unknown): unknown[] {
  const connection = new FakeConnection();
  defineContract({ fromClient: SAY, ...options }).serve(connection, {
    handlers: { say: () => {} },
  });
  connection.receive(message);
  return connection.takeSent();
}

/** The code of the error reply to a message; `undefined`: it was handled. */
function codeOf(options: object, message: unknown): unknown {
  const [reply] = answerTo(options, message);
  const isReply = typeof reply === "object" && reply !== null && "error" in reply;
  return isReply ? Reflect.get(Object(reply.error), "code") : undefined;
}

/** With the message around it, 80 levels: more than the default. */
const NESTED = "[".repeat(79) + "]".repeat(79);

const said = JSON.stringify({ type: "say", data: "a" });
const reversed = (text: string): string => Array.from(text).reverse().join("");
const backwards = {
  ...jsonCodec,
  parse: (message: string | Uint8Array): unknown => jsonCodec.parse(reversed(String(message))),
};

export const CONTRACT: Table<ContractOptions<{}, {}>> = {
  fromClient: row(
    ["say", "shout"],
    (name) => {
      const connection = new FakeConnection();
      const counters = contractCounters();
      defineContract({ fromClient: { [name]: isText } }).serve(connection, { counters });
      connection.receive(said);
      return counters.unknownType;
    },
    [0, 1],
  ),
  fromServer: row(
    [{ one: nothing }, { two: nothing }],
    (fromServer) => {
      const peer = defineContract({ fromServer }).serve(new FakeConnection());
      const send: (type: "one") => unknown = peer.send.bind(peer);
      try {
        return send("one");
      } catch (error) {
        return error instanceof TypeError && "TypeError";
      }
    },
    ["sent", "TypeError"],
  ),
  format: row(
    [undefined, bareFormat({ typeField: "kind", dataField: "data" })],
    (format) => codeOf(format ? { format } : {}, JSON.stringify({ kind: "say", data: "a" })),
    ["INVALID_MESSAGE", undefined],
  ),
  codec: row([jsonCodec, backwards], (codec) => answerTo({ codec }, reversed(said)).length, [1, 0]),
  batch: row([false, true], (batch) => codeOf({ batch }, `[${said},${said}]`), [
    "INVALID_MESSAGE",
    undefined,
  ]),
  maxDepth: row(
    [79, 80],
    (maxDepth) =>
      codeOf({ maxDepth, fromClient: { say: () => true } }, `{"type":"say","data":${NESTED}}`),
    ["INVALID_MESSAGE", undefined],
  ),
};

const batches = (batch: Batch) => defineContract({ fromClient: SAY, fromServer: SAY, batch });

export const BATCHES: Table<Batch> = {
  join: row(
    ["+", "-"],
    (sign) => batches({ join: (messages) => messages.join(sign) }).join(["a", "b"]),
    ["a+b", "a-b"],
  ),
  split: row(
    [undefined, (value: unknown) => (Array.isArray(value) ? undefined : [value])],
    (split) => codeOf({ batch: split ? { split } : {} }, `[${said}]`),
    [undefined, "INVALID_MESSAGE"],
  ),
  maxMessages: row(
    [1, 2],
    (maxMessages) => codeOf({ batch: { maxMessages } }, `[${said},${said}]`),
    ["INVALID_MESSAGE", undefined],
  ),
};

const serve = (options: Parameters<typeof pair>[0]) => pair(options);
const note = (data: unknown): object => ({ type: "note", data });

/** What `act` has a hook told, whose name is that of the value. */
async function toldBy(
  act: (tell: (...values: unknown[]) => void) => unknown,
): Promise<unknown[][]> {
  const told: unknown[][] = [];
  await act((...values) => void told.push(values));
  await settled();
  return told;
}

const hooks = {
  onHandlerError: row(
    ["one", "another"],
    (name) =>
      toldBy((tell) => {
        const note_ = (): never => {
          throw new Error("a fault");
        };
        const { connection } = serve({
          handlers: { note: note_ },
          onHandlerError: () => tell(name),
        });
        connection.receiveJson(note("a"));
      }),
    [[["one"]], [["another"]]],
  ),
  onRefused: row(
    ["one", "another"],
    (name) =>
      toldBy((tell) => {
        const onRefused = ({ code }: { code: string }): void => tell(name, code);
        const { connection } = serve({ onRefused, handlers: { note: () => {} } });
        connection.receiveJson(note(7));
      }),
    [[["one", "INVALID_MESSAGE"]], [["another", "INVALID_MESSAGE"]]],
  ),
  onErrorReply: row(
    ["one", "another"],
    (name) =>
      toldBy((tell) => {
        const { socket } = alone({ onErrorReply: ({ code }) => tell(name, code) });
        socket.receiveJson({ error: { code: "A", message: "B" } });
      }),
    [[["one", "A"]], [["another", "A"]]],
  ),
  onSession: row(
    ["one", "another"],
    (name) =>
      toldBy((tell) => {
        const { socket } = alone({ onSession: ({ kind }) => tell(name, kind) });
        socket.receiveJson({ ack: 3 });
      }),
    [[["one", "ack"]], [["another", "ack"]]],
  ),
};

/** How a request ends whose reply does not come, after 40 s. */
async function requested(
  options: Parameters<typeof alone>[0],
  request: RequestOptions = {},
  clock: FakeClock = new FakeClock(),
): Promise<unknown> {
  const { client } = alone({ clock, ...options });
  let outcome: unknown;
  client.request("double", 1, request).catch((error: unknown) => {
    outcome = Reflect.get(Object(error), "code") ?? String(error);
  });
  clock.advance(40_000);
  await settled();
  return outcome;
}

const PATIENT = { requestTimeoutMs: Infinity };

const requests = {
  requestTimeoutMs: row([10_000, 60_000], (requestTimeoutMs) => requested({ requestTimeoutMs }), [
    "TIMEOUT",
    undefined,
  ]),
  maxPendingRequests: row(
    [0, 1],
    (maxPendingRequests) => requested({ ...PATIENT, maxPendingRequests }),
    ["TOO_MANY_PENDING", undefined],
  ),
  clock: row(
    [true, false],
    (isMoved) =>
      requested({ requestTimeoutMs: 10_000, clock: isMoved ? MOVED : new FakeClock() }, {}, MOVED),
    ["TIMEOUT", undefined],
  ),
};
const MOVED = new FakeClock();

const handling = {
  handlers: row(
    ["one", "two"],
    (answer) =>
      toldBy((tell) => {
        const { connection } = serve({ handlers: { note: (text) => tell(answer, text) } });
        connection.receiveJson(note("a"));
      }),
    [[["one", "a"]], [["two", "a"]]],
  ),
  authorize: row(
    [() => true, () => false],
    (authorize) =>
      toldBy((tell) => {
        const { connection } = serve({ authorize, handlers: { note: () => tell("handled") } });
        connection.receiveJson(note("a"));
      }),
    [[["handled"]], []],
  ),
  concurrency: row(
    [1, 2],
    (concurrency) =>
      toldBy((tell) => {
        const handle = (text: string): Promise<void> => {
          tell(text);
          return new Promise(() => {});
        };
        const { connection } = serve({ concurrency, handlers: { note: handle } });
        for (const text of ["a", "b", "c"]) connection.receiveJson(note(text));
      }),
    [[["a"]], [["a"], ["b"]]],
  ),
  maxQueuedBytes: row(
    [100, 10_000],
    (maxQueuedBytes) => {
      const handlers = { note: (): Promise<void> => new Promise(() => {}) };
      const { connection } = serve({ maxQueuedBytes, handlers });
      connection.receiveJson(note("a"));
      const answers = [1, 2].map(() => connection.receiveJson(note("b")));
      return answers.some((answer) => answer instanceof Promise);
    },
    [true, false],
  ),
  counters: row(
    [true, false],
    (isGiven) => {
      const counters = contractCounters();
      const { connection } = serve(isGiven ? { counters } : {});
      connection.receiveJson(note("a"));
      return counters.received;
    },
    [1, 0],
  ),
};

export const PEER: Table<PeerOptions<{}, {}, FakeSocket>> = { ...hooks, ...requests, ...handling };

export const REQUEST: Table<RequestOptions> = {
  timeoutMs: row([10_000, 60_000], (timeoutMs) => requested({}, { timeoutMs }), [
    "TIMEOUT",
    undefined,
  ]),
  signal: row(
    [AbortSignal.abort(new ErrorReply("ENOUGH")), new AbortController().signal],
    (signal) => requested(PATIENT, { signal }),
    ["ENOUGH", undefined],
  ),
};
