/** docs/performance.md, from one session. */
import { gridOf } from "../load/grid.js";
import { type Load, UNITS } from "../load/loads.js";
import type { Cell } from "../load/sample.js";
import type { Session } from "../load/session.js";
import { panelsOf, type Section, SECTIONS } from "./sections.js";
import { judge, lossesOf, TARGETS, type Verdict } from "./targets.js";

const METHOD = `Each server runs in a process of its own, and the load generator in another. The generator writes masked frames that were
built beforehand, and only counts what comes back; before anything is timed, it compares every byte of every echo with what
was sent. Servers take turns, round by round, with new connections in each; every number is the median of the rounds, and ±
is half of the distance between the best and the worst of them.

The figure is **messages per second of CPU time of the measured process**, its other threads and the kernel's work for it
included: that is what a core is good for, and it does not matter how busy the generator is. \`core\` is how much of one core
the process used, \`per s\` counts by the clock, \`p50\` and \`p99\` are latencies seen by the generator under this load,
\`peak MB\` is resident memory.

All have their defaults, but for what the load asks for: compression on or off, and limits for large messages. plainsocket
gives text as strings and validates it; \`ws\` is measured as its documentation shows an echo, which validates text but does
not decode it. \`net\` is no WebSocket server: it writes back the bytes that it reads, and is the limit for what is built on
Node's sockets. \`plainsocket-shared\` is plainsocket with the option \`sharedReads\`, which takes private parts of Node's
sockets and is off by default. \`ws-js\` is \`ws\` without its native addon (bufferutil), which \`ws\` has. \`bun\` is the
server of another runtime, in native code. The servers are in [bench/servers](../bench/servers), the clients in
[bench/clients](../bench/clients).`;

/**
 * The page. Loads that were not measured are left out.
 *
 * @param notes - Markdown about what was not reached, written by hand.
 */
export function pageOf(session: Session, loads: readonly Load[], notes: string): string {
  const { cells } = session;
  const titles = new Map(loads.map(({ name, title }) => [name, title]));
  const sections = SECTIONS.filter((one) => panelsOf(one, loads, cells).length > 0);
  return [
    "# Performance",
    "<!-- Written by `npm run bench:report`; do not edit. -->",
    surroundingsOf(session),
    "Ratios say something, absolute numbers little: they change with the machine, and on this one by ten percent and more\nfrom minute to minute. `npm run bench:load -- --report` measures all of it anew.",
    "## How it is measured",
    METHOD,
    "## Targets",
    targetTable(judge(TARGETS, cells), titles),
    "## Where we lose",
    lossText(loads, cells),
    ...(notes === "" ? [] : [notes.trim()]),
    ...sections.map((section) => sectionText(section, loads, cells)),
  ]
    .join("\n\n")
    .concat("\n");
}

function surroundingsOf(session: Session): string {
  const { startedAt, versions, cpu, cores, memoryBytes, system, rounds, seconds } = session;
  const { node, plainsocket, ...others } = versions;
  const list = Object.entries(others).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${startedAt.slice(0, 10)}: plainsocket ${plainsocket} on Node.js ${node}, against ${list.join(", ")}.`,
    `${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB, ${system}, all over the loopback interface.`,
    `${rounds} rounds of ${seconds} s each.`,
  ].join("\n");
}

function targetTable(verdicts: readonly Verdict[], titles: ReadonlyMap<string, string>): string {
  const rows = verdicts
    .filter(({ measured }) => measured !== undefined)
    .map(({ load, bound, kind, measured, withSharedReads, reached }) => {
      const words = kind === "aim" ? `aim: ${bound}` : `**${bound}**`;
      const title = titles.get(load) ?? load;
      const verdict = reached ? "yes" : "**no**";
      return [title, nameLoads(words, titles), measured ?? "", verdict, withSharedReads ?? ""];
    });
  const head = ["Load", "Target", "Measured", "Reached", "With `sharedReads`"];
  return markdownTable(head, rows, "words");
}

/** A bound may name another load. */
function nameLoads(words: string, titles: ReadonlyMap<string, string>): string {
  return words.replace(/[\w-]+$/, (name) => titles.get(name) ?? name);
}

function lossText(loads: readonly Load[], cells: readonly Cell[]): string {
  const losses = lossesOf(loads, cells);
  if (losses.length === 0)
    return "In this run no other WebSocket implementation did better in any load.";
  const rows = loads.flatMap(({ name, title }) => {
    const ahead = losses.filter(({ load }) => load === name);
    if (ahead.length === 0) return [];
    return [[title, ahead.map(({ peer, times }) => `${peer} ${times.toFixed(2)} ×`).join(", ")]];
  });
  return `Other implementations that did better than plainsocket in this run, and how many times:\n\n${markdownTable(
    ["Load", "Ahead of us"],
    rows,
    "words",
  )}`;
}

function sectionText(section: Section, loads: readonly Load[], cells: readonly Cell[]): string {
  const tables = loads.filter(section.includes).flatMap((load) => {
    const found = cells.filter((cell) => cell.load === load.name);
    if (found.length === 0) return [];
    const { titles, rows } = gridOf(found);
    const [, ...others] = titles;
    const unit = load.kind === "memory" ? `${UNITS.memory}, less is better` : UNITS[load.kind];
    return [`### ${load.title}`, markdownTable(["", unit, ...others], rows)];
  });
  return [
    `## ${section.title}`,
    section.intro,
    `![${section.title}: the tables below as bars](performance/${section.name}.svg)`,
    ...tables,
  ].join("\n\n");
}

/** All columns but the first are numbers, unless they are said to be words. */
function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  content: "numbers" | "words" = "numbers",
): string {
  const line = (columns: readonly string[]): string => `| ${columns.join(" | ")} |`;
  const rule = head.map((_, i) => (i === 0 || content === "words" ? "---" : "--:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
