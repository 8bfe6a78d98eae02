/** What the options of the opening handshake without I/O do. */
import {
  type Acceptance,
  acceptDeflateOffer,
  buildAcceptance,
  buildRequest,
  buildResponse,
  type ClientRequest,
  type Expectations,
  Fields,
  HandshakeError,
  type HeadLimits,
  type HttpResponse,
  judgeRequest,
  judgeResponse,
  deflateOffers,
  parseExtensions,
  parseUri,
  type PerMessageDeflateConfig,
  RequestHeadReader,
  ResponseHeadReader,
  serializeExtensions,
} from "../../src/protocol/index.js";
import { upgradeRequest } from "../support/raw-client.js";
import { parseHead, SAMPLE_KEY, valuesOf } from "../support/wire-handshake.js";
import { row, rowOn, type Table } from "./row.js";

const NAME = "permessage-deflate";

function codeOf(act: () => unknown): unknown {
  try {
    act();
    return "taken";
  } catch (error) {
    return error instanceof HandshakeError ? error.code : String(error);
  }
}

/** One field of a head that was built. */
function fieldOf(bytes: Uint8Array, name: string): string | undefined {
  const head = parseHead(bytes);
  return head && valuesOf(head, name)[0];
}

const request = (options: Partial<ClientRequest>, name: string): string | undefined =>
  fieldOf(buildRequest({ uri: parseUri("ws://a/"), key: SAMPLE_KEY, ...options }), name);

export const REQUEST: Table<ClientRequest> = {
  uri: row(["ws://a/", "ws://b/"], (uri) => request({ uri: parseUri(uri) }, "host"), ["a", "b"]),
  key: row(["one", "two"], (key) => request({ key }, "sec-websocket-key"), ["one", "two"]),
  subprotocols: row(
    [["a"], ["a", "b"]],
    (subprotocols) => request({ subprotocols }, "sec-websocket-protocol"),
    ["a", "a, b"],
  ),
  deflate: row(
    [[], [{ offerWindowBits: false }]],
    (deflate) => request({ deflate }, "sec-websocket-extensions"),
    [undefined, NAME],
  ),
  origin: row([undefined, "https://a"], (origin) => request({ origin }, "origin"), [
    undefined,
    "https://a",
  ]),
  headers: row(["one", "two"], (value) => request({ headers: { "X-Name": value } }, "x-name"), [
    "one",
    "two",
  ]),
};

/** What a client makes of a response with these fields. */
function judged(
  expectations: Partial<Expectations>,
  fields: readonly (readonly [string, string])[] = [],
): unknown {
  const all: [string, string][] = [
    ["upgrade", "websocket"],
    ["connection", "Upgrade"],
    ["sec-websocket-accept", "right"],
    ...fields.map(([name, value]): [string, string] => [name, value]),
  ];
  const head = {
    httpVersion: "1.1",
    httpStatus: 101,
    reason: "",
    fields: new Fields(all),
  } as const;
  return codeOf(() => judgeResponse(head, { accept: "right", ...expectations }));
}

const PICKED = [["sec-websocket-protocol", "a"]] as const;
const AGREED = [["sec-websocket-extensions", NAME]] as const;

export const EXPECTATIONS: Table<Expectations> = {
  accept: row(["right", "wrong"], (accept) => judged({ accept }), ["taken", "ACCEPT_INVALID"]),
  subprotocols: row([["a"], ["b"]], (subprotocols) => judged({ subprotocols }, PICKED), [
    "taken",
    "SUBPROTOCOL_UNOFFERED",
  ]),
  mustPickSubprotocol: row(
    [false, true],
    (mustPickSubprotocol) => judged({ subprotocols: ["a"], mustPickSubprotocol }),
    ["taken", "SUBPROTOCOL_NOT_PICKED"],
  ),
  deflate: row([[{}], []], (deflate) => judged({ deflate }, AGREED), [
    "taken",
    "EXTENSION_UNOFFERED",
  ]),
};

/** The answer of a server to a client that offers all there is. */
function acceptance(options: Partial<Acceptance>, name: string): string | undefined {
  const offers = { "sec-websocket-protocol": "a, b", "sec-websocket-extensions": NAME };
  const complete = new RequestHeadReader().push(upgradeRequest("/", offers));
  const verdict = complete && judgeRequest(complete.head);
  if (verdict?.kind !== "upgrade") throw new Error("no upgrade");
  return fieldOf(buildAcceptance(verdict.request, { accept: "x", ...options }), name);
}

