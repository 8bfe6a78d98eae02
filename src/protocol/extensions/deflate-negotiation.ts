/** Negotiates permessage-deflate: what an end may ask for, how it offers, answers and judges (RFC 7692 §5, §7.1). */
import { type Names, checkOptions } from "../../input/index.js";
import type { Role } from "../connection-options.js";
import type { Extension, ExtensionParameter } from "../handshake/extension-header.js";
import { HandshakeError } from "../handshake/handshake-error.js";

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
const DEFAULT_OWN_WINDOW_BITS: number = 12;

/** What both ends may use where nothing was agreed (§7.1.2). */
const LARGEST_WINDOW_BITS: number = 15;

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

const NAME = "permessage-deflate";

interface AcceptedDeflate {
  readonly parameters: DeflateParameters;
  /** The element for the response. */
  readonly response: Extension;
}

/**
 * The offers a client sends, best first: one for each configuration (§5). Each says that
 * the client can limit its window, with the limit when the configuration has one, unless
 * `offerWindowBits` is false.
 *
 * @throws {RangeError | TypeError} See {@link checkDeflateConfig}.
 */
export function deflateOffers(configs: readonly PerMessageDeflateConfig[]): readonly Extension[] {
  return configs.map((config) => {
    checkDeflateConfig(config, "client");
    const { serverMaxWindowBits, clientMaxWindowBits, offerWindowBits = true } = config;
    const parameters: ExtensionParameter[] = takeoverParameters(config);
    if (serverMaxWindowBits !== undefined) {
      parameters.push(["server_max_window_bits", String(serverMaxWindowBits)]);
    }
    if (offerWindowBits) {
      const limit = clientMaxWindowBits === undefined ? undefined : String(clientMaxWindowBits);
      parameters.push(["client_max_window_bits", limit]);
    }
    return { name: NAME, parameters };
  });
}

/**
 * The server's choice: the first of the offers that is valid and that it can keep
 * (§5.1); `undefined` when there is none, and then the connection goes without.
 *
 * The response says what the client asked for, what the configuration asks of a client
 * that said it can, and no context takeover where the configuration has it. A window that
 * is smaller only because the server likes it so is not announced: clients need not know.
 *
 * @throws {RangeError | TypeError} See {@link checkDeflateConfig}.
 */
export function acceptDeflateOffer(
  offers: readonly Extension[],
  config: PerMessageDeflateConfig,
): AcceptedDeflate | undefined {
  checkDeflateConfig(config, "server");
  for (const offer of offers) {
    const asked = offer.name === NAME ? readParameters(offer, "client") : undefined;
    const accepted = asked === undefined ? undefined : answer(asked, config);
    if (accepted !== undefined) return accepted;
  }
  return undefined;
}

function answer(
  asked: ReadParameters,
  config: PerMessageDeflateConfig,
): AcceptedDeflate | undefined {
  const {
    serverMaxWindowBits: own = DEFAULT_OWN_WINDOW_BITS,
    clientMaxWindowBits: wished = DEFAULT_OWN_WINDOW_BITS,
    minWindowBits = 8,
  } = config;
  const serverMaxWindowBits = Math.min(own, asked.serverMaxWindowBits ?? LARGEST_WINDOW_BITS);
  if (serverMaxWindowBits < minWindowBits) return undefined;
  const clientMaxWindowBits =
    asked.clientMaxWindowBits === undefined
      ? LARGEST_WINDOW_BITS // it never said that it can limit its window (§7.1.2.2)
      : Math.min(wished, asked.clientMaxWindowBits);
  const takeover = {
    serverNoContextTakeover:
      config.serverNoContextTakeover === true || asked.serverNoContextTakeover,
    clientNoContextTakeover:
      config.clientNoContextTakeover === true || asked.clientNoContextTakeover,
  };

  const parameters = takeoverParameters(takeover);
  if (asked.serverMaxWindowBits !== undefined) {
    parameters.push(["server_max_window_bits", String(serverMaxWindowBits)]);
  }
  if (clientMaxWindowBits < LARGEST_WINDOW_BITS) {
    parameters.push(["client_max_window_bits", String(clientMaxWindowBits)]);
  }
  return {
    parameters: { ...takeover, serverMaxWindowBits, clientMaxWindowBits },
    response: { name: NAME, parameters },
  };
}

/**
 * The client's judgement of the elements of a response. `undefined` when there are none:
 * the server declined, and the connection goes without.
 *
 * @param configs - Those that {@link deflateOffers} made the offers from.
 * @throws {HandshakeError} `EXTENSION_UNOFFERED`: an element that was not offered.
 *   `DEFLATE_RESPONSE_INVALID`: the extension twice, a parameter that is unknown, repeated
 *   or has a wrong value, or parameters that fit none of the offers.
 */
export function judgeDeflateResponse(
  response: readonly Extension[],
  configs: readonly PerMessageDeflateConfig[],
): DeflateParameters | undefined {
  const [element, ...others] = response;
  if (element === undefined) return undefined;
  if (configs.length === 0 || response.some(({ name }) => name !== NAME)) {
    throw new HandshakeError("EXTENSION_UNOFFERED");
  }
  if (others.length > 0) throw badResponse("it is there twice");
  const given = readParameters(element, "server");
  if (given === undefined)
    throw badResponse("a parameter is unknown, repeated or has a wrong value");
  for (const config of configs) {
    const agreed = fit(given, config);
    if (agreed !== undefined) return agreed;
  }
  throw badResponse("they fit no offer");
}

/** What is agreed when the offer made from `config` gets this response; `undefined` when it is none to that offer. */
function fit(
  given: ReadParameters,
  config: PerMessageDeflateConfig,
): DeflateParameters | undefined {
  const { serverMaxWindowBits: condition, clientMaxWindowBits: own, minWindowBits = 8 } = config;
  const serverMaxWindowBits = given.serverMaxWindowBits ?? LARGEST_WINDOW_BITS;
  const clientLimit = given.clientMaxWindowBits ?? LARGEST_WINDOW_BITS;
  if (config.serverNoContextTakeover === true && !given.serverNoContextTakeover) return undefined;
  // Not repeated means not accepted (§7.1.2.1), even where the offer said 15.
  if (condition !== undefined && (given.serverMaxWindowBits ?? Infinity) > condition)
    return undefined;
  if (given.clientMaxWindowBits !== undefined && own !== undefined && clientLimit > own) {
    return undefined;
  }
  if (clientLimit < minWindowBits) return undefined;
  // Only what an offer mentions may be in the answer to it (§7.1.2.2).
  if (given.clientMaxWindowBits !== undefined && config.offerWindowBits === false) return undefined;
  return {
    serverNoContextTakeover: given.serverNoContextTakeover,
    clientNoContextTakeover:
      config.clientNoContextTakeover === true || given.clientNoContextTakeover,
    serverMaxWindowBits,
    clientMaxWindowBits: Math.min(clientLimit, own ?? DEFAULT_OWN_WINDOW_BITS),
  };
}

function takeoverParameters(
  config: Pick<PerMessageDeflateConfig, "serverNoContextTakeover" | "clientNoContextTakeover">,
): ExtensionParameter[] {
  const parameters: ExtensionParameter[] = [];
  if (config.serverNoContextTakeover === true)
    parameters.push(["server_no_context_takeover", undefined]);
  if (config.clientNoContextTakeover === true)
    parameters.push(["client_no_context_takeover", undefined]);
  return parameters;
}

function badResponse(detail: string): HandshakeError {
  return new HandshakeError("DEFLATE_RESPONSE_INVALID", { detail });
}
