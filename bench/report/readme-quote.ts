/** The three ratios that the README quotes. */
import { figuresOf } from "../load/grid.js";
import type { Session } from "../load/session.js";

const START = "<!-- Written by `npm run bench:report` -->\n";
const END = "\n<!-- End of what it writes -->";

/**
 * The README with the ratios of a session in the place that is marked for them. It stays
 * as it is when the session has not measured them all.
 *
 * @throws {Error} The README has no such place.
 */
export function quoteIn(readme: string, session: Session): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END, start);
  if (start === -1 || end === -1) throw new Error("README.md has no place for ratios");
  const many = ratioToWs(session, "bytes-20b-64");
  const one = ratioToWs(session, "bytes-20b-1");
  const compressed = ratioToWs(session, "json-700b-context-16");
  if (many === undefined || one === undefined || compressed === undefined) return readme;
  const quote = `For a second of CPU time its server echoes ${many} × as many messages of 20 bytes as \`ws\` with 64 in flight on each
connection, ${one} × as many with one in flight, and ${compressed} × as many compressed ones (JSON of 700 bytes, 16 in flight);
[all loads, how they are measured, and where others are ahead](docs/performance.md).`;
  return readme.slice(0, start + START.length) + quote + readme.slice(end);
}

function ratioToWs({ cells }: Session, load: string): string | undefined {
  const figures = figuresOf(cells.filter((cell) => cell.load === load));
  const ratio = (figures.get("plainsocket") ?? NaN) / (figures.get("ws") ?? NaN);
  if (Number.isNaN(ratio)) return undefined;
  return ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1);
}
