/** Where errors of an application's listeners and hooks go: never to the peer, never into the library. */
import { inspect } from "node:util";
import { isError } from "../input/index.js";

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

/** Calls `hook`. An error that the hook itself throws is dropped: there is nothing left to report it to. */
export function reportTo(hook: OnHandlerError, error: unknown, source: string): void {
  try {
    hook(error, source);
  } catch {
    // The process must not end because of a peer that found a way into a hook.
  }
}

/** Makes `callback` one that never throws: `failed` gets what it threw. */
export function safely<Value>(
  callback: (value: Value) => void,
  failed: (error: unknown) => void,
): (value: Value) => void {
  return (value) => {
    try {
      callback(value);
    } catch (error) {
      failed(error);
    }
  };
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
    detail: inspect(error),
  });
}
