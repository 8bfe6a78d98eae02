// permessage-deflate headers, and what each end makes of them (RFC 7692 §7.1).
import type { PerMessageDeflateConfig } from "../../../src/protocol/extensions/deflate-negotiation.js";

/** Whether the server and the client keep their context, and their windows as each end uses them. */
type Agreed = readonly [server: boolean, client: boolean, serverBits: number, clientBits: number];

interface ServerRow {
  readonly offer: string;
  readonly config: PerMessageDeflateConfig;
  readonly response: string;
  readonly agreed: Agreed | undefined;
  readonly rows: string;
}

interface ClientRow {
  readonly config: PerMessageDeflateConfig;
  readonly response: string;
  readonly agreed: Agreed;
  readonly rows: string;
}

/** Values of a window that are right, and what they mean. */
export const GOOD_VALUES: readonly (readonly [string, number])[] = [
  ["8", 8],
  ["9", 9],
  ["10", 10],
  ["11", 11],
  ["12", 12],
  ["13", 13],
  ["14", 14],
  ["15", 15],
  ['"10"', 10],
  ['"1\\1"', 11],
];

/** Values of a window that follow the grammar of the header and are wrong. */
// oxfmt-ignore
export const BAD_VALUES: readonly string[] = [
  "7", "16", "0", "1", "00", "08", "009", "015", "100", "1000", "-1", "-9", "+9", "1e1", "9.0", "0x9", "abc", "15abc", "true", "NaN", "Infinity",
  '"7"', '"08"', "99999999999999999999",
];

/** Parameters that follow the grammar of the header and are wrong. */
// oxfmt-ignore
export const BAD_PARAMETERS: readonly string[] = [
  "foo", "foo=1", "x-server_max_window_bits=10", "server_max_window_bit=10", "Server_max_window_bits=10",
  "server_no_context_takeover=1", "server_no_context_takeover=true", 'server_no_context_takeover="x"', "client_no_context_takeover=0",
  "server_no_context_takeover; server_no_context_takeover", "client_no_context_takeover; client_no_context_takeover",
  "server_max_window_bits=10; server_max_window_bits=10", "client_max_window_bits=10; client_max_window_bits=10", "client_max_window_bits; client_max_window_bits=10",
  "server_no_context_takeover; foo", "foo; server_no_context_takeover",
];

// oxfmt-ignore
export const SERVER_TABLE: readonly ServerRow[] = [
  { offer: "permessage-deflate",                                                   config: {},                                response: "permessage-deflate",                                agreed: [true, true, 12, 15],   rows: "[7692-7-25]" },
  { offer: "permessage-deflate; client_max_window_bits",                           config: {},                                response: "permessage-deflate; client_max_window_bits=12",     agreed: [true, true, 12, 12],   rows: "[7692-7-23]" },
  { offer: "permessage-deflate; client_max_window_bits=10",                        config: {},                                response: "permessage-deflate; client_max_window_bits=10",     agreed: [true, true, 12, 10],   rows: "[7692-7-23]" },
  { offer: "permessage-deflate; client_max_window_bits=15",                        config: {},                                response: "permessage-deflate; client_max_window_bits=12",     agreed: [true, true, 12, 12],   rows: "[7692-7-23]" },
  { offer: "permessage-deflate; client_max_window_bits",                           config: { clientMaxWindowBits: 15 },       response: "permessage-deflate",                                agreed: [true, true, 12, 15],   rows: "[7692-7-25]" },
  { offer: "permessage-deflate",                                                   config: { clientMaxWindowBits: 10 },       response: "permessage-deflate",                                agreed: [true, true, 12, 15],   rows: "[7692-7-22]" },
  { offer: "permessage-deflate; server_max_window_bits=10",                        config: { clientMaxWindowBits: 10 },       response: "permessage-deflate; server_max_window_bits=10",     agreed: [true, true, 10, 15],   rows: "[7692-7-22]" },
  { offer: "permessage-deflate; server_max_window_bits=15",                        config: {},                                response: "permessage-deflate; server_max_window_bits=12",     agreed: [true, true, 12, 15],   rows: "[7692-7-18]" },
  { offer: "permessage-deflate; server_max_window_bits=9",                         config: {},                                response: "permessage-deflate; server_max_window_bits=9",      agreed: [true, true, 9, 15],    rows: "[7692-7-18]" },
  { offer: "permessage-deflate; server_max_window_bits=8",                         config: { minWindowBits: 9 },              response: "",                                                  agreed: undefined,              rows: "[7692-7-04]" },
  { offer: "permessage-deflate; server_no_context_takeover",                       config: {},                                response: "permessage-deflate; server_no_context_takeover",    agreed: [false, true, 12, 15],  rows: "[7692-7-10]" },
  { offer: "permessage-deflate",                                                   config: { serverNoContextTakeover: true }, response: "permessage-deflate; server_no_context_takeover",    agreed: [false, true, 12, 15],  rows: "[7692-7-11]" },
  { offer: "permessage-deflate; client_no_context_takeover",                       config: {},                                response: "permessage-deflate; client_no_context_takeover",    agreed: [true, false, 12, 15],  rows: "[7692-7-14]" },
  { offer: "permessage-deflate",                                                   config: { clientNoContextTakeover: true }, response: "permessage-deflate; client_no_context_takeover",    agreed: [true, false, 12, 15],  rows: "[7692-7-15]" },
  { offer: "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=8", config: {}, response: "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=8", agreed: [false, false, 9, 8], rows: "[7692-7-10]" },
  { offer: 'permessage-deflate; client_max_window_bits="11"',                      config: {},                                response: "permessage-deflate; client_max_window_bits=11",     agreed: [true, true, 12, 11],   rows: "[6455-4.3-02]" },
];

