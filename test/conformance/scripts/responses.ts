/** Responses that a client takes for an open connection, and responses that it does not (RFC 6455 §4.1, RFC 7692 §7). */
import { response, type ResponseCase } from "../../support/wire-exchange.js";
import { concat, utf8 } from "../../support/wire-frame.js";

export const OPENING_RESPONSES: readonly ResponseCase[] = [
  { name: "opens with a 101 in good order", rows: ["6455-4.2.2-10"], response: response() },
  {
    name: "opens with names and tokens in any case",
    rows: ["6455-4.1-24", "6455-4.1-25", "6455-4.1-30"],
    response: (accept) =>
      utf8(
        `HTTP/1.1 101 X\r\nUPGRADE: WebSocket\r\nconnection: UPGRADE\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
      ),
  },
  {
    name: "opens with a list in Connection",
    rows: ["6455-4.1-25"],
    response: response({ fields: { Connection: "keep-alive, upgrade" } }),
  },
  {
    name: "opens with white space around Sec-WebSocket-Accept",
    rows: ["6455-4.1-26"],
    response: (accept) =>
      response({ fields: { "Sec-WebSocket-Accept": `  \t${accept} \t` } })(accept),
  },
  {
    name: "opens without a reason phrase",
    rows: ["6455-4.1-29"],
    response: response({ line: "HTTP/1.1 101 " }),
  },
  {
    name: "opens with fields that it does not know",
    rows: ["6455-4.1-29"],
    response: response({ fields: { Server: "x", "Set-Cookie": ["a=1", "b=2"], Constructor: "y" } }),
  },
  {
    name: "opens with 103 in front of the 101",
    rows: ["6455-4.1-23"],
    response: (accept) =>
      concat([utf8("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), response()(accept)]),
  },
  {
    name: "opens with the subprotocol that the server picks",
    rows: ["6455-4.1-28"],
    response: response({ fields: { "Sec-WebSocket-Protocol": "chat" } }),
    needs: { subprotocols: ["soap", "chat"] },
    subprotocol: "chat",
  },
  {
    name: "opens without a subprotocol when the server picks none",
    rows: ["6455-4.1-28"],
    response: response(),
    needs: { subprotocols: ["soap", "chat"] },
    subprotocol: "",
  },
  ...["", ["", ","]].map((value): ResponseCase => ({
    name: `takes Sec-WebSocket-Protocol: ${JSON.stringify(value)} for none picked`,
    rows: ["6455-4.1-28"],
    response: response({ fields: { "Sec-WebSocket-Protocol": value } }),
    subprotocol: "",
  })),
  {
    name: "opens with an empty Sec-WebSocket-Extensions",
    rows: ["6455-4.1-27"],
    response: extension(["", ""]),
    needs: { deflate: {} },
  },
  {
    name: "opens with permessage-deflate and the parameters it offered",
    rows: ["7692-7-23"],
    response: extension(
      "permessage-deflate; client_max_window_bits=10; server_no_context_takeover; client_no_context_takeover",
    ),
    needs: { deflate: {} },
  },
  {
    name: "opens with a smaller window than it asked for",
    rows: ["7692-7-18"],
    response: extension("permessage-deflate; server_max_window_bits=9"),
    needs: { deflate: { serverMaxWindowBits: 10 } },
  },
  {
    name: "opens with a server's window that it did not ask for",
    rows: ["7692-7-20"],
    response: extension("permessage-deflate; server_max_window_bits=9"),
    needs: { deflate: {} },
  },
];

function extension(value: string | readonly string[]): ResponseCase["response"] {
  return response({ fields: { "Sec-WebSocket-Extensions": value } });
}

/** One field with another value. */
function withField(
  name: string,
  values: readonly (string | readonly string[] | undefined)[],
  rest: Partial<ResponseCase> & Pick<ResponseCase, "rows">,
): ResponseCase[] {
  return values.map((value) => ({
    ...rest,
    name: `refuses ${name}: ${value === undefined ? "left out" : JSON.stringify(value)}${
      rest.needs?.subprotocols ? `, having offered ${rest.needs.subprotocols.join(", ")}` : ""
    }`,
    response: response({ fields: { [name]: value } }),
  }));
}

const refusals: ResponseCase[] = [
  ...[200, 204, 400, 401, 403, 404, 426, 500, 503].map((status): ResponseCase => ({
    name: `does not open with status ${status}`,
    rows: ["6455-4.1-23"],
    response: response({ line: `HTTP/1.1 ${status} Whatever`, fields: { "Content-Length": "0" } }),
  })),
  {
    name: "does not follow a redirect by itself",
    rows: ["6455-4.1-23"],
    response: () =>
      utf8("HTTP/1.1 302 Found\r\nLocation: ws://localhost:1/\r\nContent-Length: 0\r\n\r\n"),
  },
  ...withField("Upgrade", [undefined, "h2c", "websockets", ""], { rows: ["6455-4.1-24"] }),
  ...withField("Connection", [undefined, "close", "keep-alive", "upgrades"], {
    rows: ["6455-4.1-25"],
  }),
  ...withField(
    "Sec-WebSocket-Accept",
    [undefined, "", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="],
    { rows: ["6455-4.1-26"] },
  ),
  {
    name: "refuses the accept value in lower case",
    rows: ["6455-4.1-26"],
    response: (accept) =>
      response({ fields: { "Sec-WebSocket-Accept": accept.toLowerCase() } })(accept),
  },
  {
    name: "refuses the accept value twice",
    rows: ["6455-11-04"],
    response: (accept) =>
      response({ fields: { "Sec-WebSocket-Accept": [accept, accept] } })(accept),
  },
  ...withField("Sec-WebSocket-Protocol", ["chat"], { rows: ["6455-4.1-28"] }),
  ...withField("Sec-WebSocket-Protocol", ["wamp", "soap, chat", ["soap", "chat"], "Chat"], {
    rows: ["6455-4.1-28", "6455-11-05"],
    needs: { subprotocols: ["soap", "chat"] },
  }),
];

const heads: ResponseCase[] = [
  ...[
    "HTTP/1.0 101 Switching Protocols",
    "HTTP/1.1 101Switching",
    "HTTP/1.1 1O1 Switching",
    "HTTP/1.1  101 Switching",
    "ICY 101 OK",
    "HTTP/1.1 0101 X",
    "",
  ].map((line): ResponseCase => ({
    name: `refuses the status line ${JSON.stringify(line)}`,
    rows: ["6455-4.1-29"],
    response: response({ line }),
  })),
  ...(
    [
      ["a folded line", "X-Folded: one\r\n two"],
      ["a space in front of the colon", "X-Name : value"],
      ["a line without a colon", "X-Name"],
      ["NUL in a value", "X-Name: a\0b"],
      ["a bare CR in a value", "X-Name: a\rb"],
      ["a head of 64 KiB", `X-Long: ${"x".repeat(65_536)}`],
      ["500 fields", Array.from({ length: 500 }, (_, i) => `X-${i}: y`).join("\r\n")],
    ] as const
  ).map(([name, line]): ResponseCase => ({
    name: `refuses ${name} in a response`,
    rows: ["6455-4.1-29"],
    response: response({ lines: [line] }),
  })),
];

const extensions: ResponseCase[] = [
  {
    name: "refuses permessage-deflate without having offered it",
    rows: ["6455-4.1-27", "7692-5-05"],
    response: extension("permessage-deflate"),
  },
  {
    name: "refuses an extension that it does not know",
    rows: ["6455-4.1-27", "6455-9-05"],
    response: extension("foo"),
    needs: { deflate: {} },
  },
  ...(
    [
      ["permessage-deflate; foo", "7692-7-05"],
      ["permessage-deflate; constructor", "7692-7-05"],
      ["permessage-deflate; server_max_window_bits", "7692-7-06"],
      ['permessage-deflate; server_max_window_bits=""', "7692-7-06"],
      ["permessage-deflate; server_max_window_bits=7", "7692-7-06"],
      ["permessage-deflate; server_max_window_bits=16", "7692-7-06"],
      ["permessage-deflate; server_max_window_bits=1000", "7692-7-06"],
      ["permessage-deflate; server_max_window_bits=-1", "7692-7-06"],
      ["permessage-deflate; server_max_window_bits=abc", "7692-7-06"],
      ["permessage-deflate; server_max_window_bits=08", "7692-7-06"],
      ["permessage-deflate; client_max_window_bits", "7692-7-23"],
      ["permessage-deflate; client_max_window_bits=16", "7692-7-06"],
      ["permessage-deflate; server_no_context_takeover=1", "7692-7-06"],
      ["permessage-deflate; client_no_context_takeover; client_no_context_takeover", "7692-7-07"],
      ["permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", "7692-7-07"],
      ["permessage-deflate, permessage-deflate", "7692-5-06"],
      ["permessage-deflate;", "6455-9-03"],
      ["permessage-deflate; a=", "6455-9-03"],
      ["permessage deflate", "6455-9-03"],
    ] as const
  ).map(([value, row]): ResponseCase => ({
    name: `refuses Sec-WebSocket-Extensions: ${value}`,
    rows: [row, "7692-5-05"],
    response: extension(value),
    needs: { deflate: {} },
  })),
  {
    name: "refuses two lines that each accept permessage-deflate",
    rows: ["6455-11-03", "7692-5-06", "6455-9-07"],
    response: extension(["permessage-deflate", "permessage-deflate"]),
    needs: { deflate: {} },
  },
  {
    name: "refuses a larger window than it asked for",
    rows: ["7692-7-08", "7692-7-18"],
    response: extension("permessage-deflate; server_max_window_bits=11"),
    needs: { deflate: { serverMaxWindowBits: 10 } },
  },
  {
    name: "refuses a response without the window it asked for",
    rows: ["7692-7-08", "7692-5-05"],
    response: extension("permessage-deflate"),
    needs: { deflate: { serverMaxWindowBits: 10 } },
  },
  {
    name: "refuses a response without the server_no_context_takeover it asked for",
    rows: ["7692-7-13", "7692-7-10"],
    response: extension("permessage-deflate"),
    needs: { deflate: { serverNoContextTakeover: true } },
  },
];

export const REFUSED_RESPONSES: readonly ResponseCase[] = [...refusals, ...heads, ...extensions];
