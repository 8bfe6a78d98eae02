/** Memory that is still in use once the collector has been through. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
// A context that is made after the flag was set has the function; this one has not.
const collect: unknown = runInNewContext("gc");

/** Frees what nobody can reach any more. */
export function collectGarbage(): void {
  if (typeof collect !== "function") throw new Error("this V8 gives no access to its collector");
  collect();
  collect();
}

/** JavaScript's heap and what it holds outside, which the memory of ArrayBuffers is a part of. */
export function retainedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
