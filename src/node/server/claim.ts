/** Which requests are for a server: those to its path, or those that its route says are. */
import type { ResolvedServerOptions } from "./options.js";
import { type Arrival, pathOf } from "./request.js";

/** Whose request it is; or the error of the hook that was to say so. */
export type Claim = "ours" | "foreign" | { readonly error: unknown };

type Place = Pick<ResolvedServerOptions<unknown>, "path" | "route">;

/** Tells whether a request is for the server at this place. */
export function claimOf({ head, request }: Arrival, { path, route }: Place): Claim {
  if (path !== undefined) return (request?.path ?? pathOf(head)) === path ? "ours" : "foreign";
  if (route === undefined) return "ours";
  if (request === undefined) return "foreign"; // there is nothing to ask the hook about
  try {
    return claimBy(route(request));
  } catch (error) {
    return { error };
  }
}

/** JavaScript may return anything from `route`, and a promise is no yes. */
function claimBy(answer: unknown): Claim {
  if (answer === true) return "ours";
  if (answer === false || answer === undefined) return "foreign";
  return { error: new TypeError("route must return true or false, and at once") };
}

/** Tells whether a server takes some requests only. */
export function isChoosy({ path, route }: Place): boolean {
  return path !== undefined || route !== undefined;
}

/** Tells whether two servers would want the same requests. A route alone knows what it wants. */
export function wantsSame(one: Place, other: Place): boolean {
  return one.route === undefined && other.route === undefined && one.path === other.path;
}
