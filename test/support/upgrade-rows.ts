/** Opening handshakes that differ in one header field from one that is in order, and what they get. */
import type { RequestFields } from "./raw-client.js";
import { SAMPLE_KEY } from "./wire-handshake.js";

/** Statuses per request; Node's http server refuses some by itself, with 400, before ours sees them. */
export type Row = readonly [what: string, status: number, fields: RequestFields];

// oxfmt-ignore
export const UPGRADES: readonly Row[] = [
  ["is missing",                     426, { upgrade: undefined }],
  ["names h2c alone",                426, { upgrade: "h2c" }],
  ["names websockets",               426, { upgrade: "websockets" }],
  ["lists h2c and websocket",        101, { upgrade: "h2c, websocket" }],
  ["lists websocket and h2c",        101, { upgrade: "websocket, h2c" }],
  ["is in two lines",                101, { upgrade: ["h2c", "websocket"] }],
  ["is in another case",             101, { upgrade: "WebSocket" }],
];

// oxfmt-ignore
export const CONNECTIONS: readonly Row[] = [
  ["is missing",                     400, { connection: undefined }],
  ["says close",                     400, { connection: "close" }],
  ["names xUpgrade",                 400, { connection: "xUpgrade" }],
  ["names notupgrade",               400, { connection: "notupgrade" }],
  ["lists keep-alive and Upgrade",   101, { connection: "keep-alive, Upgrade" }],
  ["lists upgrade and close",        101, { connection: "upgrade,close" }],
  ["is in two lines",                101, { connection: ["keep-alive", "upgrade"] }],
  ["is in another case",             101, { connection: "UPGRADE" }],
];

// oxfmt-ignore
export const KEYS: readonly Row[] = [
  ["is missing",                     400, { "sec-websocket-key": undefined }],
  ["is empty",                       400, { "sec-websocket-key": "" }],
  ["has 1 byte",                     400, { "sec-websocket-key": "dA==" }],
  ["has 15 bytes",                   400, { "sec-websocket-key": Buffer.alloc(15, 1).toString("base64") }],
  ["has 17 bytes",                   400, { "sec-websocket-key": Buffer.alloc(17, 1).toString("base64") }],
  ["has 1000 bytes",                 400, { "sec-websocket-key": Buffer.alloc(1000, 1).toString("base64") }],
  ["is in the alphabet for URLs",    400, { "sec-websocket-key": "_-_-_-_-_-_-_-_-_-_-_g==" }],
  ["has a space in it",              400, { "sec-websocket-key": "dGhlIHNhbXBsZ SBub25jZQ=" }],
  ["has no padding",                 400, { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ" }],
  ["has bits set behind its end, as hand-made ones (A13)", 101, { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZR==" }],
  ["is a list",                      400, { "sec-websocket-key": `${SAMPLE_KEY}, ${SAMPLE_KEY}` }],
  ["is in two lines",                400, { "sec-websocket-key": [SAMPLE_KEY, SAMPLE_KEY] }],
];

// oxfmt-ignore
export const VERSIONS: readonly Row[] = [
  ["is missing",                     426, { "sec-websocket-version": undefined }],
  ["is empty",                       426, { "sec-websocket-version": "" }],
  ["is 0",                           426, { "sec-websocket-version": "0" }],
  ["is 7",                           426, { "sec-websocket-version": "7" }],
  ["is 8",                           426, { "sec-websocket-version": "8" }],
  ["is 12",                          426, { "sec-websocket-version": "12" }],
  ["is 14",                          426, { "sec-websocket-version": "14" }],
  ["is 013",                         426, { "sec-websocket-version": "013" }],
  ["is a list",                      426, { "sec-websocket-version": "13, 8" }],
  ["is in two lines",                400, { "sec-websocket-version": ["13", "13"] }],
];

// oxfmt-ignore
export const LISTS: readonly Row[] = [
  ["an empty subprotocol (A19)",     101, { "sec-websocket-protocol": "a,,b" }],
  ["a leading comma (A19)",          101, { "sec-websocket-protocol": ",a" }],
  ["no subprotocol at all (A19)",    101, { "sec-websocket-protocol": "," }],
  ["nothing for subprotocols (A19)", 101, { "sec-websocket-protocol": ["", ""] }],
  ["nothing for extensions (A20)",   101, { "sec-websocket-extensions": ["", ""] }],
  ["an empty element of Connection", 101, { connection: ",Upgrade,," }],
  ["an empty line of Upgrade",       101, { upgrade: ["", "websocket"] }],
  ["a subprotocol with a space",     400, { "sec-websocket-protocol": "a b" }],
  ["a subprotocol twice",            400, { "sec-websocket-protocol": "a, a" }],
  ["a subprotocol that is not ASCII", 400, { "sec-websocket-protocol": "h\u00e9" }],
  ["subprotocols in two lines",      101, { "sec-websocket-protocol": ["a, b", "c"] }],
  ["a parameter without extension",  400, { "sec-websocket-extensions": ";" }],
  ["a parameter without a name",     400, { "sec-websocket-extensions": "a;=1" }],
  ["an open quote",                  400, { "sec-websocket-extensions": 'a;b="x' }],
  ["a quoted value that is no token", 400, { "sec-websocket-extensions": 'a;b="x y"' }],
  ["extensions nobody knows",        101, { "sec-websocket-extensions": "foo; bar=1, baz" }],
  ["names from Object.prototype",    101, {
    "sec-websocket-extensions": "__proto__; constructor=toString, hasOwnProperty",
    "sec-websocket-protocol": "__proto__, constructor, toString",
    __proto: "x",
    constructor: "x",
  }],
];
