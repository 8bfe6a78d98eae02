/** A message assembler, and the parts of frames to push into it. */
import { Budget, type MessageLimits } from "../../src/protocol/budget.js";
import type { FrameHeader, Opcode } from "../../src/protocol/frame-header.js";
import type { FramePart } from "../../src/protocol/frame-reader.js";
import { type AssembledMessage, MessageAssembler } from "../../src/protocol/message-assembler.js";
import { countingPlatform, cut } from "./protocol.js";

export function newAssembler(limits?: MessageLimits): {
  assembler: MessageAssembler;
  budget: Budget;
  /** The length of each piece of memory that the assembler asked for. */
  allocated: number[];
} {
  const { platform, allocated } = countingPlatform();
  const budget = new Budget(limits);
  return { assembler: new MessageAssembler(platform, budget), budget, allocated };
}

export interface FrameOptions {
  readonly fin?: boolean;
  readonly rsv?: number;
  /** Where the payload is cut into parts. */
  readonly cuts?: readonly number[];
}

/** The parts of one frame, as a frame reader gives them. */
export function parts(
  opcode: Opcode,
  payload: Uint8Array,
  options: FrameOptions = {},
): FramePart[] {
  const { fin = true, rsv = 0, cuts = [] } = options;
  const payloadLength = payload.length;
  const header: FrameHeader = { fin, rsv, opcode, payloadLength, masked: false, maskingKey: 0 };
  const pieces = cut(payload, cuts);
  return pieces.map((piece, i) => ({
    header,
    payload: piece,
    isFirst: i === 0,
    isLast: i === pieces.length - 1,
  }));
}

/** The messages that come of `frames`; what is behind a broken rule is not pushed. */
export function push(
  assembler: MessageAssembler,
  ...frames: readonly FramePart[][]
): AssembledMessage[] {
  return frames.flat().flatMap((part) => assembler.push(part) ?? []);
}