// oxfmt-ignore
export const CLIENT_TABLE: readonly ClientRow[] = [
  { config: {},                                response: "permessage-deflate",                               agreed: [true, true, 15, 12],   rows: "[7692-7-25]" },
  { config: { clientMaxWindowBits: 15 },       response: "permessage-deflate",                               agreed: [true, true, 15, 15],   rows: "[7692-7-25]" },
  { config: {},                                response: "permessage-deflate; client_max_window_bits=9",     agreed: [true, true, 15, 9],    rows: "[7692-7-21]" },
  { config: {},                                response: "permessage-deflate; client_max_window_bits=8",     agreed: [true, true, 15, 8],    rows: "[7692-7-21]" },
  { config: { clientMaxWindowBits: 10 },       response: "permessage-deflate; client_max_window_bits=10",    agreed: [true, true, 15, 10],   rows: "[7692-7-21]" },
  { config: { minWindowBits: 9 },              response: "permessage-deflate; client_max_window_bits=9",     agreed: [true, true, 15, 9],    rows: "[7692-7-26]" },
  { config: {},                                response: "permessage-deflate; server_max_window_bits=8",     agreed: [true, true, 8, 12],    rows: "[7692-7-20]" },
  { config: { serverMaxWindowBits: 10 },       response: "permessage-deflate; server_max_window_bits=10",    agreed: [true, true, 10, 12],   rows: "[7692-7-17]" },
  { config: { serverMaxWindowBits: 10 },       response: "permessage-deflate; server_max_window_bits=9",     agreed: [true, true, 9, 12],    rows: "[7692-7-17]" },
  { config: { serverMaxWindowBits: 15 },       response: "permessage-deflate; server_max_window_bits=15",    agreed: [true, true, 15, 12],   rows: "[7692-7-17]" },
  { config: {},                                response: "permessage-deflate; server_no_context_takeover",   agreed: [false, true, 15, 12],  rows: "[7692-7-11]" },
  { config: { serverNoContextTakeover: true }, response: "permessage-deflate; server_no_context_takeover",   agreed: [false, true, 15, 12],  rows: "[7692-7-13]" },
  { config: {},                                response: "permessage-deflate; client_no_context_takeover",   agreed: [true, false, 15, 12],  rows: "[7692-7-15]" },
  { config: { clientNoContextTakeover: true }, response: "permessage-deflate",                               agreed: [true, false, 15, 12],  rows: "[7692-7-14]" },
];
