/** Calls of an application's functions: their answers, and errors that come late. */
import { isPromise } from "./brand.js";

/**
 * Takes the answer of a hook that is asked for one at once. JavaScript lets a hook be `async` where its
 * type does not: what its promise is rejected with would end the process, so it is taken here.
 *
 * @param hook - The name of the hook, for the error.
 * @throws {TypeError} The answer is a promise.
 */
export function answerAtOnce<Answer>(hook: string, answer: Answer): Answer {
  if (!isPromise(answer)) return answer;
  void takeRejection(answer, () => {});
  throw new TypeError(`${hook} returned a promise: it must give its answer at once`);
}

/** Calls a function of the application. `failed` gets what it throws, or what its promise is rejected with. */
export function callSafely(call: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = call();
    if (isPromise(result)) void takeRejection(result, failed);
  } catch (error) {
    failed(error);
  }
}

/**
 * Gives `failed` what a promise is rejected with: once, and later, whatever the `then` of another library's
 * promise does. It may call back twice or at once, throw, or return nothing.
 *
 * @returns A promise that is fulfilled when the other has settled.
 */
export function takeRejection(
  promise: PromiseLike<unknown>,
  failed: (error: unknown) => void,
): Promise<unknown> {
  return Promise.resolve(promise).then(undefined, failed);
}
