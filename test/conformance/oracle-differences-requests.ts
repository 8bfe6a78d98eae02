/** Differences in what servers make of requests. */
import { cases, CLIENTS, type Difference, same, WS_SERVER } from "./oracle-difference.js";

/** The connection opens. */
const OPENS = "one";

const declines = (parameters: string): string =>
  `declines permessage-deflate; ${parameters}, and opens without`;

const refusesVersion = (value: string): string => `refuses Sec-WebSocket-Version: ${value}`;

export const REQUEST_DIFFERENCES: readonly Difference[] = [
  {
    rule: "Empty elements of lists are passed over; a list of nothing else is as if it were not there.",
    right: "the scripts",
    why: "RFC 9110 §5.6.1.2 has a recipient do so. ws answers 400, so clients that offer no subprotocol in as many words cannot connect.",
    cases: cases(
      WS_SERVER,
      same("400", [
        ...['""', '","', '["",""]'].flatMap((value) => [
          `takes Sec-WebSocket-Protocol: ${value} for no offer`,
          `takes Sec-WebSocket-Extensions: ${value} for no offer`,
        ]),
        ...['"soap,,chat"', '",chat"', '"chat,"', '["","chat"]'].map(
          (value) => `passes over empty elements of Sec-WebSocket-Protocol: ${value}`,
        ),
        ...["permessage-deflate,", ",permessage-deflate", "x,,permessage-deflate"].map(
          (value) => `passes over empty elements of Sec-WebSocket-Extensions: ${value}`,
        ),
      ]),
    ),
  },
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
