/** The door of the layer: checks of what users hand over. Runs anywhere. */
export { brand, isError, isPromise } from "./brand.js";
export { type Clock, LONGEST_DELAY_MS, type Timer } from "./options.js";
export { atLeast, limit } from "./options.js";
export {
  type Advice,
  CALLBACK,
  checkEvent,
  checkOptions,
  type Known,
  type Names,
  unknownName,
} from "./options.js";
