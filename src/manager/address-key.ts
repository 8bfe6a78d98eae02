/**
 * What counts as one address. A client with IPv6 has a whole network of 2^64 addresses to
 * choose from, so that all with the same first 64 bits are one. IPv4 is one address, and
 * so is one that is written as IPv6 (`::ffff:192.0.2.1`).
 */
export function addressKey(address: string): string {
  const text = address.toLowerCase();
  if (!text.includes(":")) return text;
  const dot = text.lastIndexOf(":") + 1;
  if (text.includes(".")) return text.slice(dot);
  const [withoutZone = ""] = text.split("%");
  const [head = "", tail = ""] = withoutZone.split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail);
  const zeros = withoutZone.includes("::") ? Math.max(8 - before.length - after.length, 0) : 0;
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

/** The groups of hexadecimal digits, without zeros in front. */
function groupsOf(text: string): string[] {
  if (text === "") return [];
  return text.split(":").map((group) => Number.parseInt(group, 16).toString(16));
}
