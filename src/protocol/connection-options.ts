/** What a connection is told when it opens and when it sends. */
import { type Names, checkOptions } from "../input/index.js";
import type { MessageLimits } from "./budget.js";
import type { MessageExtension } from "./extensions/extension.js";
import type { FrameObserver } from "./frame-trace.js";
import type { Platform } from "./platform.js";

/** Which end of a connection this is (RFC 6455 §1.3). Clients mask their frames, servers do not (§5.1). */
export type Role = "client" | "server";

/** What a {@link ProtocolConnection} is told when it opens. */
export interface ProtocolConnectionOptions {
  /** Which end this is. */
  readonly role: Role;
  readonly platform: Platform;
  readonly limits?: MessageLimits | undefined;
  /** What the opening handshake agreed on. */
  readonly extension?: MessageExtension | undefined;
  /** `"bytes"` gives text messages as UTF-8 bytes; they are checked all the same. @defaultValue `"string"` */
  readonly textAs?: "string" | "bytes" | undefined;
  /** Gives small binary messages as views of the chunk they came in. @defaultValue false */
  readonly zeroCopy?: boolean | undefined;
  /**
   * `"deliver"` gives messages that come behind our own Close frame, up to the peer's: RFC 6455 §5.5.1
   * leaves open what becomes of them. @defaultValue `"drop"`, as in browsers
   */
  readonly messagesWhileClosing?: "drop" | "deliver" | undefined;
  /** Is called when a codec is done, so that there is a new event or new output; never inside another call. */
  readonly onProgress?: (() => void) | undefined;
  readonly onFrame?: FrameObserver | undefined;
}

const NAMES: Names<ProtocolConnectionOptions> = {
  owner: "ProtocolConnection",
  known: {
    role: true,
    platform: true,
    limits: true,
    extension: true,
    textAs: true,
    zeroCopy: true,
    messagesWhileClosing: true,
    onProgress: true,
    onFrame: true,
  },
};

/** @returns `options`. @throws {TypeError} One of them does not exist. */
export function known(options: ProtocolConnectionOptions): ProtocolConnectionOptions {
  checkOptions(options, NAMES);
  return options;
}

/** How one message is to be sent. */
export interface SendOptions {
  /** Sends bytes as text: they must be UTF-8. @defaultValue what the data is: a string is text */
  readonly type?: "text" | "binary" | undefined;
  /** False keeps permessage-deflate off this message (RFC 7692 §8). @defaultValue true */
  readonly compress?: boolean | undefined;
}
