/** Differences in what clients make of responses. */
import { cases, CLIENTS, type Difference, same, UNDICI, WS_CLIENT } from "./oracle-difference.js";

/** The connection opens. */
const OPENS = "one";
/** The client does not open, and leaves the transport as it is. */
const STAYS = "nothing";

const refusesExtension = (value: string): string => `refuses Sec-WebSocket-Extensions: ${value}`;

export const RESPONSE_DIFFERENCES: readonly Difference[] = [
  {
    rule: "A Sec-WebSocket-Protocol or Sec-WebSocket-Extensions with nothing in it is as if it were not there.",
    right: "the scripts",
    why: "RFC 9110 §5.6.1.2 has a recipient pass over empty elements of lists.",
    cases: cases(
      CLIENTS,
      same("none", [
        'takes Sec-WebSocket-Protocol: "" for none picked',
        'takes Sec-WebSocket-Protocol: ["",","] for none picked',
        "opens with an empty Sec-WebSocket-Extensions",
      ]),
    ),
  },
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
        'refuses Sec-WebSocket-Protocol: "chat"',
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
