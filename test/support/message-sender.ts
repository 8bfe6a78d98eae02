/** A message sender, and what came of it. */
import { type Mock, vi } from "vitest";
import { Budget } from "../../src/protocol/budget.js";
import type { CodecError } from "../../src/protocol/errors.js";
import type { MessageExtension } from "../../src/protocol/extensions/extension.js";
import { FrameWriter } from "../../src/protocol/frame-writer.js";
import { MessageSender } from "../../src/protocol/message-sender.js";
import { OutputBuffer } from "../../src/protocol/output-buffer.js";
import type { Role } from "../../src/protocol/connection-options.js";
import { inverted } from "./codec.js";
import { framesIn, platform } from "./protocol.js";
import { concat } from "./wire-frame.js";

/** A frame: opcode, FIN, reserved bits and the payload as text, decoded when {@link inverted}. */
export type SentFrame = [opcode: number, fin: boolean, rsv: number, text: string];

export interface SenderScene {
  readonly sender: MessageSender;
  readonly budget: Budget;
  readonly onProgress: Mock<() => void>;
  readonly onCodecError: Mock<(error: CodecError) => void>;
  /** The frames written since the last call. */
  readonly sent: () => SentFrame[];
}

export function newSender(extension?: MessageExtension, role: Role = "server"): SenderScene {
  const budget = new Budget();
  const output = new OutputBuffer(platform.allocate);
  const writer = new FrameWriter(role, platform, output);
  const onProgress = vi.fn<() => void>();
  const onCodecError = vi.fn<(error: CodecError) => void>();
  const sender = new MessageSender({
    writer,
    platform,
    budget,
    extension,
    onProgress,
    onCodecError,
  });
  const sent = (): SentFrame[] =>
    framesIn(concat(output.take())).map(({ opcode, fin, rsv, payload }) => {
      const text = new TextDecoder().decode(rsv === 0 ? payload : inverted(payload));
      return [opcode, fin, rsv, text];
    });
  return { sender, budget, onProgress, onCodecError, sent };
}
