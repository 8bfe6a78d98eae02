/** Bar charts as SVG, to be read on light and on dark pages: small panels, each with a scale of its own. */

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What stands beside the bar. */
  readonly text: string;
  /** `ours` stands out, `limit` steps back. */
  readonly kind: "ours" | "limit" | "other";
}

export interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const COLUMNS = 2;
const PANEL_WIDTH = 420;
const LABEL_WIDTH = 130;
const BAR_WIDTH = 200;
const BAR_HEIGHT = 14;
const ROW_HEIGHT = 19;
const TITLE_HEIGHT = 34;
const GAP = 18;

// The page around it may be light while the reader's system is dark, so it brings its own background.
const STYLE = `
  .page { fill: #ffffff }
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .value { fill: #59636e }
  .ours { fill: #1a7f37 }
  .other { fill: #8c959f }
  .limit { fill: none; stroke: #8c959f; stroke-dasharray: 3 2 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 }
    text { fill: #e6edf3 }
    .value { fill: #9198a1 }
    .ours { fill: #3fb950 }
    .other { fill: #6e7681 }
    .limit { stroke: #6e7681 }
  }
`;

/** @param description - Read aloud in place of the picture. */
export function chart(panels: readonly Panel[], description: string): string {
  let top = 0;
  const parts: string[] = [];
  for (let i = 0; i < panels.length; i += COLUMNS) {
    const row = panels.slice(i, i + COLUMNS);
    parts.push(...row.map((panel, column) => drawPanel(panel, column * PANEL_WIDTH, top)));
    top += TITLE_HEIGHT + Math.max(...row.map(({ bars }) => bars.length)) * ROW_HEIGHT + GAP;
  }
  const width = Math.min(COLUMNS, panels.length) * PANEL_WIDTH;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" role="img">`,
    `<title>${escape(description)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${width}" height="${top}" rx="6"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function drawPanel({ title, bars }: Panel, left: number, top: number): string {
  const largest = Math.max(...bars.map(({ value }) => value));
  const rows = bars.map(({ label, value, text, kind }, i) => {
    const y = top + TITLE_HEIGHT + i * ROW_HEIGHT;
    const baseline = y + BAR_HEIGHT - 3;
    const width = Math.max(1, (value / largest) * BAR_WIDTH).toFixed(1);
    return [
      `<text x="${left + LABEL_WIDTH - 8}" y="${baseline}" text-anchor="end">${escape(label)}</text>`,
      `<rect class="${kind}" x="${left + LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}"/>`,
      `<text class="value" x="${left + LABEL_WIDTH + Number(width) + 6}" y="${baseline}">${escape(text)}</text>`,
    ].join("\n");
  });
  const heading = `<text class="title" x="${left + 8}" y="${top + TITLE_HEIGHT - 14}">${escape(title)}</text>`;
  return [heading, ...rows].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
