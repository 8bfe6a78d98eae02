/** Requests that a server refuses (RFC 6455 §4.2.1, §4.2.2). */
import { request, type RequestCase } from "../../support/wire-exchange.js";
import { concat, encodeFrame, frame, SCRIPT_KEY, TEXT, utf8 } from "../../support/wire-frame.js";
import { SAMPLE_KEY } from "../../support/wire-handshake.js";

/** One field with another value. */
function withField(
  name: string,
  values: readonly (string | readonly string[] | undefined)[],
  rest: Pick<RequestCase, "rows" | "status"> & Partial<RequestCase>,
): RequestCase[] {
  return values.map((value) => ({
    ...rest,
    name: `refuses ${name}: ${value === undefined ? "left out" : JSON.stringify(value)}`,
    request: request({ fields: { [name]: value } }),
  }));
}

const lines: RequestCase[] = [
  ...["POST", "HEAD", "PUT", "OPTIONS", "DELETE", "get", "GETT"].map((method): RequestCase => ({
    name: `refuses the method ${method}`,
    rows: ["6455-4.2.1-02", "6455-4.2.1-01"],
    request: request({ line: `${method} /chat HTTP/1.1` }),
    status: [400, 405, 501],
  })),
  ...["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "http/1.1", "HTTP/1.1x", "HTTP/11"].map(
    (version): RequestCase => ({
      name: `refuses the version ${version}`,
      rows: ["6455-4.2.1-02", "6455-4.2.1-01"],
      request: request({ line: `GET /chat ${version}` }),
      status: [400, 505],
    }),
  ),
  ...["GET /chat", "GET  /chat HTTP/1.1", "GET /ch at HTTP/1.1", "GET chat HTTP/1.1", ""].map(
    (line): RequestCase => ({
      name: `refuses the request line ${JSON.stringify(line)}`,
      rows: ["6455-4.2.1-01", "6455-10-12"],
      request: request({ line }),
      status: [400, 404],
    }),
  ),
];

const fields: RequestCase[] = [
  ...withField("Host", [undefined, ["a.example", "b.example"]], {
    rows: ["6455-4.2.1-04"],
    status: 400,
  }),
  ...withField("Upgrade", [undefined, "websockets", "h2c", "web socket", '"websocket"', ""], {
    rows: ["6455-4.2.1-05"],
    status: [400, 426],
  }),
  ...withField(
    "Connection",
    [undefined, "close", "notupgrade", "Upgrade-Insecure", "up grade", ""],
    {
      rows: ["6455-4.2.1-06"],
      status: [400, 426],
    },
  ),
  ...withField(
    "Sec-WebSocket-Key",
    [
      undefined,
      "",
      "AQIDBAUGBwgJCgsMDQ4P", // 15 bytes
      "AQIDBAUGBwgJCgsMDQ4PEBE=", // 17 bytes
      "dGhlIHNhbXBsZSBub25jZQ", // no padding
      "dGhlIHNhbXBsZSBub25jZQ=", // half the padding
      "dGhlIHNhbXBsZSBub25jZ===",
      "dGhlIHNhbXBs ZSBub25jZQ==",
      "dGhlIHNhbXBsZSBub25j-_==",
      "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==",
    ],
    { rows: ["6455-4.2.1-07", "6455-4.3-01"], status: 400 },
  ),
  ...withField("Sec-WebSocket-Key", [[SAMPLE_KEY, SAMPLE_KEY]], {
    rows: ["6455-11-02"],
    status: 400,
  }),
  ...withField(
    "Sec-WebSocket-Version",
    [undefined, "0", "7", "8", "12", "14", "25", "013", "13.0", "", "13, 8"],
    {
      rows: ["6455-4.2.1-08", "6455-4.2.2-05", "6455-4.4-01", "6455-4.3-03"],
      status: [400, 426],
      fields: { "sec-websocket-version": "13" },
    },
  ),
  ...withField("Sec-WebSocket-Version", [["13", "13"]], {
    rows: ["6455-11-06"],
    status: [400, 426],
  }),
  ...withField("Sec-WebSocket-Protocol", ["a b", "a;b", '"a"', "é", "a, a"], {
    rows: ["6455-4.2.1-10", "6455-4.2.1-01"],
    status: 400,
    needs: { subprotocols: ["a"] },
  }),
  ...withField(
    "Sec-WebSocket-Extensions",
    [";", "a;;b", "a; =1", "a;b=", 'a;b="x', 'a;b=""', 'a;b="1 5"', "a b", "a;b=c d"],
    { rows: ["6455-9-03", "6455-4.3-02"], status: 400, needs: { deflate: {} } },
  ),
];

