// Host and port, as they stand in URIs, in Host and in Origin (RFC 3986 §3.2).
import { lowerCaseAscii } from "./fields.js";

interface Authority {
  /** Lower case; an IPv6 address in its brackets. */
  readonly host: string;
  /** `undefined` when none is given. */
  readonly port: number | undefined;
}

/** What a name may consist of: unreserved and sub-delims of RFC 3986 §3.2.2. DNS has no percent-encoding, so that is left out. */
const NAME_CHARACTERS: ReadonlySet<string> = new Set(
  "abcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=",
);

const DIGITS: ReadonlySet<string> = new Set("0123456789");

const HEX_DIGITS: ReadonlySet<string> = new Set("0123456789abcdef");

/** Reads `host` or `host:port`, without user information. `undefined` when it is neither. */
export function parseAuthority(text: string): Authority | undefined {
  const [hostText, portText] = splitPort(text);
  const host = lowerCaseAscii(hostText);
  if (!isHost(host)) return undefined;
  if (portText === undefined || portText === "") return { host, port: undefined };
  const port = parsePort(portText);
  return port === undefined ? undefined : { host, port };
}

/** How long the authority is that `text` starts with: it goes up to the path or the query. */
export function authorityLength(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "/" || character === "?") return at;
  }
  return text.length;
}

/** Cuts off the port: what follows the last colon behind the brackets, if there are any. */
export function splitPort(text: string): readonly [host: string, port: string | undefined] {
  const colon = text.indexOf(":", text.indexOf("]") + 1);
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** Tells whether `host`, in lower case, is a name, an IPv4 address or an IPv6 address in brackets. */
export function isHost(host: string): boolean {
  if (host.startsWith("[")) return host.endsWith("]") && isIpv6(host.slice(1, -1));
  return host !== "" && consistsOf(host, NAME_CHARACTERS);
}

/** The port that `text` writes in digits; `undefined` when it is none of 1 to 65535. */
export function parsePort(text: string): number | undefined {
  let port = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    port = port * 10 + digit;
    if (port > 65_535) return undefined;
  }
  return port === 0 ? undefined : port;
}

/** RFC 4291 §2.2: eight groups, or fewer with `::` for the groups left out; no zone. */
function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves
    .map((half, index) => countGroups(half, index === halves.length - 1))
    .reduce((sum, count) => sum + count, 0);
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

/** How many 16-bit groups `text` writes, the last two perhaps as an IPv4 address; NaN when it is wrong. */
function countGroups(text: string, mayEndInIpv4: boolean): number {
  if (text === "") return 0;
  const pieces = text.split(":");
  let groups = 0;
  for (const [index, piece] of pieces.entries()) {
    const isLast = mayEndInIpv4 && index === pieces.length - 1;
    if (isLast && isIpv4(piece)) groups += 2;
    else groups += isHexGroup(piece) ? 1 : Number.NaN;
  }
  return groups;
}

function isHexGroup(text: string): boolean {
  return text.length >= 1 && text.length <= 4 && consistsOf(text, HEX_DIGITS);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every(isOctet);
}

/** Tells whether `text` is 0 to 255 without leading zeros. */
function isOctet(text: string): boolean {
  if (text === "" || text.length > 3 || !consistsOf(text, DIGITS)) return false;
  return (text === "0" || !text.startsWith("0")) && Number(text) <= 255;
}

function consistsOf(text: string, characters: ReadonlySet<string>): boolean {
  for (const character of text) {
    if (!characters.has(character)) return false;
  }
  return true;
}
