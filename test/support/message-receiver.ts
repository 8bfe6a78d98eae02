/** A message receiver, by default of a client and for messages of up to 1000 bytes. */
import { type Mock, vi } from "vitest";
import { Budget } from "../../src/protocol/budget.js";
import {
  MessageReceiver,
  type MessageReceiverOptions,
} from "../../src/protocol/message-receiver.js";
import { platform } from "./protocol.js";

export function newReceiver(
  options: Partial<MessageReceiverOptions> = {},
  messagesWhileClosing?: "drop" | "deliver",
): {
  receiver: MessageReceiver;
  budget: Budget;
  onProgress: Mock<() => void>;
} {
  const budget = new Budget({ maxMessageBytes: 1000 });
  const onProgress = vi.fn<() => void>();
  const defaults = {
    role: "client",
    platform,
    budget,
    extension: undefined,
    textAs: "string",
    zeroCopy: false,
    trace: undefined,
    onProgress,
  } as const;
  const receiver = new MessageReceiver({ ...defaults, ...options }, messagesWhileClosing);
  return { receiver, budget, onProgress };
}

export type Next = ReturnType<MessageReceiver["next"]>;

/** All that is there without more bytes. */
export function all(receiver: MessageReceiver): Next[] {
  const results: Next[] = [];
  for (let next = receiver.next(); next; next = receiver.next()) results.push(next);
  return results;
}
