import { describe, expect, test } from "vitest";
import { LOADS } from "../../bench/load/loads.js";
import type { Session } from "../../bench/load/session.js";
import { chart } from "../../bench/report/chart.js";
import { pageOf } from "../../bench/report/page.js";
import { panelsOf, SECTIONS } from "../../bench/report/sections.js";

const cell = (load: string, peer: string, figure: number) => ({
  load,
  peer,
  samples: [{ figure }],
});

const SESSION: Session = {
  startedAt: "2026-11-27T03:00:00.000Z",
  versions: { node: "20.20.2", plainsocket: "0.1.0", ws: "8.23.0" },
  cpu: "A CPU",
  cores: 2,
  memoryBytes: 2 ** 34,
  system: "Linux 6.1",
  rounds: 5,
  seconds: 0.8,
  cells: [
    cell("bytes-20b-64", "net", 7_000_000),
    cell("bytes-20b-64", "plainsocket", 5_000_000),
    cell("bytes-20b-64", "plainsocket-shared", 6_000_000),
    cell("bytes-20b-64", "ws", 100_000),
    cell("memory-plain", "plainsocket", 6000),
    cell("memory-plain", "ws", 3000),
  ],
};

describe("the page", () => {
  const page = pageOf(SESSION, LOADS, "About memory.");

  test("says when, where and with what it was measured", () => {
    expect(page).toContain(
      "Measured on 2026-11-27: plainsocket 0.1.0 on Node.js 20.20.2, against ws 8.23.0.\n" +
        "A CPU, 2 cores, 16 GiB, Linux 6.1, all over the loopback interface.\n" +
        "5 rounds of 0.8 s each.",
    );
  });

  test("says which targets are reached and which are not, and nothing of those that were not measured", () => {
    const rows = page.split("\n").filter((line) => /\| (yes|\*\*no\*\*) \|/.test(line));
    expect(rows).toEqual([
      "| 50 × 20 B, 64 in flight | **at least 25 × ws** | 50.00 × ws | yes | 60.00 × ws |",
      "| 5 000 idle connections | **at most 0.75 × ws** | 2.00 × ws | **no** |  |",
    ]);
  });

  test("says where others are ahead, with the notes behind it", () => {
    expect(page).toContain("| 5 000 idle connections | ws 2.00 × |\n\nAbout memory.\n\n## Echo");
  });

  test("has a table for each load, and none for what was not measured", () => {
    expect(page.match(/^###? .*$/gm)).toEqual([
      "## How it is measured",
      "## Targets",
      "## Where we lose",
      "## Echo",
      "### 50 × 20 B, 64 in flight",
      "## Connections",
      "### 5 000 idle connections",
    ]);
    expect(page).toContain("| ws | 100 k | 0 % | 1.00 | 0.01 |");
  });

  test("says so when nobody is ahead", () => {
    const cells = SESSION.cells.filter(({ load }) => load === "bytes-20b-64");
    expect(pageOf({ ...SESSION, cells }, LOADS, "")).toContain("no other WebSocket implementation");
  });
});

test("every load is in one section, and has a target or a chart there", () => {
  const counts = LOADS.map((load) => SECTIONS.filter(({ includes }) => includes(load)).length);
  expect(new Set(counts)).toEqual(new Set([1]));
});

test("the limit is not drawn where it is beside the point", () => {
  const cells = [cell("json-700b-alone-1", "net", 9), cell("json-700b-alone-1", "ws", 1)];
  const panels = SECTIONS.flatMap((section) => panelsOf(section, LOADS, cells));
  expect(panels).toEqual([
    {
      title: "20 × 700 B JSON, deflate without takeover, 1 in flight",
      bars: [{ label: "ws", value: 1, text: "1.00", kind: "other" }],
    },
  ]);
});

describe("a chart", () => {
  const panel = (title: string) => ({
    title,
    bars: [
      { label: "a < b", value: 50, text: "50", kind: "ours" as const },
      { label: "c", value: 100, text: "100", kind: "limit" as const },
    ],
  });
  const svg = chart([panel("one"), panel("two"), panel("three")], "x & y");

  test("draws bars as long as their values, the longest over the whole width", () => {
    const widths = Array.from(
      svg.matchAll(/class="(\w+)" x="130" y="34" width="([\d.]+)"/g),
      (one) => one.slice(1),
    );
    expect(widths).toEqual([["ours", "100.0"]]);
    expect(svg).toMatch(/class="limit" x="130" y="53" width="200.0"/);
  });

  test("puts two panels side by side, and the third below them", () => {
    const places = Array.from(svg.matchAll(/class="title" x="(\d+)" y="(\d+)"/g), (one) =>
      one.slice(1).map(Number),
    );
    expect(places).toEqual([
      [8, 20],
      [428, 20],
      [8, 110],
    ]);
    expect(svg).toContain('viewBox="0 0 840 180"');
  });

  test("is well-formed whatever it is called, and knows dark pages", () => {
    expect(svg).toContain("a &lt; b");
    expect(svg).toContain("<title>x &amp; y</title>");
    expect(svg).toContain("prefers-color-scheme: dark");
  });
});
