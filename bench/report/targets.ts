/** What plainsocket is to reach, and whether it did. */
import { figuresOf } from "../load/grid.js";
import type { Cell } from "../load/sample.js";

/** A multiple of what `peer` has in the same load, or so many bytes above what plainsocket has in another. */
export type Bound =
  | { readonly peer: string; readonly times: number }
  | { readonly load: string; readonly plusBytes: number };

export interface Target {
  readonly load: string;
  /** Whether the figure has to be at least or at most what the bounds say. */
  readonly better: "more" | "less";
  readonly required: readonly Bound[];
  readonly aim?: Bound;
}

const OURS = "plainsocket";
const OURS_SHARED = "plainsocket-shared";

const times = (times: number, peer: string): Bound => ({ peer, times });

const deflated = ["json-100b", "json-700b"].flatMap((size) =>
  ["context", "alone"].flatMap((kind) =>
    (
      [
        [1, 4],
        [16, 7],
      ] as const
    ).map(([inFlight, timesWs]): Target => {
      const load = `${size}-${kind}-${inFlight}`;
      return { load, better: "more", required: [times(timesWs, "ws")], aim: times(1.2, "bun") };
    }),
  ),
);

export const TARGETS: readonly Target[] = [
  more("bytes-20b-64", [times(25, "ws")], times(1, "bun")),
  more("bytes-20b-1", [times(1.15, "ws"), times(0.93, "net")], times(1, "net")),
  more("text-1kib-16", [times(5, "ws")], times(1, "bun")),
  more("bytes-16kib-4", [times(1.15, "ws")], times(0.95, "net")),
  more("bytes-1mib-1", [times(1.2, "ws"), times(2, "ws-js")], times(1, "bun")),
  ...deflated,
  more("json-16kib-context-4", [times(1.5, "ws")], times(1, "bun")),
  more("broadcast-1", [times(2, "ws")], times(0.9, "net")),
  more("broadcast-10", [times(6, "ws")], times(0.9, "net")),
  more("connections", [times(1.5, "ws")]),
  less("memory-plain", [times(0.75, "ws")], times(1.1, "net")),
  less("memory-deflated", [times(0.15, "ws")], { load: "memory-plain", plusBytes: 16_384 }),
  more("client-64", [times(10, "ws")]),
];

function more(load: string, required: readonly Bound[], aim?: Bound): Target {
  return { load, better: "more", required, ...(aim && { aim }) };
}

function less(load: string, required: readonly Bound[], aim?: Bound): Target {
  return { load, better: "less", required, ...(aim && { aim }) };
}

export interface Verdict {
  readonly load: string;
  /** As a sentence says it: "at least 25 × ws". */
  readonly bound: string;
  readonly kind: "required" | "aim";
  /** What it is, in the same words; `undefined` when it was not measured. */
  readonly measured: string | undefined;
  /** The same for a server with the option `sharedReads`, which does not count: it is off by default. */
  readonly withSharedReads: string | undefined;
  readonly reached: boolean;
}

/** One verdict for each bound, in the order of the targets. */
export function judge(targets: readonly Target[], cells: readonly Cell[]): Verdict[] {
  return targets.flatMap((target) => [
    ...target.required.map((bound) => verdict(target, bound, "required", cells)),
    ...(target.aim ? [verdict(target, target.aim, "aim", cells)] : []),
  ]);
}

function verdict(
  target: Target,
  bound: Bound,
  kind: Verdict["kind"],
  cells: readonly Cell[],
): Verdict {
  const words = target.better === "more" ? "at least" : "at most";
  const limit =
    "peer" in bound
      ? `${bound.times} × ${bound.peer}`
      : `${kibibytes(bound.plusBytes)} above ${bound.load}`;
  const { text: measured, reached } = against(target, bound, OURS, cells);
  const { text: withSharedReads } = against(target, bound, OURS_SHARED, cells);
  return {
    load: target.load,
    bound: `${words} ${limit}`,
    kind,
    measured,
    withSharedReads,
    reached,
  };
}

/** How one of ours does against a bound. */
function against(
  { load, better }: Target,
  bound: Bound,
  ours: string,
  cells: readonly Cell[],
): { text: string | undefined; reached: boolean } {
  const figure = figureOf(cells, load, ours);
  if ("peer" in bound) {
    const ratio = figure / figureOf(cells, load, bound.peer);
    return {
      text: Number.isNaN(ratio) ? undefined : `${cut(ratio, better)} × ${bound.peer}`,
      reached: better === "more" ? ratio >= bound.times : ratio <= bound.times,
    };
  }
  const above = figure - figureOf(cells, bound.load, ours);
  return {
    text: Number.isNaN(above) ? undefined : `${kibibytes(above)} above`,
    reached: above <= bound.plusBytes,
  };
}

/** Two decimals, rounded so that what is not reached does not look as if it were. */
function cut(ratio: number, better: Target["better"]): string {
  const hundredths = ratio * 100;
  return ((better === "more" ? Math.floor(hundredths) : Math.ceil(hundredths)) / 100).toFixed(2);
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1).replace(/\.0$/, "")} KiB`;
}

function figureOf(cells: readonly Cell[], load: string, peer: string): number {
  return figuresOf(cells.filter((cell) => cell.load === load)).get(peer) ?? NaN;
}

export interface Loss {
  readonly load: string;
  readonly peer: string;
  /** How many times better the peer is. */
  readonly times: number;
}

/** Where a WebSocket implementation does better than ours by more than 2 %, which is less than chance can do. */
export function lossesOf(
  loads: readonly { readonly name: string; readonly kind: string }[],
  cells: readonly Cell[],
): Loss[] {
  return loads.flatMap(({ name, kind }) => {
    const figures = figuresOf(cells.filter(({ load }) => load === name));
    const ours = figures.get(OURS) ?? NaN;
    return Array.from(figures).flatMap(([peer, figure]): Loss[] => {
      const times = kind === "memory" ? ours / figure : figure / ours;
      return peer !== "net" && !peer.startsWith(OURS) && times > 1.02
        ? [{ load: name, peer, times }]
        : [];
    });
  });
}
