/** Frames as they pass on the wire, for people and tools that watch a connection. */
import { joinParts } from "./copying.js";
import { type FrameHeader, writeFrameHeader, MAX_HEADER_LENGTH } from "./frame-header.js";
import type { FramePart } from "./frame-reader.js";

/** A frame that has passed, in either direction. */
export interface ObservedFrame extends FrameHeader {
  readonly direction: "received" | "sent";
  /** The header's bytes as on the wire. */
  readonly headerBytes: Uint8Array;
  /** The payload, unmasked and as on the wire otherwise; only the first {@link OBSERVED_BYTES} of a longer one. */
  readonly payload: Uint8Array;
}

/** Is called with each frame once it is complete. It must not throw, nor call the connection. */
export type FrameObserver = (frame: ObservedFrame) => void;

/** Bytes of a payload that an observer sees: enough to look at, and quick to copy. */
export const OBSERVED_BYTES = 4096;

/** Tells an observer about frames; joins the parts in which a received one arrives. */
export class FrameTrace {
  readonly #observer: FrameObserver;
  #parts: Uint8Array[] = [];
  #kept = 0;

  constructor(observer: FrameObserver) {
    this.#observer = observer;
  }

  received({ header, payload, isLast }: FramePart): void {
    const part = new Uint8Array(payload.subarray(0, OBSERVED_BYTES - this.#kept));
    if (part.length > 0) this.#parts.push(part);
    this.#kept += part.length;
    if (!isLast) return;

    const whole = joinParts(this.#parts, this.#kept);
    this.#parts = [];
    this.#kept = 0;
    this.#tell("received", header, whole);
  }

  /** @param payload - Not masked yet. It is copied. */
  sent(header: FrameHeader, payload: Uint8Array): void {
    this.#tell("sent", header, new Uint8Array(payload.subarray(0, OBSERVED_BYTES)));
  }

  #tell(direction: ObservedFrame["direction"], header: FrameHeader, payload: Uint8Array): void {
    const headerBytes = new Uint8Array(MAX_HEADER_LENGTH);
    const length = writeFrameHeader(headerBytes, 0, header);
    this.#observer({
      ...header,
      direction,
      headerBytes: headerBytes.subarray(0, length),
      payload,
    });
  }
}
