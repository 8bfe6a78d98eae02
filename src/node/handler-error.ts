/** Where errors of an application's listeners and hooks go: never to the peer, never into the library. */
import { inspect } from "node:util";
import { callSafely, isError } from "../input/index.js";

/**
 * Gets what a listener or a hook threw, or what the promise that it returned was rejected with.
 * `source` says which one it was, and of what: `"message" listener of a server's connection`.
 */
export type OnHandlerError = (error: unknown, source: string) => void;

/** The reason in the Close frame that the peer gets. */
export const LISTENER_FAILED = "a listener failed";

/** A listener, as it is called in the source of an error. */
export function listenerOf(event: string): string {
  return `"${event}" listener`;
}

/**
 * Calls `hook`. If it fails itself, Node prints both errors: the process must not end because of a
 * peer that found a way into a hook, and what the hook was told must not get lost.
 */
export function reportTo(hook: OnHandlerError, error: unknown, source: string): void {
  const failed = (own: unknown): void => {
    warnOfHandlerError(error, source);
    warnOfHandlerError(own, `onHandlerError of ${source}`);
  };
  callSafely(() => hook(error, source), failed);
}

/** Makes an error of a thrown value, which may be anything. */
export function toError(cause: unknown): Error {
  if (isError(cause)) return cause;
  try {
    return new Error(String(cause), { cause });
  } catch {
    return new Error("what was thrown is no Error", { cause });
  }
}

/** The default hook: Node prints the source, and the error with its stack and cause. */
export function warnOfHandlerError(error: unknown, source: string): void {
  process.emitWarning(`${source} failed; set onHandlerError to be told`, {
    type: "PlainsocketHandlerError",
    detail: printed(error),
  });
}

/** Errors may have code of their own for being printed, which may fail. */
function printed(error: unknown): string {
  try {
    return inspect(error);
  } catch {
    return "an error that cannot be printed";
  }
}
