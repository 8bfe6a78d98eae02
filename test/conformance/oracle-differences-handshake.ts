/** Differences in the opening handshake. */
import {
  cases,
  CLIENTS,
  type Difference,
  same,
  UNDICI,
  WS_CLIENT,
  WS_SERVER,
} from "./oracle-difference.js";

/** The connection opens. */
const OPENS = "one";
/** The client does not open, and leaves the transport as it is. */
const STAYS = "nothing";

const declines = (parameters: string): string =>
  `declines permessage-deflate; ${parameters}, and opens without`;

const refusesExtension = (value: string): string => `refuses Sec-WebSocket-Extensions: ${value}`;

const refusesVersion = (value: string): string => `refuses Sec-WebSocket-Version: ${value}`;

const requests: Difference[] = [
  {
    rule: "An offer of permessage-deflate that cannot be accepted is declined; the next offer, or a connection without, takes its place.",
    right: "the scripts",
    why: "RFC 7692 §5.1 and §7 speak of declining an offer. ws answers 400, so one bad offer spoils a good one behind it.",
    cases: cases(WS_SERVER, {
      ...same("400", [
        declines("foo"),
        declines("constructor"),
        declines("server_max_window_bits"),
        declines("server_max_window_bits=7"),
        declines("server_max_window_bits=16"),
        declines("client_max_window_bits=7"),
        declines("client_max_window_bits=16"),
        declines("server_no_context_takeover=1"),
        declines("client_no_context_takeover=true"),
        declines("client_max_window_bits; client_max_window_bits=10"),
        declines("server_no_context_takeover; server_no_context_takeover"),
        "takes the second offer when the first asks for what does not exist",
      ]),
    }),
  },
  {
    rule: "A window is given as 8 to 15, without leading zeros.",
    right: "the scripts",
    why: "RFC 7692 §7.1.2. ws reads the value as JavaScript reads numbers.",
    cases: cases(WS_SERVER, {
      [declines("server_max_window_bits=08")]: "permessage-deflate; server_max_window_bits=8",
      [declines("server_max_window_bits=1e1")]: "permessage-deflate; server_max_window_bits=10",
      [declines("client_max_window_bits=010")]: "permessage-deflate; client_max_window_bits=10",
    }),
  },
  {
    rule: "Upgrade is a list; `websocket` may be one of several.",
    right: "the scripts",
    why: "RFC 6455 §4.2.1 asks that the field contains the keyword, and RFC 9110 §7.8 makes it a list.",
    cases: cases(
      WS_SERVER,
      same("400", [
        "takes Upgrade: h2c, websocket",
        "takes Upgrade: websocket, h2c",
        "takes Upgrade: h2c,websocket on two lines",
      ]),
    ),
  },
  {
    rule: "The version is 13, written like this.",
    right: "the scripts",
    why: "§4.3 allows no leading zeros and no fraction.",
    cases: cases(WS_SERVER, same("101", ['"013"', '"13.0"'].map(refusesVersion))),
  },
  {
    rule: "No other version is spoken.",
    right: "both",
    why: "§4.4 lets a server speak several. ws still takes version 8, a draft, and says so in its refusals.",
    cases: cases(WS_SERVER, {
      [refusesVersion('"8"')]: "101",
      ...same(
        "13, 8",
        ["left out", '"0"', '"7"', '"12"', '"14"', '"25"', '""', '"13, 8"'].map(refusesVersion),
      ),
    }),
  },
  {
    rule: "The request is HTTP/1.1, with one Host.",
    right: "the scripts",
    why: "§4.2.1 items 1 and 2; RFC 9112 §3.2 wants 400 for a missing or a second Host. ws relies on Node's parser, which lets these through to upgrades.",
    cases: cases(
      WS_SERVER,
      same("101", [
        "refuses the version HTTP/0.9",
        "refuses the version HTTP/1.0",
        "refuses the version HTTP/2.0",
        'refuses the request line "GET /chat"',
        "refuses Host: left out",
        'refuses Host: ["a.example","b.example"]',
      ]),
    ),
  },
  {
    rule: "A request with a body is no opening handshake.",
    right: "the scripts",
    why: "The bytes of the body would be read as frames: §4.2.1 describes a GET without one.",
    cases: cases(WS_SERVER, same("101", ["refuses a body", "refuses a body in chunks"])),
  },
  {
    rule: "One space stands between the parts of the request line.",
    right: "both",
    why: "RFC 9112 §3 has one space, and lets a recipient be lenient.",
    cases: cases(WS_SERVER, same("101", ['refuses the request line "GET  /chat HTTP/1.1"'])),
  },
  {
    rule: "The request target may be in absolute form.",
    right: "the scripts",
    why: "§4.2.1 item 1. ws compares its `path` with the whole URL.",
    cases: cases(WS_SERVER, same("400", ["takes a request target in absolute form"])),
  },
  {
    rule: "Tabs around a value do not count.",
    right: "the scripts",
    why: "RFC 9110 §5.6.3. Node's parser does not recognise `Upgrade` behind a tab.",
    cases: cases(WS_SERVER, same("426", ["ignores white space around values"])),
  },
  {
    rule: "A path that is not served gets 404.",
    right: "both",
    why: "§4.2.2 asks for a suitable status, and names 404 as an example.",
    cases: cases(WS_SERVER, same("400", ["refuses a path that it does not serve"])),
  },
  {
    rule: "A head has at most 128 fields.",
    right: "both",
    why: "The number is ours; Node's limit is 2000, undici's one of bytes.",
    cases: [
      ...cases(WS_SERVER, same("101", ["refuses 129 fields"])),
      ...cases(CLIENTS, same(OPENS, ["refuses 500 fields in a response"])),
    ],
  },
];

