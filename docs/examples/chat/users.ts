/** The users and their permissions. In a real application tokens come from your login, and expire. */
import { credentials } from "./contract.js";

export type Permission = "read" | "write";

export interface User {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** The data of a connection. */
export interface Client {
  /** The name of the user whose frames the page draws. */
  readonly tab: string;
  /** Whether the page was connected before. */
  readonly isBack: boolean;
  user: User | undefined;
}

const USERS = new Map<string, User>([
  ["token-of-ada", { name: "Ada", permissions: ["read", "write"] }],
  ["token-of-grace", { name: "Grace", permissions: ["read", "write"] }],
  ["token-of-a-guest", { name: "Guest", permissions: ["read"] }],
]);

/** Finds the user whose token is in a message. Gives `undefined` for any other message. */
export function userFrom(message: string | Uint8Array): User | undefined {
  try {
    const { data } = credentials.safeParse(JSON.parse(String(message)));
    return data && USERS.get(data.token);
  } catch {
    return undefined;
  }
}
