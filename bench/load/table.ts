/** The cells of one load as lines for the console. */
import type { Cell, Sample } from "./sample.js";
import { median, spread } from "./statistics.js";

type NumberOf = (sample: Sample) => number | undefined;

interface Column {
  readonly title: string;
  readonly value: NumberOf;
  readonly show: (value: number) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "core", value: ({ cpuShare }) => cpuShare, show: (share) => share.toFixed(2) },
  { title: "per s", value: ({ perWallSecond }) => perWallSecond, show: whole },
  { title: "p50 ms", value: ({ p50Ms }) => p50Ms, show: (ms) => ms.toFixed(2) },
  { title: "p99 ms", value: ({ p99Ms }) => p99Ms, show: (ms) => ms.toFixed(2) },
  {
    title: "peak MB",
    value: ({ peakBytes }) => peakBytes,
    show: (bytes) => (bytes / 1e6).toFixed(0),
  },
  {
    title: "B/msg",
    value: ({ bytesPerMessage }) => bytesPerMessage,
    show: (bytes) => bytes.toFixed(0),
  },
];

/** Medians of all rounds, and the ratio of the figure to that of `ws` and of `net`. */
export function tableOf(cells: readonly Cell[]): string {
  const columns = COLUMNS.filter(({ value }) =>
    cells.some(({ samples }) => samples.some((sample) => value(sample) !== undefined)),
  );
  const titles = ["figure", "±", "× ws", "× net", ...columns.map(({ title }) => title)];
  const figures = new Map(cells.map(({ peer, samples }) => [peer, medianOf(samples, figureOf)]));
  const rows = cells.map(({ peer, samples }) => {
    const figure = figures.get(peer) ?? NaN;
    const ratio = (base: string): string => {
      const other = figures.get(base);
      return other === undefined ? "–" : (figure / other).toFixed(2);
    };
    const parts = [
      whole(figure),
      `${(spread(samples.map(figureOf)) * 100).toFixed(0)}%`,
      ratio("ws"),
      ratio("net"),
      ...columns.map(({ value, show }) => show(medianOf(samples, value))),
    ];
    return [peer.slice(0, 20), parts] as const;
  });
  const line = (name: string, parts: readonly string[]): string =>
    `  ${name.padEnd(20)}${parts.map((part) => part.padStart(11)).join("")}`;
  return [line("", titles), ...rows.map(([name, parts]) => line(name, parts))].join("\n");
}

/** The median over the rounds; NaN where there is no such number. */
export function medianOf(samples: readonly Sample[], value: NumberOf): number {
  return median(samples.map(value).filter((one) => one !== undefined));
}

export const figureOf = ({ figure }: Sample): number => figure;

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
