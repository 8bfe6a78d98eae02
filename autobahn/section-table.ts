/** The summary of a run: one row a section, one column a direction. */
import { SECTION_TITLES, sectionOf } from "./cases.js";
import type { CaseResults, Direction } from "./results.js";

/**
 * Draws the table. A cell counts the verdicts on behaviour, the most frequent
 * first, such as `141 OK, 4 NON-STRICT`.
 */
export function sectionTable(runs: ReadonlyMap<Direction, CaseResults>): string {
  const sections = new Set<number>();
  for (const results of runs.values()) {
    for (const caseId of results.keys()) sections.add(sectionOf(caseId));
  }
  const rows = [["section", ...runs.keys()]];
  for (const section of Array.from(sections).sort((left, right) => left - right)) {
    const title = `${section} ${SECTION_TITLES.get(section) ?? ""}`.trim();
    rows.push([title, ...cells(runs, (caseId) => sectionOf(caseId) === section)]);
  }
  rows.push(["all", ...cells(runs, () => true)]);
  return aligned(rows);
}

function cells(
  runs: ReadonlyMap<Direction, CaseResults>,
  isCounted: (caseId: string) => boolean,
): string[] {
  return Array.from(runs.values(), (results) => {
    const counts = new Map<string, number>();
    for (const [caseId, { behavior }] of results) {
      if (isCounted(caseId)) counts.set(behavior, (counts.get(behavior) ?? 0) + 1);
    }
    return Array.from(counts)
      .sort(([, left], [, right]) => right - left)
      .map(([behavior, count]) => `${count} ${behavior}`)
      .join(", ");
  });
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}
