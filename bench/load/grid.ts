/** The cells of one load as rows of text: medians of all rounds, and ratios of the figure. */
import type { Cell, Sample } from "./sample.js";
import { median, spread } from "./statistics.js";

export interface Grid {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly [peer: string, ...columns: string[]])[];
}

type NumberOf = (sample: Sample) => number | undefined;

interface Column {
  readonly title: string;
  readonly value: NumberOf;
  readonly show: (value: number) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "core", value: ({ cpuShare }) => cpuShare, show: (share) => share.toFixed(2) },
  { title: "per s", value: ({ perWallSecond }) => perWallSecond, show: shortNumber },
  { title: "p50 ms", value: ({ p50Ms }) => p50Ms, show: (ms) => ms.toFixed(2) },
  { title: "p99 ms", value: ({ p99Ms }) => p99Ms, show: (ms) => ms.toFixed(2) },
  {
    title: "peak MB",
    value: ({ peakBytes }) => peakBytes,
    show: (bytes) => (bytes / 1e6).toFixed(0),
  },
  {
    title: "B/reply",
    value: ({ bytesPerMessage }) => bytesPerMessage,
    show: (bytes) => bytes.toFixed(0),
  },
];

/** Columns that no cell has a number for are left out. */
export function gridOf(cells: readonly Cell[]): Grid {
  const columns = COLUMNS.filter(({ value }) =>
    cells.some(({ samples }) => samples.some((sample) => value(sample) !== undefined)),
  );
  const figures = figuresOf(cells);
  return {
    titles: ["figure", "±", "× ws", "× net", ...columns.map(({ title }) => title)],
    rows: cells.map(({ peer, samples }) => [
      peer,
      shortNumber(figures.get(peer) ?? NaN),
      `${(spread(samples.map(figureOf)) * 100).toFixed(0)} %`,
      ratioText(figures, peer, "ws"),
      ratioText(figures, peer, "net"),
      ...columns.map(({ value, show }) => {
        const middle = medianOf(samples, value);
        return Number.isNaN(middle) ? "–" : show(middle);
      }),
    ]),
  };
}

/** The median figure of each peer. */
export function figuresOf(cells: readonly Cell[]): Map<string, number> {
  return new Map(cells.map(({ peer, samples }) => [peer, medianOf(samples, figureOf)]));
}

/** For the console. */
export function linesOf({ titles, rows }: Grid): string {
  const line = (peer: string, columns: readonly string[]): string =>
    `  ${peer.slice(0, 22).padEnd(22)}${columns.map((text) => text.padStart(10)).join("")}`;
  return [line("", titles), ...rows.map(([peer, ...columns]) => line(peer, columns))].join("\n");
}

/** Three digits that count, four below ten thousand: 1.24 M, 124 k, 1 240, 12.4. */
export function shortNumber(value: number): string {
  if (value >= 999_500) return `${digits(value / 1e6)} M`;
  if (value >= 9999.5) return `${digits(value / 1e3)} k`;
  if (value < 999.5) return digits(value);
  const rounded = Math.round(value);
  return `${Math.floor(rounded / 1000)} ${String(rounded % 1000).padStart(3, "0")}`;
}

function digits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value.toFixed(value >= 9.995 ? 1 : 2);
}

function ratioText(figures: ReadonlyMap<string, number>, peer: string, base: string): string {
  const ratio = (figures.get(peer) ?? NaN) / (figures.get(base) ?? NaN);
  return Number.isNaN(ratio) ? "–" : digits(ratio);
}

/** The median over the rounds; NaN where there is no such number. */
function medianOf(samples: readonly Sample[], value: NumberOf): number {
  return median(samples.map(value).filter((one) => one !== undefined));
}

const figureOf = ({ figure }: Sample): number => figure;
