/** What is fuzzed: code that reads what a peer sends, and a judge of what comes out. */

export interface FuzzTarget {
  /** As on the command line, and of the file of its corpus. */
  readonly name: string;
  /** Folders and files of `src/` whose coverage leads the search. */
  readonly sources: readonly string[];
  /** Where the search begins. */
  readonly seeds: readonly Uint8Array[];
  /** What inputs are made of, for mutations to put in. */
  readonly words: readonly string[];
  /**
   * Runs the code on one input.
   *
   * @returns What came out, in a few words: inputs with new words are kept.
   * @throws Whatever came out that should not have.
   */
  readonly run: (input: Uint8Array) => string;
}

/** Latin-1, one byte for each character. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

/** Pieces of `size` bytes, the last one shorter. */
export function piecesOf(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

/** @throws {Error} They differ. */
export function mustEqual(actual: unknown, expected: unknown, what: string): void {
  const [ours, theirs] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (ours !== theirs) throw new Error(`${what}: ${ours} instead of ${theirs}`);
}
