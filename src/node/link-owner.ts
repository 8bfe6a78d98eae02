import type { FrameObserver, ProtocolEvent } from "../protocol/index.js";

/** Who uses a link: it takes the events, and says when it can take no more. */
export interface LinkOwner {
  /** Whether another event may come. When that changes to true, call {@link Link.pump}. */
  readonly wantsMore: () => boolean;
  /** Whether anybody takes messages. Without, what has not been read is dropped at the end. */
  readonly hasConsumer: () => boolean;
  readonly onEvent: (event: ProtocolEvent) => void;
  /** Who sees all frames. Asked once; what it gives must not throw. */
  readonly frameObserver: () => FrameObserver | undefined;
  /** A codec is done: what waited for it can go on. */
  readonly onProgress: () => void;
  /** All output up to `position` has been written, while the writer is watched. */
  readonly onWritten: (position: number) => void;
  /** The transport is closed in both directions. Called once. */
  readonly onTransportClosed: () => void;
  /** All that came before the end has been told. Called once, last. */
  readonly onEnded: () => void;
}
