/** What a connection is made of: what its opening handshake has left, its settings, and the core for both. */
import type { Duplex } from "node:stream";
import {
  type DeflateParameters,
  type Fields,
  type FrameObserver,
  type MessageLimits,
  type ObservedFrame,
  PerMessageDeflate,
  ProtocolConnection,
  type Role,
} from "../../protocol/index.js";
import { codecFor, type PerMessageDeflateOptions } from "../deflate.js";
import type { OnHandlerError } from "../handler-error.js";
import { type Clock, nodePlatform } from "../platform.js";
import type { BufferPolicy } from "./buffer-policy.js";

/**
 * The options of a connection with nothing left open.
 *
 * @typeParam Connection - What callbacks of the application get as the connection.
 */
export interface ConnectionSettings<Connection = never> {
  readonly limits: Required<MessageLimits>;
  readonly messageTimeoutMs: number;
  readonly maxBufferedBytes: number;
  readonly bufferPolicy: BufferPolicy;
  readonly maxQueuedBytes: number;
  readonly closeTimeoutMs: number;
  readonly messagesWhileClosing: "drop" | "deliver";
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  /** `undefined`: never offered, never accepted. */
  readonly perMessageDeflate: PerMessageDeflateOptions | undefined;
  readonly textAs: "string" | "bytes";
  readonly zeroCopy: boolean;
  readonly sharedReads: boolean;
  readonly onHandlerError: OnHandlerError;
  readonly onFrame: ((frame: ObservedFrame, connection: Connection) => void) | undefined;
  readonly clock: Clock;
}

/** What the opening handshake leaves to the parts of a connection. */
export interface SessionSetup<Connection = never> {
  readonly role: Role;
  readonly transport: Duplex;
  readonly options: ConnectionSettings<Connection>;
  readonly deflate: DeflateParameters | undefined;
  /** Bytes that came behind the head. Taken over. */
  readonly received: Uint8Array;
  /** The transport of `connection` has ended. */
  readonly onClosed?: ((connection: Connection) => void) | undefined;
  /** Told the same, without a function for each connection. */
  readonly membership?: Membership | undefined;
}

/** How the server answered the opening handshake of a client. */
export interface UpgradeResponse {
  /** 101: other answers are a HandshakeError. */
  readonly httpStatus: number;
  /** Its header fields, such as `headers.getAll("set-cookie")`. */
  readonly headers: Fields;
}

/** The place of a connection among those of its server. */
export interface Membership {
  /** Called once, when its transport has ended. */
  end(): void;
}

/** Makes the protocol core. @param onProgress - Called when a codec has finished work off the main thread. */
export function coreFor(
  { role, deflate: parameters, options }: Pick<SessionSetup, "role" | "deflate" | "options">,
  onFrame: FrameObserver | undefined,
  onProgress: () => void,
): ProtocolConnection {
  const { limits, textAs, zeroCopy, messagesWhileClosing, perMessageDeflate = {} } = options;
  const extension =
    parameters &&
    new PerMessageDeflate({
      role,
      parameters,
      codec: codecFor(perMessageDeflate),
      thresholdBytes: perMessageDeflate.thresholdBytes,
    });
  return new ProtocolConnection({
    role,
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
