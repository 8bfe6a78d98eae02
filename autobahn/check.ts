/** The gate: what Autobahn found, against what `expected.json` says, case by case. */
import { compareCaseIds } from "./cases.js";
import type { CaseResult, CaseResults } from "./results.js";

/** A case whose result is not the expected one, better or worse. */
export interface Difference {
  readonly caseId: string;
  /** `undefined` when Autobahn ran a case that nobody expects. */
  readonly expected: CaseResult | undefined;
  /** `undefined` when Autobahn has no result for an expected case. */
  readonly actual: CaseResult | undefined;
}

/** Compares whole tables, and returns nothing only when they are the same. Ordered by case. */
export function findDifferences(expected: CaseResults, actual: CaseResults): Difference[] {
  const caseIds = new Set([...expected.keys(), ...actual.keys()]);
  return Array.from(caseIds)
    .sort(compareCaseIds)
    .map((caseId) => ({
      caseId,
      expected: expected.get(caseId),
      actual: actual.get(caseId),
    }))
    .filter((row) => !isSame(row.expected, row.actual));
}

/** Says in one line what differs, such as `6.4.1: behavior is NON-STRICT, expected OK`. */
export function describeDifference({ caseId, expected, actual }: Difference): string {
  if (actual === undefined) return `${caseId}: has no result`;
  if (expected === undefined) return `${caseId}: is not in expected.json`;
  const parts: string[] = [];
  for (const field of ["behavior", "behaviorClose", "closeCode"] as const) {
    const found = actual[field] ?? "none";
    const wanted = expected[field] ?? "none";
    if (found !== wanted) parts.push(`${field} is ${found}, expected ${wanted}`);
  }
  return `${caseId}: ${parts.join("; ")}`;
}

function isSame(left: CaseResult | undefined, right: CaseResult | undefined): boolean {
  return (
    left?.behavior === right?.behavior &&
    left?.behaviorClose === right?.behaviorClose &&
    left?.closeCode === right?.closeCode
  );
}
