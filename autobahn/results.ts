/** What Autobahn found for each case: read from its `index.json`, kept in `expected.json`. */
import { compareCaseIds } from "./cases.js";

/** Which end of the connection is ours; Autobahn is the other. */
export type Direction = "server" | "client";

export interface CaseResult {
  /** Verdict on the messages: OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED or FAILED. */
  readonly behavior: string;
  /** Verdict on how the connection ended: OK, INFORMATIONAL, UNCLEAN, WRONG CODE, FAILED … */
  readonly behaviorClose: string;
  /** The code in the Close frame that we sent, or `null` when it carried none or there was no frame. */
  readonly closeCode: number | null;
}

export type CaseResults = ReadonlyMap<string, CaseResult>;

/**
 * Reads the `index.json` of one direction. Durations and names of report files are
 * left out: they say nothing about conformance.
 *
 * @throws TypeError when the text has another shape, or results of several agents.
 */
export function parseIndex(text: string): CaseResults {
  const agents = Object.values(asRecord(JSON.parse(text), "index.json"));
  if (agents.length !== 1) throw new TypeError(`index.json has ${agents.length} agents, not 1`);
  const results = Object.entries(asRecord(agents[0], "the agent in index.json"));
  return sorted(
    results.map(([caseId, value]) => {
      const { behavior, behaviorClose, remoteCloseCode } = asRecord(value, `case ${caseId}`);
      return [caseId, asResult(caseId, behavior, behaviorClose, remoteCloseCode)];
    }),
  );
}

/**
 * Reads `expected.json`.
 *
 * @throws TypeError when the text has another shape.
 */
export function parseExpected(text: string): CaseResults {
  const rows = Object.entries(asRecord(JSON.parse(text), "expected.json"));
  return sorted(
    rows.map(([caseId, row]) => {
      if (!Array.isArray(row) || row.length !== 3) {
        throw new TypeError(`case ${caseId} is not [behavior, behaviorClose, closeCode]`);
      }
      const [behavior, behaviorClose, closeCode]: readonly unknown[] = row;
      return [caseId, asResult(caseId, behavior, behaviorClose, closeCode)];
    }),
  );
}

/** Writes `expected.json`: one line for each case, so that a diff reads as a list of cases. */
export function serializeExpected(results: CaseResults): string {
  const lines = Array.from(sorted(results), ([caseId, result]) => {
    const row = [result.behavior, result.behaviorClose, result.closeCode];
    return `  ${JSON.stringify(caseId)}: [${row.map((cell) => JSON.stringify(cell)).join(", ")}]`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

function sorted(results: Iterable<readonly [string, CaseResult]>): CaseResults {
  return new Map(Array.from(results).sort(([left], [right]) => compareCaseIds(left, right)));
}

function asResult(
  caseId: string,
  behavior: unknown,
  behaviorClose: unknown,
  closeCode: unknown,
): CaseResult {
  if (typeof behavior !== "string" || typeof behaviorClose !== "string") {
    throw new TypeError(`case ${caseId} has no verdicts`);
  }
  if (typeof closeCode !== "number" && closeCode !== null) {
    throw new TypeError(`case ${caseId} has no close code`);
  }
  return { behavior, behaviorClose, closeCode };
}

function asRecord(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} is not an object`);
  }
  return { ...value };
}
