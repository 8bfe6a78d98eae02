/** The protocol core of a connection, as its options and its opening handshake have it. */
import {
  type DeflateCodec,
  type FrameObserver,
  PerMessageDeflate,
  ProtocolConnection,
} from "../../protocol/index.js";
import type { ConnectionSetup } from "./setup.js";
import { createDeflateCodec } from "../deflate.js";
import type { PerMessageDeflateOptions } from "../options.js";
import { nodePlatform } from "../platform.js";

/** One for each set of options: it serves all their connections, and holds nothing of any of them. */
const codecs = new WeakMap<PerMessageDeflateOptions, DeflateCodec>();

type CoreSetup = Pick<ConnectionSetup<unknown>, "role" | "deflate" | "options">;

/** @param onProgress - Called when a codec is done that works elsewhere; nothing else does. */
export function coreFor(
  setup: CoreSetup,
  onFrame: FrameObserver | undefined,
  onProgress: () => void,
): ProtocolConnection {
  const { limits, textAs, zeroCopy, messagesWhileClosing } = setup.options;
  const extension = extensionFor(setup);
  return new ProtocolConnection({
    role: setup.role,
    platform: nodePlatform,
    limits,
    extension,
    textAs,
    zeroCopy,
    messagesWhileClosing,
    onProgress: extension && onProgress,
    onFrame,
  });
}

/** Compresses the messages of a connection as its opening handshake has agreed; `undefined` when it has not. */
export function extensionFor({
  role,
  deflate: parameters,
  options,
}: CoreSetup): PerMessageDeflate | undefined {
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
