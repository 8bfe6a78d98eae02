/** Requests that a server accepts, and what it answers (RFC 6455 §4.2). */
import { request, type RequestCase } from "../../support/wire-exchange.js";
import { concat, encodeFrame, frame, SCRIPT_KEY, TEXT } from "../../support/wire-frame.js";
import { SAMPLE_KEY } from "../../support/wire-handshake.js";

const masked = (text: string): Uint8Array =>
  encodeFrame(frame(TEXT, text), { maskingKey: SCRIPT_KEY });

const UNKNOWN = Array.from({ length: 50 }, (_, i) => `X-Unknown-${i}: value ${i}`);

const FIELDS_BACKWARDS = [
  "Sec-WebSocket-Version: 13",
  `Sec-WebSocket-Key: ${SAMPLE_KEY}`,
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Host: server.example.com",
];

const NO_FIELDS = {
  Host: undefined,
  Upgrade: undefined,
  Connection: undefined,
  "Sec-WebSocket-Key": undefined,
  "Sec-WebSocket-Version": undefined,
} as const;

const plain: RequestCase[] = [
  {
    name: "answers a request in good order with a 101 in good order",
    rows: ["6455-4.2.2-10", "6455-4.2.2-11", "6455-4.2.2-12", "6455-4.2.2-13", "6455-4.3-01"],
    request: request(),
    fields: {
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      "sec-websocket-protocol": undefined,
      "sec-websocket-extensions": undefined,
    },
  },
  {
    name: "takes fields in any order and with names in any case",
    rows: ["6455-4.2.1-12"],
    request: request({
      fields: NO_FIELDS,
      lines: FIELDS_BACKWARDS.map((line, i) => {
        const [name = "", value = ""] = line.split(": ");
        return `${i % 2 === 0 ? name.toLowerCase() : name.toUpperCase()}: ${value}`;
      }),
    }),
  },
  {
    name: "ignores fifty unknown fields",
    rows: ["6455-4.2.1-12"],
    request: request({ lines: UNKNOWN }),
  },
  ...["WebSocket", "WEBSOCKET", "h2c, websocket", "websocket, h2c", ["h2c", "websocket"]].map(
    (upgrade): RequestCase => ({
      name: `takes Upgrade: ${String(upgrade)}${Array.isArray(upgrade) ? " on two lines" : ""}`,
      rows: ["6455-4.2.1-05"],
      request: request({ fields: { Upgrade: upgrade } }),
    }),
  ),
  ...[
    "upgrade",
    "UPGRADE",
    "keep-alive, Upgrade",
    "Upgrade,keep-alive",
    ["keep-alive", "Upgrade"],
  ].map((connection): RequestCase => ({
    name: `takes Connection: ${String(connection)}${Array.isArray(connection) ? " on two lines" : ""}`,
    rows: ["6455-4.2.1-06"],
    request: request({ fields: { Connection: connection } }),
  })),
  {
    name: "takes a key whose last character has bits that 16 bytes do not fill",
    rows: ["6455-4.2.1-07"],
    request: request({ fields: { "Sec-WebSocket-Key": "AQIDBAUGBwgJCgsMDQ4PEC==" } }),
    fields: { "sec-websocket-accept": "OfS0wDaT5NoxF2gqm7Zj2YtetzM=" },
  },
  {
    name: "ignores white space around values",
    rows: ["6455-4.2.1-12"],
    request: request({
      fields: NO_FIELDS,
      lines: FIELDS_BACKWARDS.map((line) => `${line.replace(": ", ":\t  ")} \t`),
    }),
  },
  {
    name: "takes a request target in absolute form",
    rows: ["6455-4.2.1-03"],
    request: request({ line: "GET http://server.example.com/chat HTTP/1.1" }),
    needs: { path: "/chat" },
  },
  {
    name: "finds the path in front of a query",
    rows: ["6455-4.2.1-03"],
    request: request({ line: "GET /chat?room=1&x=%20 HTTP/1.1" }),
    needs: { path: "/chat" },
  },
  {
    name: "keeps frames that come right behind the request",
    rows: ["6455-4.2.2-15", "6455-4.2.2-14"],
    request: concat([request(), masked("first"), masked("second")]),
    messages: ["first", "second"],
  },
];

