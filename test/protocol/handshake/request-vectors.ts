// Requests that differ from the RFC's sample in one header field: what a server makes of each.

/** Field, the values of its lines, the status and code of the refusal, and the row that asks for it. */
export type BadField = readonly [
  name: string,
  values: readonly string[],
  outcome: string,
  row: string,
];

/** Field, the values of its lines, and the row that allows it. */
export type GoodField = readonly [name: string, values: readonly string[], row: string];

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const OTHER_KEY = "AAAAAAAAAAAAAAAAAAAAAA==";

// oxfmt-ignore
export const BAD_FIELDS: readonly BadField[] = [
  ["Host",                     [],                             "400 HOST_INVALID",          "6455-4.2.1-04"],
  ["Host",                     [""],                           "400 HOST_INVALID",          "6455-4.2.1-04"],
  ["Host",                     ["a", "b"],                     "400 HOST_INVALID",          "6455-4.2.1-04"],
  ["Host",                     ["a", "a"],                     "400 HOST_INVALID",          "6455-4.2.1-04"],
  ["Host",                     ["a, b"],                       "400 HOST_INVALID",          "6455-4.2.1-04"],
  ["Host",                     ["u@h"],                        "400 HOST_INVALID",          "6455-4.2.1-01"],
  ["Host",                     ["a b"],                        "400 HOST_INVALID",          "6455-4.2.1-01"],
  ["Host",                     ["http://h"],                   "400 HOST_INVALID",          "6455-4.2.1-01"],
  ["Host",                     ["h/"],                         "400 HOST_INVALID",          "6455-4.2.1-01"],
  ["Host",                     ["h:0"],                        "400 HOST_INVALID",          "6455-4.2.1-01"],
  ["Host",                     ["h:x"],                        "400 HOST_INVALID",          "6455-4.2.1-01"],
  ["Host",                     ["\u00e9"],                     "400 HOST_INVALID",          "6455-4.2.1-01"],
  ["Content-Length",           ["5"],                          "400 BODY_UNEXPECTED",       "6455-4.2.1-01"],
  ["Content-Length",           ["00"],                         "400 BODY_UNEXPECTED",       "6455-4.2.1-01"],
  ["Content-Length",           [""],                           "400 BODY_UNEXPECTED",       "6455-4.2.1-01"],
  ["Content-Length",           ["0, 0"],                       "400 BODY_UNEXPECTED",       "6455-4.2.1-01"],
  ["Content-Length",           ["0", "0"],                     "400 BODY_UNEXPECTED",       "6455-4.2.1-01"],
  ["Content-Length",           ["0", "5"],                     "400 BODY_UNEXPECTED",       "6455-4.2.1-01"],
  ["Content-Length",           ["-1"],                         "400 BODY_UNEXPECTED",       "6455-4.2.1-01"],
  ["Transfer-Encoding",        ["chunked"],                    "400 BODY_UNEXPECTED",       "6455-4.2.1-01"],
  ["Transfer-Encoding",        ["identity"],                   "400 BODY_UNEXPECTED",       "6455-4.2.1-01"],
  ["Transfer-Encoding",        [""],                           "400 BODY_UNEXPECTED",       "6455-4.2.1-01"],
  ["Origin",                   ["http://a", "http://b"],       "400 HEAD_MALFORMED",        "6455-4.2.1-01"],
  ["Upgrade",                  ["websocket; x"],               "400 HEAD_MALFORMED",        "6455-4.2.1-01"],
  ["Upgrade",                  ["websocket h2c"],              "400 HEAD_MALFORMED",        "6455-4.2.1-01"],
  ["Upgrade",                  ["a/b/c, websocket"],           "400 HEAD_MALFORMED",        "6455-4.2.1-01"],
  ["Connection",               [],                             "400 CONNECTION_MISSING",    "6455-4.2.1-06"],
  ["Connection",               ["close"],                      "400 CONNECTION_MISSING",    "6455-4.2.1-06"],
  ["Connection",               ["keep-alive"],                 "400 CONNECTION_MISSING",    "6455-4.2.1-06"],
  ["Connection",               ["notupgrade"],                 "400 CONNECTION_MISSING",    "6455-4.2.1-06"],
  ["Connection",               ["xUpgrade"],                   "400 CONNECTION_MISSING",    "6455-4.2.1-06"],
  ["Sec-WebSocket-Key",        [],                             "400 KEY_INVALID",           "6455-4.2.1-07"],
  ["Sec-WebSocket-Key",        [""],                           "400 KEY_INVALID",           "6455-4.2.1-07"],
  ["Sec-WebSocket-Key",        ["dGhlIHNhbXBsZSBub25jZQ"],     "400 KEY_INVALID",           "6455-4.2.1-07"],
  ["Sec-WebSocket-Key",        ["AAAAAAAAAAAAAAAAAAAA"],       "400 KEY_INVALID",           "6455-4.2.1-07"],
  ["Sec-WebSocket-Key",        ["AAAAAAAAAAAAAAAAAAAAAAAA"],   "400 KEY_INVALID",           "6455-4.2.1-07"],
  ["Sec-WebSocket-Key",        [KEY, KEY],                     "400 KEY_INVALID",           "6455-11-02"],
  ["Sec-WebSocket-Key",        [KEY, OTHER_KEY],               "400 KEY_INVALID",           "6455-11-02"],
  ["Sec-WebSocket-Key",        [`${KEY}, ${OTHER_KEY}`],       "400 KEY_INVALID",           "6455-11-02"],
  ["Sec-WebSocket-Version",    [],                             "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    [""],                           "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["0"],                          "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["7"],                          "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["8"],                          "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["12"],                         "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["14"],                         "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["25"],                         "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["013"],                        "426 VERSION_UNSUPPORTED",   "6455-4.3-03"],
  ["Sec-WebSocket-Version",    ["13, 8"],                      "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["8, 13"],                      "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["+13"],                        "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["13.0"],                       "426 VERSION_UNSUPPORTED",   "6455-4.2.1-08"],
  ["Sec-WebSocket-Version",    ["13", "13"],                   "400 VERSION_INVALID",       "6455-11-06"],
  ["Sec-WebSocket-Version",    ["13", "8"],                    "400 VERSION_INVALID",       "6455-11-06"],
  ["Sec-WebSocket-Protocol",   ["a b"],                        "400 SUBPROTOCOLS_INVALID",  "6455-4.2.1-10"],
  ["Sec-WebSocket-Protocol",   ["a, a"],                       "400 SUBPROTOCOLS_INVALID",  "6455-4.2.1-01"],
  ["Sec-WebSocket-Protocol",   ["\u00e9"],                     "400 SUBPROTOCOLS_INVALID",  "6455-4.2.1-10"],
  ["Sec-WebSocket-Extensions", [";"],                          "400 EXTENSIONS_INVALID",    "6455-9-03"],
  ["Sec-WebSocket-Extensions", ["a;;b"],                       "400 EXTENSIONS_INVALID",    "6455-9-03"],
  ["Sec-WebSocket-Extensions", ["a; =1"],                      "400 EXTENSIONS_INVALID",    "6455-9-03"],
  ["Sec-WebSocket-Extensions", ["a;b="],                       "400 EXTENSIONS_INVALID",    "6455-9-03"],
  ["Sec-WebSocket-Extensions", ['a;b="x'],                     "400 EXTENSIONS_INVALID",    "6455-9-03"],
];

// oxfmt-ignore
export const GOOD_FIELDS: readonly GoodField[] = [
  ["Host",                     ["[::1]:8080"],                   "6455-4.2.1-04"],
  ["Content-Length",           ["0"],                            "6455-4.2.1-12"],
  ["Upgrade",                  ["WebSocket"],                    "6455-4.2.1-05"],
  ["Upgrade",                  ["h2c, websocket"],               "6455-4.2.1-05"],
  ["Upgrade",                  ["h2c", "websocket"],             "6455-4.2.1-05"],
  ["Connection",               ["keep-alive, Upgrade"],          "6455-4.2.1-06"],
  ["Connection",               ["keep-alive", "upgrade"],        "6455-4.2.1-06"],
  ["Connection",               ["UPGRADE, close"],               "6455-4.2.1-06"],
  ["Sec-WebSocket-Key",        [OTHER_KEY],                      "6455-4.2.1-07"],
  // Bits set behind the 16th byte: devices write keys by hand, and so does the RFC's §4.1.
  ["Sec-WebSocket-Key",        ["dGhlIHNhbXBsZSBub25jZR=="],     "6455-4.2.1-07"],
  ["Sec-WebSocket-Protocol",   ["b", "a"],                       "6455-4.2.1-10"],
  // Empty elements of lists are passed over (RFC 9110 §5.6.1.2): some clients offer nothing in as many words.
  ["Sec-WebSocket-Protocol",   [""],                             "6455-4.2.1-10"],
  ["Sec-WebSocket-Protocol",   ["a,,b", ""],                     "6455-4.2.1-10"],
  ["Sec-WebSocket-Extensions", [""],                             "6455-4.2.1-11"],
  ["Sec-WebSocket-Extensions", ["", ",a,"],                      "6455-4.2.1-11"],
  ["Connection",               [",Upgrade,", ""],                "6455-4.2.1-06"],
  ["Upgrade",                  ["", ",websocket"],               "6455-4.2.1-05"],
  ["Sec-WebSocket-Extensions", ["x-unknown; a=b"],               "6455-9-05"],
  ["Sec-WebSocket-Extensions", ["permessage-deflate; foo", "x"], "7692-5-04"],
];
