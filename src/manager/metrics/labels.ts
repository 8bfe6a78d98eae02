/** What a count may be told apart by: a set that no peer and no application can make longer. */
import { CloseCode } from "../../protocol/index.js";

const REGISTERED: ReadonlySet<number> = new Set(Object.values(CloseCode));

/**
 * The close code where RFC 6455 or the IANA registry below 3000 gives it a meaning, else its
 * range (§7.4.2): a peer may pick any of 2000 codes, and each would be a series of its own.
 */
export function closeCodeLabel(code: number): string {
  if (REGISTERED.has(code)) return String(code);
  if (code >= 3000 && code <= 3999) return "3xxx";
  if (code >= 4000 && code <= 4999) return "4xxx";
  return "other";
}

/** Counts by label. The labels are for the caller to bound. */
export class LabelledCounter {
  readonly #counts = new Map<string, number>();

  add(label: string): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
  }

  /** Copies the counts, ordered by label. */
  read(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
