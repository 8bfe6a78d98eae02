import { type DeflateCodec, PerMessageDeflate } from "../protocol/index.js";
import type { ConnectionSetup } from "./connection-setup.js";
import { createDeflateCodec } from "./deflate.js";

/** Serves all connections: it holds nothing of any of them. */
const codec: DeflateCodec = createDeflateCodec();

/** Compresses the messages of a connection as its opening handshake has agreed; `undefined` when it has not. */
export function extensionFor({
  role,
  deflate: parameters,
  options,
}: Pick<ConnectionSetup<unknown>, "role" | "deflate" | "options">): PerMessageDeflate | undefined {
  if (parameters === undefined) return undefined;
  return new PerMessageDeflate({ role, parameters, codec, ...options.perMessageDeflate });
}
