// Negotiates permessage-deflate (RFC 7692 §5, §7.1).
import type { Extension, ExtensionParameter } from "../handshake/extension-header.js";
import { HandshakeError } from "../handshake/handshake-error.js";
import {
  checkDeflateConfig,
  DEFAULT_OWN_WINDOW_BITS,
  LARGEST_WINDOW_BITS,
  readParameters,
  type DeflateParameters,
  type PerMessageDeflateConfig,
  type ReadParameters,
} from "./deflate-parameters.js";

export { checkDeflateConfig, type DeflateParameters, type PerMessageDeflateConfig };

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
