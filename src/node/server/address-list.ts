/** Addresses and networks, to ask whether an address is one of them. */
import { BlockList, isIP } from "node:net";

/** Takes addresses such as `"127.0.0.1"` and networks such as `"10.0.0.0/8"`, of both versions of IP. */
export class AddressList {
  readonly #list = new BlockList();

  /** @returns False when `text` is neither an address nor a network: nothing was added. */
  add(text: string): boolean {
    const [address = "", prefix, ...more] = text.split("/");
    const version = isIP(address);
    if (version === 0 || more.length > 0) return false;
    if (prefix === undefined) {
      this.#list.addAddress(address, familyOf(version));
      return true;
    }
    const bits = Number(prefix);
    const isLength = prefix !== "" && Number.isInteger(bits) && bits >= 0;
    if (!isLength || bits > bitsOf(version)) return false;
    this.#list.addSubnet(address, bits, familyOf(version));
    return true;
  }

  /** @returns False when one of them is no address, they are of two versions, or the last comes before the first. */
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

  /** Whether `text` is an address, and one of these. */
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