const subprotocols: RequestCase[] = [
  {
    name: "answers with the subprotocol that both know",
    rows: ["6455-4.2.2-07", "6455-4.2.1-10"],
    request: request({ fields: { "Sec-WebSocket-Protocol": "soap, chat" } }),
    needs: { subprotocols: ["chat"] },
    fields: { "sec-websocket-protocol": "chat" },
  },
  {
    name: "reads several Sec-WebSocket-Protocol lines as one list",
    rows: ["6455-4.2.1-10"],
    request: request({ fields: { "Sec-WebSocket-Protocol": ["soap", "chat,  wamp"] } }),
    needs: { subprotocols: ["wamp"] },
    fields: { "sec-websocket-protocol": "wamp" },
  },
  ...["soap,,chat", ",chat", "chat,", ["", "chat"]].map((value): RequestCase => ({
    name: `passes over empty elements of Sec-WebSocket-Protocol: ${JSON.stringify(value)}`,
    rows: ["6455-4.2.1-10"],
    request: request({ fields: { "Sec-WebSocket-Protocol": value } }),
    needs: { subprotocols: ["chat"] },
    fields: { "sec-websocket-protocol": "chat" },
  })),
  ...["", ",", ["", ""]].map((value): RequestCase => ({
    name: `takes Sec-WebSocket-Protocol: ${JSON.stringify(value)} for no offer`,
    rows: ["6455-4.2.1-10"],
    request: request({ fields: { "Sec-WebSocket-Protocol": value } }),
    needs: { subprotocols: ["chat"] },
    fields: { "sec-websocket-protocol": undefined },
  })),
  {
    name: "names no subprotocol when none is known to both",
    rows: ["6455-4.2.2-08", "6455-4.2.2-07"],
    request: request({ fields: { "Sec-WebSocket-Protocol": "soap, wamp" } }),
    needs: { subprotocols: ["chat"] },
    fields: { "sec-websocket-protocol": undefined },
  },
  {
    name: "names no subprotocol that the client did not name",
    rows: ["6455-4.2.2-07", "6455-4.2.2-08"],
    request: request(),
    needs: { subprotocols: ["chat"] },
    fields: { "sec-websocket-protocol": undefined },
  },
  {
    name: "takes the names of object members for unknown subprotocols",
    rows: ["6455-4.2.2-08"],
    request: request({ fields: { "Sec-WebSocket-Protocol": "__proto__, constructor, toString" } }),
    needs: { subprotocols: ["chat"] },
    fields: { "sec-websocket-protocol": undefined },
  },
];

const extensions: RequestCase[] = [
  {
    name: "names no extension that the client did not offer",
    rows: ["6455-4.2.2-09", "6455-9-01"],
    request: request(),
    needs: { deflate: {} },
    fields: { "sec-websocket-extensions": undefined },
  },
  {
    name: "ignores extensions that it does not know",
    rows: ["6455-9-05", "6455-4.2.2-09"],
    request: request({
      fields: { "Sec-WebSocket-Extensions": 'foo; a="b", constructor, x-bar; y' },
    }),
    needs: { deflate: {} },
    fields: { "sec-websocket-extensions": undefined },
  },
  ...["", ",", ["", ""]].map((value): RequestCase => ({
    name: `takes Sec-WebSocket-Extensions: ${JSON.stringify(value)} for no offer`,
    rows: ["6455-4.2.1-11"],
    request: request({ fields: { "Sec-WebSocket-Extensions": value } }),
    needs: { deflate: {} },
    fields: { "sec-websocket-extensions": undefined },
  })),
  ...["permessage-deflate,", ",permessage-deflate", "x,,permessage-deflate"].map(
    (value): RequestCase => ({
      name: `passes over empty elements of Sec-WebSocket-Extensions: ${value}`,
      rows: ["6455-4.2.1-11"],
      request: request({ fields: { "Sec-WebSocket-Extensions": value } }),
      needs: { deflate: {} },
      fields: { "sec-websocket-extensions": "permessage-deflate" },
    }),
  ),
  {
    name: "reads several Sec-WebSocket-Extensions lines as one list",
    rows: ["6455-9-04", "7692-5-03"],
    request: request({
      fields: {
        "Sec-WebSocket-Extensions": ["foo", "permessage-deflate; server_max_window_bits=10"],
      },
    }),
    needs: { deflate: {} },
    fields: { "sec-websocket-extensions": "permessage-deflate; server_max_window_bits=10" },
  },
  {
    name: "takes the second offer when the first asks for what does not exist",
    rows: ["7692-5-02", "7692-5-03", "7692-7-01"],
    request: request({
      fields: {
        "Sec-WebSocket-Extensions":
          "permessage-deflate; foo, permessage-deflate; server_max_window_bits=11",
      },
    }),
    needs: { deflate: {} },
    fields: { "sec-websocket-extensions": "permessage-deflate; server_max_window_bits=11" },
  },
  {
    name: "takes a quoted parameter value for the same as a plain one",
    rows: ["6455-4.3-02", "7692-7-18"],
    request: request({
      fields: {
        "Sec-WebSocket-Extensions": 'permessage-deflate; server_max_window_bits="1\\1"',
      },
    }),
    needs: { deflate: {} },
    fields: { "sec-websocket-extensions": "permessage-deflate; server_max_window_bits=11" },
  },
  ...(
    [
      ["foo", "7692-7-01"],
      ["constructor", "7692-7-01"],
      ["server_max_window_bits", "7692-7-02"],
      ["server_max_window_bits=7", "7692-7-02"],
      ["server_max_window_bits=16", "7692-7-02"],
      ["server_max_window_bits=08", "7692-7-02"],
      ["server_max_window_bits=1e1", "7692-7-02"],
      ["client_max_window_bits=7", "7692-7-02"],
      ["client_max_window_bits=16", "7692-7-02"],
      ["client_max_window_bits=010", "7692-7-02"],
      ["server_no_context_takeover=1", "7692-7-02"],
      ["client_no_context_takeover=true", "7692-7-02"],
      ["client_max_window_bits; client_max_window_bits=10", "7692-7-03"],
      ["server_no_context_takeover; server_no_context_takeover", "7692-7-03"],
    ] as const
  ).map(([parameters, row]): RequestCase => ({
    name: `declines permessage-deflate; ${parameters}, and opens without`,
    rows: [row, "7692-5-04"],
    request: request({
      fields: { "Sec-WebSocket-Extensions": `permessage-deflate; ${parameters}` },
    }),
    needs: { deflate: {} },
    fields: { "sec-websocket-extensions": undefined },
  })),
];

export const ACCEPTED_REQUESTS: readonly RequestCase[] = [...plain, ...subprotocols, ...extensions];
