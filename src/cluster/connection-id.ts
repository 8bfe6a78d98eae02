/** Names of connections, made here and never taken from a client: who knows one can only have been told. */

/** Makes the name of one manager: 12 hexadecimal digits that no other is likely to have. */
export function createNodeId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Makes the id of a connection: that of its manager, `-`, and 128 random bits in base64url. */
export function createConnectionId(nodeId: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const base64 = btoa(String.fromCharCode(...bytes));
  return `${nodeId}-${base64.replaceAll("+", "-").replaceAll("/", "_").slice(0, 22)}`;
}

/** The manager a connection belongs to, as its id says. */
export function nodeIdOf(connectionId: string): string {
  const end = connectionId.indexOf("-");
  return end < 0 ? "" : connectionId.slice(0, end);
}
