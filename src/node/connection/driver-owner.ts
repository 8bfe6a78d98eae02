import type { FrameObserver, ProtocolEvent } from "../../protocol/index.js";

/** Who uses a driver: it takes the events, and says when it can take no more. */
export interface DriverOwner {
  /** Whether another event may come. When that changes to true, call {@link Driver.pump}. */
  readonly wantsMore: () => boolean;
  /** Whether that is so only until the end of this turn: it pumps by itself then. */
  readonly isOpening: () => boolean;
  readonly onEvent: (event: ProtocolEvent) => void;
  /** Who sees all frames. Asked once; what it gives must not throw. */
  readonly frameObserver: () => FrameObserver | undefined;
  /** A codec is done: what waited for it can go on. */
  readonly onProgress: () => void;
  /** All output up to `position` has been written, while the writer is watched. */
  readonly onWritten: (position: number) => void;
  /** The transport is closed in both directions. Called once. */
  readonly onTransportClosed: () => void;
  /** Nothing can be sent any more. Called once, as soon as what came before has been told or is not wanted. */
  readonly onEnded: () => void;
  /** Called behind that, and whenever more has been told of what came before. */
  readonly onRest: () => void;
}