export const ACCEPTANCE: Table<Acceptance> = {
  accept: row(["one", "two"], (accept) => acceptance({ accept }, "sec-websocket-accept"), [
    "one",
    "two",
  ]),
  subprotocol: row(
    [undefined, "b"],
    (subprotocol) => acceptance({ subprotocol }, "sec-websocket-protocol"),
    [undefined, "b"],
  ),
  extensions: row(
    [[], [{ name: NAME, parameters: [] }]],
    (extensions) => acceptance({ extensions }, "sec-websocket-extensions"),
    [undefined, NAME],
  ),
  headers: row(["one", "two"], (value) => acceptance({ headers: { "X-Name": value } }, "x-name"), [
    "one",
    "two",
  ]),
};

const response = (options: Partial<HttpResponse>) =>
  parseHead(buildResponse({ httpStatus: 200, ...options }));

export const RESPONSE: Table<HttpResponse> = {
  httpStatus: row([200, 404], (httpStatus) => response({ httpStatus })?.startLine.split(" ")[1], [
    "200",
    "404",
  ]),
  headers: row(
    ["one", "two"],
    (value) => {
      const head = response({ headers: { "X-Name": value } });
      return head && valuesOf(head, "x-name");
    },
    [["one"], ["two"]],
  ),
  body: row(["one", "two"], (body) => Buffer.from(response({ body })?.rest ?? []).toString(), [
    "one",
    "two",
  ]),
};

const RESPONSE_HEAD = Buffer.from("HTTP/1.1 101 Fine\r\nA: b\r\nC: d\r\n\r\n");
const READERS = {
  RequestHeadReader: (limits: HeadLimits) => new RequestHeadReader(limits).push(upgradeRequest()),
  ResponseHeadReader: (limits: HeadLimits) => new ResponseHeadReader(limits).push(RESPONSE_HEAD),
};

export const HEAD: Table<HeadLimits> = {
  maxHeaderBytes: rowOn(
    READERS,
    [10, 1_000],
    (read, maxHeaderBytes) => codeOf(() => read({ maxHeaderBytes })),
    ["HEAD_TOO_LARGE", "taken"],
  ),
  maxHeaderCount: rowOn(
    READERS,
    [1, 100],
    (read, maxHeaderCount) => codeOf(() => read({ maxHeaderCount })),
    ["HEADERS_TOO_MANY", "taken"],
  ),
};

const offered = (config: PerMessageDeflateConfig): string =>
  serializeExtensions(deflateOffers([config]));

/** What a server answers to this offer. */
function answered(config: PerMessageDeflateConfig, offer: string): string | undefined {
  const fields = new Fields([["sec-websocket-extensions", offer]]);
  const accepted = acceptDeflateOffer(parseExtensions(fields) ?? [], config);
  return accepted && serializeExtensions([accepted.response]);
}

const BARE = `${NAME}; client_max_window_bits`;

export const DEFLATE_CONFIG: Table<PerMessageDeflateConfig> = {
  serverNoContextTakeover: row(
    [false, true],
    (is) => [
      offered({ serverNoContextTakeover: is }),
      answered({ serverNoContextTakeover: is }, NAME),
    ],
    [
      [BARE, NAME],
      [
        `${NAME}; server_no_context_takeover; client_max_window_bits`,
        `${NAME}; server_no_context_takeover`,
      ],
    ],
  ),
  clientNoContextTakeover: row(
    [false, true],
    (is) => [
      offered({ clientNoContextTakeover: is }),
      answered({ clientNoContextTakeover: is }, NAME),
    ],
    [
      [BARE, NAME],
      [
        `${NAME}; client_no_context_takeover; client_max_window_bits`,
        `${NAME}; client_no_context_takeover`,
      ],
    ],
  ),
  serverMaxWindowBits: row(
    [10, 11],
    (bits) => [
      offered({ serverMaxWindowBits: bits }),
      answered({ serverMaxWindowBits: bits }, `${NAME}; server_max_window_bits=14`),
    ],
    [10, 11].map((bits) => [
      `${NAME}; server_max_window_bits=${bits}; client_max_window_bits`,
      `${NAME}; server_max_window_bits=${bits}`,
    ]),
  ),
  clientMaxWindowBits: row(
    [10, 11],
    (bits) => [
      offered({ clientMaxWindowBits: bits }),
      answered({ clientMaxWindowBits: bits }, BARE),
    ],
    [10, 11].map((bits) => [
      `${NAME}; client_max_window_bits=${bits}`,
      `${NAME}; client_max_window_bits=${bits}`,
    ]),
  ),
  offerWindowBits: row([true, false], (offerWindowBits) => offered({ offerWindowBits }), [
    BARE,
    NAME,
  ]),
  minWindowBits: row(
    [8, 9],
    (minWindowBits) => answered({ minWindowBits }, `${NAME}; server_max_window_bits=8`),
    [`${NAME}; server_max_window_bits=8`, undefined],
  ),
};
