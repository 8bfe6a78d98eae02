/** What a difference between another implementation and the scripts consists of. */
export type Oracle = "ws server" | "ws client" | "undici client";

export interface Difference {
  /** What the scripts ask for. */
  readonly rule: string;
  /** The side that keeps to the RFC: the scripts alone, or both, because the RFC leaves the choice. */
  readonly right: "the scripts" | "both";
  readonly why: string;
  readonly cases: readonly DifferentCase[];
}

export interface DifferentCase {
  readonly oracle: Oracle;
  readonly script: string;
  /** What came instead. */
  readonly got: string;
}

export const WS: readonly Oracle[] = ["ws server", "ws client"];
export const WS_SERVER: readonly Oracle[] = ["ws server"];
export const WS_CLIENT: readonly Oracle[] = ["ws client"];
export const UNDICI: readonly Oracle[] = ["undici client"];
export const CLIENTS: readonly Oracle[] = ["ws client", "undici client"];
export const ALL: readonly Oracle[] = ["ws server", "ws client", "undici client"];

/** The same outcomes with each of `oracles`: script to what came instead. */
export function cases(
  oracles: readonly Oracle[],
  outcomes: Readonly<Record<string, string>>,
): DifferentCase[] {
  return oracles.flatMap((oracle) =>
    Object.entries(outcomes).map(([script, got]) => ({ oracle, script, got })),
  );
}

/** The same outcome with each script. */
export function same(got: string, scripts: readonly string[]): Record<string, string> {
  return Object.fromEntries(scripts.map((script) => [script, got]));
}
