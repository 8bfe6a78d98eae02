/** What the options of a server do, besides those of a connection, on every way in that has them. */
import { createServer } from "node:http";
import { type ServerOptions, type ServerRequest, WebSocketServer } from "../../src/index.js";
import { FakeClock } from "../support/clock.js";
import {
  answerTo,
  fieldOf,
  portOf,
  RawClient,
  type RequestFields,
  statusOf,
  upgradeRequest,
} from "../support/raw-client.js";
import { eventually } from "../support/raw-peer.js";
import { ALL_WAYS_IN, startServer, type WayIn } from "../support/server-under-test.js";
import { listen } from "../support/wire-transport.js";
import { connectionRows } from "./connection.js";
import { OF_SERVER, SERVER_TCP } from "./ends.js";
import { LISTENER } from "./listener.js";
import { type Check, row, rowOn, type Table } from "./row.js";

const WAYS: Readonly<Record<string, WayIn>> = Object.fromEntries(
  ALL_WAYS_IN.map((way) => [way, way]),
);

const onWays = <Value>(
  values: readonly Value[],
  observe: (way: WayIn, value: Value) => unknown,
  expected: readonly unknown[],
): readonly Check[] => rowOn(WAYS, values, observe, expected);

/** The status that an opening handshake gets. */
async function statusWith(
  options: ServerOptions<unknown>,
  way: WayIn,
  fields: RequestFields = {},
): Promise<number> {
  await using under = await startServer(options, way);
  return await statusOf(under, upgradeRequest("/", fields));
}

/** One field of the answer to an opening handshake. */
async function fieldWith(
  options: ServerOptions<unknown>,
  way: WayIn,
  name: string,
  fields: RequestFields = {},
): Promise<string | undefined> {
  await using under = await startServer(options, way);
  return fieldOf(await answerTo(under, upgradeRequest("/", fields)), name);
}

function requestRows() {
  return {
    server: row(
      [true, false],
      async (isGiven) => {
        const http = createServer((_request, response) => {
          response.writeHead(404, { connection: "close" }).end();
        });
        await listen(http);
        await using _server = new WebSocketServer(isGiven ? { server: http } : {});
        const status = await statusOf({ port: portOf(http) }, upgradeRequest());
        http.closeAllConnections();
        http.close();
        return status;
      },
      [101, 404],
    ),
    path: onWays(["/", "/chat"], (way, path) => statusWith({ path }, way), [101, 404]),
    route: onWays([true, false], (way, is) => statusWith({ route: () => is }, way), [101, 404]),
    trustedProxies: onWays(
      [undefined, ["127.0.0.1"]],
      async (way, trustedProxies) => {
        let address: string | undefined;
        const authenticate = ({ remoteAddress }: ServerRequest): true => {
          address = remoteAddress;
          return true;
        };
        const forwarded = { "x-forwarded-for": "203.0.113.9" };
        await statusWith({ trustedProxies, authenticate }, way, forwarded);
        return address;
      },
      ["127.0.0.1", "203.0.113.9"],
    ),
    origins: onWays(
      [undefined, ["https://a.example"], "*"] as const,
      (way, origins) => statusWith({ origins }, way, { origin: "https://a.example" }),
      [403, 101, 101],
    ),
    allowedHosts: onWays(
      [undefined, ["app.example"], ["localhost"]],
      (way, allowedHosts) => statusWith({ allowedHosts }, way, { host: "localhost:8080" }),
      [101, 421, 101],
    ),
    authenticate: onWays(
      ["ada", false] as const,
      async (way, verdict) => {
        await using under = await startServer<string>({ authenticate: () => verdict }, way);
        const data: unknown[] = [];
        under.server.on("connection", (one) => void data.push(one.data));
        return [await statusOf(under, upgradeRequest()), data];
      },
      [
        [101, ["ada"]],
        [401, []],
      ],
    ),
  };
}

function answerRows() {
  const offer = { "sec-websocket-protocol": "a, b" };
  const PICKED = "sec-websocket-protocol";
  return {
    subprotocols: onWays(
      [["a"], ["b"]],
      (way, subprotocols) => fieldWith({ subprotocols }, way, PICKED, offer),
      ["a", "b"],
    ),
    selectSubprotocol: onWays(
      [0, 1],
      (way, i) => fieldWith({ selectSubprotocol: (offered) => offered[i] }, way, PICKED, offer),
      ["a", "b"],
    ),
    responseHeaders: onWays(
      [{ "X-Name": "one" }, () => ({ "X-Name": "two" })],
      (way, responseHeaders) => fieldWith({ responseHeaders }, way, "x-name"),
      ["one", "two"],
    ),
    onRequest: row(
      [true, false],
      async (isGiven) => {
        const onRequest: ServerOptions["onRequest"] = (_request, respond) =>
          respond({ httpStatus: 200 });
        await using under = await startServer(isGiven ? { onRequest } : {});
        return await statusOf(under, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      },
      [200, 426],
    ),
  };
}

/** Those in which we read the head ourselves. */
const OWN_HEADS = { "own listener": "own listener", accept: "accept" } as const;

const LONG = { "x-long": "x".repeat(1_000) };

/** More lines than the default allows. */
const MANY = Array.from({ length: 150 }, String);

function limitRows() {
  return {
    maxConnections: onWays(
      [0, 1],
      (way, maxConnections) => statusWith({ maxConnections }, way),
      [503, 101],
    ),
    whenFull: onWays(
      ["refuse", "acceptThenClose"] as const,
      async (way, whenFull) => {
        await using under = await startServer({ maxConnections: 1, whenFull }, way);
        using first = await RawClient.send(under, upgradeRequest());
        await first.head();
        return await statusOf(under, upgradeRequest());
      },
      [503, 101],
    ),
    handshakeTimeoutMs: onWays(
      [5_000, 20_000],
      async (way, handshakeTimeoutMs) => {
        const clock = new FakeClock();
        let admit: ((verdict: true) => void) | undefined;
        const authenticate = (): Promise<true> => new Promise((resolve) => (admit = resolve));
        const options = { handshakeTimeoutMs, clock, authenticate };
        await using under = await startServer<true>(options, way);
        using client = await RawClient.send(under, upgradeRequest());
        await eventually(() => admit !== undefined);
        clock.advance(15_000);
        admit?.(true);
        return (await client.answer()).httpStatus;
      },
      [408, 101],
    ),
    maxHeaderBytes: [
      ...onWays(
        [500, 5_000],
        (way, maxHeaderBytes) => statusWith({ maxHeaderBytes }, way, LONG),
        [431, 101],
      ),
      // An http server refuses by itself what is over its own maxHeaderSize.
      ...rowOn(
        OWN_HEADS,
        [undefined, 40_000],
        (way, maxHeaderBytes) =>
          statusWith({ maxHeaderBytes }, way, { "x-long": "x".repeat(20_000) }),
        [431, 101],
      ),
    ],
    maxHeaderCount: onWays(
      [100, 200],
      (way, maxHeaderCount) => statusWith({ maxHeaderCount }, way, { "x-many": MANY }),
      [431, 101],
    ),
  };
}

/** All of a server's options. */
export const SERVER: Table<ServerOptions> = {
  ...connectionRows(OF_SERVER, SERVER_TCP),
  ...LISTENER,
  ...requestRows(),
  ...answerRows(),
  ...limitRows(),
};
