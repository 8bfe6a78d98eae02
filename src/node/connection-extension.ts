import { type DeflateCodec, PerMessageDeflate } from "../protocol/index.js";
import type { ConnectionSetup } from "./connection-setup.js";
import { createDeflateCodec } from "./deflate.js";
import type { PerMessageDeflateOptions } from "./options.js";

/** One for each set of options: it serves all their connections, and holds nothing of any of them. */
const codecs = new WeakMap<PerMessageDeflateOptions, DeflateCodec>();

/** Compresses the messages of a connection as its opening handshake has agreed; `undefined` when it has not. */
export function extensionFor({
  role,
  deflate: parameters,
  options,
}: Pick<ConnectionSetup<unknown>, "role" | "deflate" | "options">): PerMessageDeflate | undefined {
  if (parameters === undefined) return undefined;
  const { perMessageDeflate = {} } = options;
  const { thresholdBytes } = perMessageDeflate;
  const codec = codecFor(perMessageDeflate);
  return new PerMessageDeflate({ role, parameters, codec, thresholdBytes });
}

function codecFor(options: PerMessageDeflateOptions): DeflateCodec {
  const known = codecs.get(options);
  if (known !== undefined) return known;
  const codec = createDeflateCodec(options);
  codecs.set(options, codec);
  return codec;
}