const responses: Difference[] = [
  {
    rule: "A server may pick none of the subprotocols that it was offered.",
    right: "both",
    why: "RFC 6455 §4.2.2 lets it, and §4.1 fails only for one that was not offered. The WHATWG standard has the client fail, and these follow it.",
    cases: cases(CLIENTS, same("none", ["opens without a subprotocol when the server picks none"])),
  },
  {
    rule: "The response is HTTP/1.1.",
    right: "the scripts",
    why: "§4.2.2 step 5: HTTP/1.0 has no 101.",
    cases: cases(
      CLIENTS,
      same(OPENS, ['refuses the status line "HTTP/1.0 101 Switching Protocols"']),
    ),
  },
  {
    rule: "permessage-deflate is accepted once, on one line.",
    right: "the scripts",
    why: "RFC 7692 §5.2, RFC 6455 §11.3.2.",
    cases: [
      ...cases(
        WS_CLIENT,
        same(OPENS, [
          refusesExtension("permessage-deflate, permessage-deflate"),
          "refuses two lines that each accept permessage-deflate",
        ]),
      ),
      ...cases(
        UNDICI,
        same(STAYS, [
          refusesExtension("permessage-deflate, permessage-deflate"),
          "refuses two lines that each accept permessage-deflate",
        ]),
      ),
    ],
  },
  {
    rule: "A response fits the offer: a window that was asked for is there, and no larger.",
    right: "the scripts",
    why: "RFC 7692 §7.1.2.1: a server accepts the parameter with the same or a smaller value, or declines the offer.",
    cases: cases(
      WS_CLIENT,
      same(OPENS, [
        "refuses a larger window than it asked for",
        "refuses a response without the window it asked for",
      ]),
    ),
  },
  {
    rule: "A response repeats a server_no_context_takeover that was asked for.",
    right: "both",
    why: "RFC 7692 §7.1.1.1 has the server repeat it to accept; what a client does with a response that lacks it is our reading.",
    cases: cases(
      WS_CLIENT,
      same(OPENS, ["refuses a response without the server_no_context_takeover it asked for"]),
    ),
  },
  {
    rule: "Parameters that do not exist, come twice or have an invalid value fail the connection.",
    right: "the scripts",
    why: "RFC 7692 §7 lists all three. undici passes over what it does not know, and both read 08 as 8.",
    cases: [
      ...cases(
        WS_CLIENT,
        same(OPENS, [refusesExtension("permessage-deflate; server_max_window_bits=08")]),
      ),
      ...cases(
        UNDICI,
        same(
          OPENS,
          [
            "",
            " a=",
            " foo",
            " constructor",
            " client_max_window_bits",
            " client_max_window_bits=16",
            " client_no_context_takeover; client_no_context_takeover",
            " server_max_window_bits",
            ' server_max_window_bits=""',
            " server_max_window_bits=-1",
            " server_max_window_bits=08",
            " server_max_window_bits=1000",
            " server_max_window_bits=10; server_max_window_bits=10",
            " server_max_window_bits=16",
            " server_max_window_bits=7",
            " server_max_window_bits=abc",
            " server_no_context_takeover=1",
          ].map((parameters) => refusesExtension(`permessage-deflate;${parameters}`)),
        ),
      ),
    ],
  },
  {
    rule: "A client that refuses the response ends the connection.",
    right: "the scripts",
    why: "§4.1 has it _Fail the WebSocket Connection_, which closes the transport (§7.1.7). undici tells its application, and leaves the socket open.",
    cases: cases(
      UNDICI,
      same(STAYS, [
        'refuses Upgrade: "h2c"',
        'refuses Upgrade: "websockets"',
        "refuses Sec-WebSocket-Accept: left out",
        'refuses Sec-WebSocket-Accept: ""',
        'refuses Sec-WebSocket-Accept: "AAAAAAAAAAAAAAAAAAAAAAAAAAA="',
        'refuses Sec-WebSocket-Accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="',
        "refuses the accept value in lower case",
        "refuses the accept value twice",
        'refuses Sec-WebSocket-Protocol: ""',
        'refuses Sec-WebSocket-Protocol: "chat"',
        'refuses Sec-WebSocket-Protocol: "", having offered soap, chat',
        'refuses Sec-WebSocket-Protocol: "Chat", having offered soap, chat',
        'refuses Sec-WebSocket-Protocol: "wamp", having offered soap, chat',
        'refuses Sec-WebSocket-Protocol: "soap, chat", having offered soap, chat',
        'refuses Sec-WebSocket-Protocol: ["soap","chat"], having offered soap, chat',
        refusesExtension("permessage deflate"),
        "refuses an extension that it does not know",
      ]),
    ),
  },
  {
    rule: "Connection is a list, and white space around Sec-WebSocket-Accept does not count.",
    right: "the scripts",
    why: "§4.1 items 3 and 4 of the checks on the response.",
    cases: cases(
      UNDICI,
      same("none", [
        "opens with a list in Connection",
        "opens with white space around Sec-WebSocket-Accept",
      ]),
    ),
  },
  {
    rule: "What was not offered is not accepted.",
    right: "both",
    why: "undici has no way not to offer permessage-deflate, so here it was.",
    cases: cases(UNDICI, same(OPENS, ["refuses permessage-deflate without having offered it"])),
  },
];

export const HANDSHAKE_DIFFERENCES: readonly Difference[] = [...requests, ...responses];
