/** Where errors of an application's listeners and hooks go: never to the peer, never into the library. */
import { isError } from "../input/index.js";

/** Calls `hook`; one that throws has nobody left to tell. */
export function reportTo(hook: (error: unknown) => void, error: unknown): void {
  try {
    hook(error);
  } catch {
    // The process must not end because of a peer that found a way into a hook.
  }
}

/** Makes `callback` one that never throws: `hook` gets what it threw. */
export function safely<Value>(
  callback: (value: Value) => void,
  hook: (error: unknown) => void,
): (value: Value) => void {
  return (value) => {
    try {
      callback(value);
    } catch (error) {
      reportTo(hook, error);
    }
  };
}

/** What somebody threw or rejected with, as an error: it may be anything. */
export function toError(cause: unknown): Error {
  if (isError(cause)) return cause;
  try {
    return new Error(String(cause), { cause });
  } catch {
    return new Error("what was thrown is no Error", { cause });
  }
}

/** What happens without a hook: Node prints the error with its stack. */
export function warnOfHandlerError(error: unknown): void {
  process.emitWarning(toError(error), {
    type: "PlainsocketHandlerError",
    detail: "A listener failed; set onHandlerError to be told",
  });
}
