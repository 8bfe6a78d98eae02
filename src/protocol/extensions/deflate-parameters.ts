// The parameters of permessage-deflate: what an end may ask for, and how it reads what the other asks for (RFC 7692 §7.1).
import { checkOptions, type Names } from "../../input/index.js";
import type { Extension } from "../handshake/extension-header.js";
import type { Role } from "../connection-options.js";

/**
 * What one end wants of permessage-deflate. The same words in both roles: `server…` is
 * about what the server compresses, `client…` about what the client compresses.
 *
 * What is about an end's own compressor it keeps to in any case. What is about the
 * peer's is, on a server, asked of clients that can do it; on a client, a condition:
 * a server that answers otherwise fails the handshake.
 */
export interface PerMessageDeflateConfig {
  /**
   * Whether the server forgets each message before the next: less memory, weaker compression.
   *
   * @defaultValue false
   */
  readonly serverNoContextTakeover?: boolean | undefined;
  /**
   * Whether the client forgets each message before the next.
   *
   * @defaultValue false
   */
  readonly clientNoContextTakeover?: boolean | undefined;
  /**
   * Base-2 logarithm of the largest window of the server's compressor, 8 to 15.
   *
   * @defaultValue on a server 12, 4 KiB, which is enough for most messages; on a client no condition
   */
  readonly serverMaxWindowBits?: number | undefined;
  /**
   * Base-2 logarithm of the largest window of the client's compressor, 8 to 15.
   *
   * @defaultValue 12
   */
  readonly clientMaxWindowBits?: number | undefined;
  /**
   * Of a client: whether its offer says that it can limit its window (`client_max_window_bits`).
   * With false the offer is the bare name, for the servers that refuse a request with any window
   * in it; the server then cannot ask for a smaller window than 15.
   *
   * @defaultValue true, as browsers do
   */
  readonly offerWindowBits?: boolean | undefined;
  /**
   * The smallest window this end's compressor can keep to, `DeflateCodec.minWindowBits`: a
   * peer that asks for a smaller one is declined. zlib has 9.
   *
   * @defaultValue 8
   */
  readonly minWindowBits?: number | undefined;
}

/**
 * How an end compresses and decompresses. Its own window may be smaller than the peer was
 * told: whoever can read the larger one can read the smaller one.
 */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  /** 8 to 15. */
  readonly serverMaxWindowBits: number;
  /** 8 to 15. */
  readonly clientMaxWindowBits: number;
}

/** 4 KiB: enough for most messages, an eighth of what the largest window takes. */
export const DEFAULT_OWN_WINDOW_BITS: number = 12;

/** What both ends may use where nothing was agreed (§7.1.2). */
export const LARGEST_WINDOW_BITS: number = 15;

/** The values that §7.1.2 allows, letter by letter: no zero in front, no sign, no exponent. */
const WINDOW_BITS: ReadonlyMap<string, number> = new Map(
  [8, 9, 10, 11, 12, 13, 14, 15].map((bits) => [String(bits), bits]),
);

const NAMES: Names<PerMessageDeflateConfig> = {
  owner: "the configuration of permessage-deflate",
  known: {
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: true,
    clientMaxWindowBits: true,
    offerWindowBits: true,
    minWindowBits: true,
  },
};

/**
 * Checks a configuration.
 *
 * @throws {RangeError} A window is not a whole number from 8 to 15, or this end's own is
 *   smaller than its compressor can keep to.
 * @throws {TypeError} A name that does not exist; `offerWindowBits` on a server, which offers nothing, or false beside a
 *   window that only an offer can ask for.
 */
export function checkDeflateConfig(config: PerMessageDeflateConfig, role: Role): void {
  checkOptions(config, NAMES);
  const { serverMaxWindowBits, clientMaxWindowBits, minWindowBits = 8 } = config;
  const windows = { serverMaxWindowBits, clientMaxWindowBits, minWindowBits };
  for (const [name, bits] of Object.entries(windows)) {
    if (bits !== undefined && !WINDOW_BITS.has(String(bits))) {
      throw new RangeError(`${name} must be a whole number from 8 to 15, not ${bits}`);
    }
  }
  checkOffer(config, role);
  const own = role === "server" ? serverMaxWindowBits : clientMaxWindowBits;
  if ((own ?? DEFAULT_OWN_WINDOW_BITS) < minWindowBits) {
    throw new RangeError(
      `${role}MaxWindowBits is ${own ?? DEFAULT_OWN_WINDOW_BITS}, but the compressor needs ${minWindowBits} at least`,
    );
  }
}

function checkOffer(config: PerMessageDeflateConfig, role: Role): void {
  const { offerWindowBits, serverMaxWindowBits } = config;
  if (offerWindowBits === undefined) return;
  if (typeof offerWindowBits !== "boolean") throw new TypeError("offerWindowBits is a boolean");
  if (role === "server")
    throw new TypeError("offerWindowBits is for clients: a server offers nothing");
  if (!offerWindowBits && serverMaxWindowBits !== undefined) {
    throw new TypeError(
      "serverMaxWindowBits is asked for in an offer: it cannot stand beside offerWindowBits: false",
    );
  }
}

/** The parameters of one element. Absent ones are `false` or `undefined`. */
export interface ReadParameters {
  serverNoContextTakeover: boolean;
  clientNoContextTakeover: boolean;
  serverMaxWindowBits: number | undefined;
  /** 15 when an offer has it without a value: any window will do. */
  clientMaxWindowBits: number | undefined;
}

/** Reads the parameters of an element that `from` sent. `undefined` when one is unknown, repeated, or has a wrong value (§7). */
export function readParameters(element: Extension, from: Role): ReadParameters | undefined {
  const read: ReadParameters = {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverMaxWindowBits: undefined,
    clientMaxWindowBits: undefined,
  };
  const names = new Set<string>();
  for (const [name, value] of element.parameters) {
    if (names.has(name) || !readParameter(read, name, value, from)) return undefined;
    names.add(name);
  }
  return read;
}

/** Returns whether the parameter is known and its value right. */
function readParameter(
  read: ReadParameters,
  name: string,
  value: string | undefined,
  from: Role,
): boolean {
  const bits = value === undefined ? undefined : WINDOW_BITS.get(value);
  switch (name) {
    case "server_no_context_takeover":
      read.serverNoContextTakeover = true;
      return value === undefined;
    case "client_no_context_takeover":
      read.clientNoContextTakeover = true;
      return value === undefined;
    case "server_max_window_bits":
      read.serverMaxWindowBits = bits;
      return bits !== undefined;
    case "client_max_window_bits":
      if (value === undefined && from === "client") {
        read.clientMaxWindowBits = LARGEST_WINDOW_BITS;
        return true;
      }
      read.clientMaxWindowBits = bits;
      return bits !== undefined;
    default:
      return false;
  }
}
