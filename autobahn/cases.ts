/** Autobahn's case ids, such as `6.4.3`: their sections, their order, and patterns that choose some. */

/** What each section tests. 0 and 8 have no cases; 11 does not exist. */
export const SECTION_TITLES: ReadonlyMap<number, string> = new Map([
  [1, "frames and lengths"],
  [2, "pings and pongs"],
  [3, "reserved bits"],
  [4, "reserved opcodes"],
  [5, "fragmentation"],
  [6, "UTF-8"],
  [7, "closing"],
  [9, "large messages, many messages"],
  [10, "fragments made by the sender"],
  [12, "compression: payloads"],
  [13, "compression: parameters"],
]);

/** The section that a case stands in: 6 for `6.4.3`. */
export function sectionOf(caseId: string): number {
  return Number(caseId.slice(0, caseId.indexOf(".")));
}

/** Orders ids by number, so that 2.10 comes after 2.9. For `Array.prototype.sort`. */
export function compareCaseIds(left: string, right: string): number {
  const leftParts = left.split(".").map(Number);
  const rightParts = right.split(".").map(Number);
  for (const [index, part] of leftParts.entries()) {
    const other = rightParts[index];
    if (other === undefined) return 1;
    if (part !== other) return part - other;
  }
  return leftParts.length - rightParts.length;
}

/**
 * Chooses the ids that match at least one of `patterns`, in the order of `caseIds`.
 *
 * A pattern is a list such as `1.*,6.4.*,7.1.1`; a star stands for any characters,
 * and the whole id must match.
 *
 * @throws RangeError when a pattern is malformed or matches no id: a typing
 * mistake must not pass for a run without differences.
 */
export function selectCases(caseIds: readonly string[], patterns: string): string[] {
  const selected = new Set<string>();
  for (const pattern of patterns.split(",")) {
    const matching = caseIds.filter(matcherOf(pattern.trim()));
    if (matching.length === 0) throw new RangeError(`no case matches "${pattern}"`);
    for (const caseId of matching) selected.add(caseId);
  }
  return caseIds.filter((caseId) => selected.has(caseId));
}

function matcherOf(pattern: string): (caseId: string) => boolean {
  if (!/^[\d.*]+$/.test(pattern)) throw new RangeError(`"${pattern}" is no pattern of case ids`);
  const source = pattern.replaceAll(".", String.raw`\.`).replaceAll("*", ".*");
  const expression = new RegExp(`^${source}$`);
  return (caseId) => expression.test(caseId);
}
