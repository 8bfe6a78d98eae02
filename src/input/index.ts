/** The door of the layer: checks of what users hand over. Runs anywhere. */
export { answerAtOnce, callSafely, takeRejection } from "./hooks.js";
export { brand, isError, isPromise } from "./brand.js";
export {
  type Advice,
  atLeast,
  CALLBACK,
  checkEvent,
  checkOptions,
  type Clock,
  type Known,
  limit,
  LONGEST_DELAY_MS,
  type Names,
  positiveInteger,
  type Timer,
  unknownName,
} from "./options.js";
