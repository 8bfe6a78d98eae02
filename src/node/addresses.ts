/** Addresses: of transports, in lists, and as trusted proxies pass them on. */
import { BlockList, isIP } from "node:net";
import type { Duplex } from "node:stream";
import type { Fields } from "../protocol/index.js";

/** Where a request comes from, by the transport and by the proxies that are trusted. */
interface ClientOrigin {
  readonly remoteAddress: string | undefined;
  readonly isSecure: boolean;
}

/** Whether an address is that of a trusted proxy; `undefined` is that of a Unix socket. */
export type IsTrusted = (address: string | undefined) => boolean;

/**
 * @param proxies - Addresses such as `"127.0.0.1"`, networks such as `"10.0.0.0/8"` and
 *   `"fd00::/8"`, and `"unix"` for clients without an address, on a Unix socket.
 * @throws {TypeError} An element is none of these.
 */
export function trustOf(proxies: readonly string[]): IsTrusted {
  if (proxies.length === 0) return trustNobody;
  const list = new AddressList();
  for (const proxy of proxies) {
    if (proxy === UNIX || list.add(proxy)) continue;
    throw new TypeError(
      `trustedProxies: ${JSON.stringify(proxy)} is neither an address nor a network such as "10.0.0.0/8"`,
    );
  }
  const trustsUnix = proxies.includes(UNIX);
  return (address) => (address === undefined ? trustsUnix : list.has(address));
}

const UNIX = "unix";

/** The answer without trusted proxies: only the transport counts. */
const trustNobody: IsTrusted = () => false;

/**
 * Tells where a request comes from. Each proxy appends the address that it got the request from to
 * X-Forwarded-For. The list is read from its end, and only as far as a trusted proxy wrote it: the client
 * may have made up the elements before that. Of X-Forwarded-Proto only the last element counts.
 *
 * @param isTrusted - Called with the address of the transport and with addresses of the list.
 */
export function clientOrigin(
  transport: Duplex,
  fields: Fields,
  isTrusted: IsTrusted,
): ClientOrigin {
  const direct = { remoteAddress: remoteAddressOf(transport), isSecure: isEncrypted(transport) };
  if (!isTrusted(direct.remoteAddress)) return direct;

  let { remoteAddress } = direct;
  const hops = listOf(fields, "x-forwarded-for");
  while (isTrusted(remoteAddress)) {
    const address = addressIn(hops.pop());
    if (address === undefined) break; // the list has ended, or the element is no address
    remoteAddress = address;
  }
  const scheme = listOf(fields, "x-forwarded-proto").pop()?.toLowerCase();
  const isSecure = scheme === undefined ? direct.isSecure : scheme === "https" || scheme === "wss";
  return { remoteAddress, isSecure };
}

/** @returns The address of the other end; `undefined` for a transport without one, such as a Unix socket. */
export function remoteAddressOf(transport: Duplex): string | undefined {
  if (!("remoteAddress" in transport)) return undefined;
  return typeof transport.remoteAddress === "string" ? transport.remoteAddress : undefined;
}

/** Tells whether TLS runs on the transport itself. */
export function isEncrypted(transport: Duplex): boolean {
  return "encrypted" in transport && transport.encrypted === true;
}

function listOf(fields: Fields, name: string): string[] {
  const text = fields.listOf(name);
  return text === undefined ? [] : text.split(",").map((element) => element.trim());
}

/** Reads an address. Some proxies write a port behind it, or put it in brackets. */
function addressIn(element: string | undefined): string | undefined {
  if (element === undefined || isIP(element) !== 0) return element;
  const end = element.startsWith("[") ? element.indexOf("]") : element.lastIndexOf(":");
  const address = element.slice(element.startsWith("[") ? 1 : 0, Math.max(end, 0));
  return isIP(address) === 0 ? undefined : address;
}

/** Decimal digits without a leading zero, which some programs read as octal. */
const PREFIX = /^(?:0|[1-9]\d*)$/;

/** Takes addresses such as `"127.0.0.1"` and networks such as `"10.0.0.0/8"`, of both versions of IP. */
export class AddressList {
  readonly #list = new BlockList();

  /** @returns False when `text` is neither an address nor a network. Then nothing was added. */
  add(text: string): boolean {
    const [address = "", prefix, ...more] = text.split("/");
    const version = isIP(address);
    if (version === 0 || more.length > 0) return false;
    if (prefix === undefined) {
      this.#list.addAddress(address, familyOf(version));
      return true;
    }
    const bits = PREFIX.test(prefix) ? Number(prefix) : Number.NaN; // "1e1" and " 8" are numbers, too
    if (!(bits <= bitsOf(version))) return false;
    this.#list.addSubnet(address, bits, familyOf(version));
    return true;
  }

  /** @returns False when one of them is no address, their versions differ, or the last comes before the first. */
  addRange(first: string, last: string): boolean {
    const version = isIP(first);
    if (version === 0 || version !== isIP(last)) return false;
    try {
      this.#list.addRange(first, last, familyOf(version));
      return true;
    } catch {
      return false;
    }
  }

  /** Tells whether `text` is an address, and in this list. */
  has(text: string): boolean {
    const version = isIP(text);
    return version !== 0 && this.#list.check(text, familyOf(version));
  }
}

function familyOf(version: number): "ipv4" | "ipv6" {
  return version === 6 ? "ipv6" : "ipv4";
}

function bitsOf(version: number): number {
  return version === 6 ? 128 : 32;
}
