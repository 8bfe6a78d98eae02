/**
 * Reads the text format of Prometheus, strictly, and written from its description alone
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), not from what writes it here.
 */

export interface ParsedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: ParsedSample[];
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const COMMENT = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/;

/** @throws {Error} The text is not in the format, or a series is there twice, or a histogram does not add up. */
export function parsePrometheus(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith("\n")) throw new Error("the last line must end, too");
  const families = new Map<string, ParsedFamily>();
  const series = new Set<string>();
  const helps = new Map<string, string>();
  let current: { name: string; family: ParsedFamily } | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const [, kind, name = "", rest = ""] = COMMENT.exec(line) ?? [];
    if (kind === "HELP") {
      if (helps.has(name)) throw new Error(`HELP twice: ${line}`);
      helps.set(name, rest);
      continue;
    }
    if (kind === "TYPE") {
      if (families.has(name)) throw new Error(`TYPE twice: ${line}`);
      const help = helps.get(name);
      if (help === undefined) throw new Error(`TYPE without HELP: ${line}`);
      current = { name, family: { type: rest, help, samples: [] } };
      families.set(name, current.family);
      continue;
    }
    const sample = parseSample(line);
    if (current === undefined || baseOf(sample.name, current.family.type) !== current.name) {
      throw new Error(`not below its TYPE: ${line}`);
    }
    const id = `${sample.name}${JSON.stringify(Object.entries(sample.labels))}`;
    if (series.has(id)) throw new Error(`twice: ${line}`);
    series.add(id);
    current.family.samples.push(sample);
  }
  for (const [name, family] of families)
    if (family.type === "histogram") checkHistogram(name, family);
  return families;
}

/** The value of one series; `undefined` when it is not there. */
export function valueOf(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  for (const { samples } of families.values()) {
    for (const sample of samples) {
      const isIt = Object.entries(labels).every(([key, value]) => sample.labels[key] === value);
      if (sample.name === name && isIt) return sample.value;
    }
  }
  return undefined;
}

function parseSample(line: string): ParsedSample {
  const [, name = "", labelText = "", valueText = ""] = SAMPLE.exec(line) ?? [];
  const value = valueText === "+Inf" ? Infinity : Number(valueText);
  if (name === "" || Number.isNaN(value)) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = labelText; rest !== "";) {
    const [matched = "", label = "", escaped = ""] = LABEL.exec(rest) ?? [];
    if (matched === "") throw new Error(`not labels: ${line}`);
    if (label in labels) throw new Error(`a label twice: ${line}`);
    labels[label] = escaped.replace(/\\(.)/g, (_, code: string) => (code === "n" ? "\n" : code));
    rest = rest.slice(matched.length);
  }
  return { name, labels, value };
}

function baseOf(name: string, type: string): string {
  return type === "histogram" ? name.replace(/_(bucket|sum|count)$/, "") : name;
}

function checkHistogram(name: string, { samples }: ParsedFamily): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) =>
    labels["le"] === "+Inf" ? Infinity : Number(labels["le"]),
  );
  const isAscending = (values: readonly number[], isStrict: 0 | 1): boolean =>
    values.every(
      (value, i) => i === 0 || value - (values[i - 1] ?? 0) >= isStrict * Number.MIN_VALUE,
    );
  const count = samples.find((sample) => sample.name === `${name}_count`)?.value;
  const sum = samples.find((sample) => sample.name === `${name}_sum`)?.value;
  if (!isAscending(bounds, 1) || bounds.at(-1) !== Infinity) throw new Error(`bounds of ${name}`);
  if (
    !isAscending(
      buckets.map(({ value }) => value),
      0,
    )
  )
    throw new Error(`${name} is not cumulative`);
  if (count !== buckets.at(-1)?.value || sum === undefined)
    throw new Error(`${name} does not add up`);
}