const heads: RequestCase[] = [
  ...(
    [
      ["a folded line", "X-Folded: one\r\n two"],
      ["a space in front of the colon", "X-Name : value"],
      ["a line without a colon", "X-Name"],
      ["an empty name", ": value"],
      ["a name that is no token", "X Name: value"],
      ["NUL in a value", "X-Name: a\0b"],
      ["a bare CR in a value", "X-Name: a\rb"],
      ["DEL in a value", "X-Name: a\x7fb"],
      ["a vertical tab in a value", "X-Name: a\x0bb"],
    ] as const
  ).map(([name, line]): RequestCase => ({
    name: `refuses ${name}`,
    rows: ["6455-4.2.1-01", "6455-10-12"],
    request: request({ lines: [line] }),
    status: 400,
  })),
  {
    name: "refuses lines that end in LF alone",
    rows: ["6455-4.2.1-01"],
    request: utf8(Buffer.from(request()).toString().replaceAll("\r\n", "\n")),
    status: 400,
  },
  {
    name: "refuses 129 fields",
    rows: ["6455-4.2.1-01"],
    request: request({ lines: Array.from({ length: 124 }, (_, i) => `X-${i}: y`) }),
    status: [400, 431],
  },
  {
    name: "refuses a head of 64 KiB, one long line of it",
    rows: ["6455-4.2.1-01"],
    request: request({ lines: [`X-Long: ${"x".repeat(65_536)}`] }),
    status: [400, 431],
  },
  {
    name: "refuses a body",
    rows: ["6455-4.2.1-01"],
    request: concat([request({ lines: ["Content-Length: 5"] }), utf8("Hello")]),
    status: [400, 413],
  },
  {
    name: "refuses a body in chunks",
    rows: ["6455-4.2.1-01"],
    request: concat([request({ lines: ["Transfer-Encoding: chunked"] }), utf8("0\r\n\r\n")]),
    status: 400,
  },
];

const policies: RequestCase[] = [
  {
    name: "refuses a path that it does not serve",
    rows: ["6455-4.2.2-06"],
    request: request({ line: "GET /nope HTTP/1.1" }),
    needs: { path: "/chat" },
    status: 404,
  },
  ...[
    "http://evil.example",
    "https://good.example.evil.example",
    "http://good.example",
    "https://good.example:444",
    "https://notgood.example",
    "null",
  ].map((origin): RequestCase => ({
    name: `refuses the origin ${origin}`,
    rows: ["6455-4.2.2-04", "6455-10-02", "6455-10-03"],
    request: request({ fields: { Origin: origin } }),
    needs: { origins: ["https://good.example"] },
    status: 403,
  })),
  {
    name: "takes no notice of a second request behind one that it refuses",
    rows: ["6455-4.2.1-01", "6455-7.1-14"],
    request: concat([request({ fields: { "Sec-WebSocket-Key": "x" } }), request()]),
    status: 400,
  },
  {
    name: "takes no notice of frames behind a request that it refuses",
    rows: ["6455-4.2.1-01", "6455-7.1-14"],
    request: concat([
      request({ fields: { "Sec-WebSocket-Key": "x" } }),
      encodeFrame(frame(TEXT, "Hello"), { maskingKey: SCRIPT_KEY }),
    ]),
    status: 400,
  },
];

export const REFUSED_REQUESTS: readonly RequestCase[] = [
  ...lines,
  ...fields,
  ...heads,
  ...policies,
];
