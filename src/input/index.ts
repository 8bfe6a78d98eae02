/** The door of the layer: what users hand over, and whether it is what it should be. Runs anywhere. */
export { brand, isError, isPromise } from "./brand.js";
export { type Clock, LONGEST_DELAY_MS, type Timer } from "./clock.js";
export { atLeast, limit } from "./numbers.js";
export {
  type Advice,
  CALLBACK,
  checkEvent,
  checkOptions,
  type Known,
  type Names,
  unknownName,
} from "./names.js";
