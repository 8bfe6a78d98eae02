/** Writes docs/rfc-map.md: where in the source each section of the RFCs is kept, read from the citations. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

interface Citation {
  /** As in `RFC 6455` or `WHATWG WebSockets`. */
  readonly standard: string;
  /** As in `5.5.1`. */
  readonly section: string;
  /** Relative to src/. */
  readonly file: string;
}

const TITLES = new Map([
  ["RFC 6455", "The WebSocket Protocol"],
  ["RFC 7692", "Compression Extensions for WebSocket"],
  ["RFC 1951", "DEFLATE"],
  ["RFC 9110", "HTTP Semantics"],
  ["RFC 9112", "HTTP/1.1"],
  ["RFC 3986", "URI"],
  ["RFC 3629", "UTF-8"],
  ["RFC 4648", "Base64"],
  ["RFC 8441", "Bootstrapping WebSockets with HTTP/2"],
]);

/** The RFC that a section belongs to in a file that names none: DEFLATE has a folder to itself. */
function defaultRfc(file: string): string {
  return file.startsWith("protocol/deflate/") ? "RFC 1951" : "RFC 6455";
}

export function rfcMapPage(root: string): string {
  const src = path.join(root, "src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .toSorted();
  const citations = files.flatMap((file) =>
    citationsOf(readFileSync(path.join(src, file), "utf8"), file),
  );
  const standards = [...new Set(citations.map(({ standard }) => standard))].toSorted(byImportance);
  const parts = standards.map((standard) => {
    const title = TITLES.get(standard);
    const own = citations.filter((citation) => citation.standard === standard);
    return `## ${standard}${title === undefined ? "" : `: ${title}`}\n\n${tableOf(own, root)}`;
  });
  return `# Map of the RFCs

Generated from the citations in \`src/\` (\`npm run ledger\`): which files speak of a section, and their own tests.
[rfc-ledger.md](rfc-ledger.md) has the rules one by one.

${parts.join("\n\n")}
`;
}

const CITATION = /(?:(RFC \d{4}|WHATWG [A-Z]\w+|HTML) )?§(\d+(?:\.\d+)*)/g;

/**
 * The sections that a source cites. Behind `RFC 6455 §5.4, §5.5` both belong to that RFC, and so does a `§5.6`
 * anywhere below it, up to the next RFC that is named; above all of them, to the first that is. Of a standard
 * that is no RFC, such as `HTML §8.1, §9`, only the sections of that list are.
 */
export function citationsOf(source: string, file: string): Citation[] {
  const cited: Citation[] = [];
  let rfc = /RFC \d{4}(?= §)/.exec(source)?.[0] ?? defaultRfc(file);
  let standard = rfc;
  let end = 0;
  for (const { 0: text, 1: named, 2: section = "", index } of source.matchAll(CITATION)) {
    const goesOn = /^(, | and | to )$/.test(source.slice(end, index));
    standard = named ?? (goesOn ? standard : rfc);
    if (standard.startsWith("RFC ")) rfc = standard;
    end = index + text.length;
    cited.push({ standard, section, file });
  }
  return cited;
}

function tableOf(citations: readonly Citation[], root: string): string {
  const sections = [...new Set(citations.map(({ section }) => section))].toSorted(bySection);
  const lines = sections.map((section) => {
    const own = citations.filter((citation) => citation.section === section);
    const files = [...new Set(own.map(({ file }) => file))];
    const sources = files.map((file) => `[${file}](../src/${file})`);
    const tests = files.flatMap((file) => testsOf(file, root));
    return `| §${section} | ${sources.join("<br>")} | ${tests.join("<br>") || "–"} |`;
  });
  return `| Section | Source | Tests |\n| --- | --- | --- |\n${lines.join("\n")}`;
}

/** The tests that mirror a source file: `x.test.ts` and `x.<something>.test.ts`. */
function testsOf(file: string, root: string): string[] {
  const folder = path.join("test", path.dirname(file));
  if (!existsSync(path.join(root, folder))) return [];
  const stem = `${path.basename(file, ".ts")}.`;
  return readdirSync(path.join(root, folder))
    .filter((name) => name.startsWith(stem) && name.endsWith(".test.ts"))
    .toSorted()
    .map((name) => {
      const test = path.posix.join(path.dirname(file), name);
      return `[${test}](../test/${test})`;
    });
}

/** RFC 6455 first, then by how this project needs them, then by number; other standards last. */
function byImportance(a: string, b: string): number {
  const order = [...TITLES.keys()];
  const rank = (standard: string): number => {
    if (!standard.startsWith("RFC ")) return order.length + 1;
    return order.includes(standard) ? order.indexOf(standard) : order.length;
  };
  return rank(a) - rank(b) || a.localeCompare(b, "en", { numeric: true });
}

function bySection(a: string, b: string): number {
  const [left, right] = [a, b].map((section) => section.split(".").map(Number));
  for (const [at, number] of (left ?? []).entries()) {
    const other = right?.[at];
    if (other === undefined || number !== other) return number - (other ?? -1);
  }
  return (left?.length ?? 0) - (right?.length ?? 0);
}
