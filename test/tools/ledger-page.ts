/** docs/rfc-ledger.md: every rule of the RFCs, and what shows that it is kept. */
import type { Claim } from "./ledger-claims.js";
import type { Exception } from "./ledger-exceptions.js";
import { mustBeShown, type Requirement, SOURCES } from "./ledger-rows.js";

export interface Ledger {
  readonly requirements: readonly Requirement[];
  readonly claims: readonly Claim[];
  readonly exceptions: readonly Exception[];
}

/** What is wrong with the ledger, one line each; empty when nothing is. */
export function faultsOf({ requirements, claims, exceptions }: Ledger): string[] {
  const ids = new Set(requirements.map(({ id }) => id));
  const claimed = new Set(claims.map(({ row }) => row));
  const excepted = new Set(exceptions.map(({ row }) => row));
  const repeated = requirements.map(({ id }) => id).filter((id, at, all) => all.indexOf(id) !== at);
  return [
    ...repeated.map((id) => `${id} is in the list twice`),
    ...requirements
      .filter((row) => mustBeShown(row) && !claimed.has(row.id) && !excepted.has(row.id))
      .map((row) => `${row.id} has no test: ${row.requirement}`),
    ...claims
      .filter(({ row }) => !ids.has(row))
      .map(({ row, file, title }) => `${file} names ${row}, which does not exist: ${title}`),
    ...exceptions
      .filter(({ row }) => !ids.has(row) || claimed.has(row))
      .map(({ row }) => `${row} is excepted, but has a test or does not exist`),
  ];
}

export function ledgerPage(ledger: Ledger): string {
  const { requirements } = ledger;
  const sections = SOURCES.map(([prefix, title]) => {
    const rows = requirements.filter(({ id }) => id.startsWith(prefix));
    return `## ${title}\n\n${tally(rows, ledger)}\n\n${tableOf(rows, ledger)}`;
  });
  return `# Ledger of the RFCs

Generated from \`test/conformance/rfc-requirements.csv\` and from the tests (\`npm run ledger\`).

Each row is one rule, in our words. A test holds a row when its title names it, \`[6455-5.2-06]\`, or when it is a script
or a table of \`test/conformance/scripts/\` that lists it; the number behind a file says how many do. The last column has the
cases of the Autobahn testsuite that look at the same rule: *implied* where its cases could not pass without it.

${sections.join("\n\n")}
`;
}

function tally(rows: readonly Requirement[], ledger: Ledger): string {
  const musts = rows.filter(({ level }) => level.startsWith("MUST"));
  const shown = (list: readonly Requirement[]): number =>
    list.filter(({ id }) => ledger.claims.some(({ row }) => row === id)).length;
  return `${rows.length} rules, ${shown(rows)} of them with a test; of the ${musts.length} that are MUST or MUST NOT, ${shown(musts)}.`;
}

function tableOf(rows: readonly Requirement[], ledger: Ledger): string {
  const lines = rows.map((row) => {
    const { id, section, level, requirement, autobahn } = row;
    const cells = [id, section, level, requirement, evidence(row, ledger), autobahn];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  const head =
    "| Row | Section | Level | Rule | Held by | Autobahn |\n| --- | --- | --- | --- | --- | --- |";
  return `${head}\n${lines.join("\n")}`;
}

function evidence({ id, level }: Requirement, { claims, exceptions }: Ledger): string {
  const files = new Map<string, Set<string>>();
  for (const { row, file, title } of claims) {
    if (row === id) files.set(file, (files.get(file) ?? new Set()).add(title));
  }
  if (files.size > 0) {
    return [...files].map(([file, titles]) => link(file, titles.size)).join("<br>");
  }
  const exception = exceptions.find(({ row }) => row === id);
  if (exception === undefined) return level.startsWith("MUST") ? "**open**" : "–";
  const { why, page } = exception;
  return page === undefined ? why : `[${page}](${page}): ${why}`;
}

function link(file: string, tests: number): string {
  const name = file.replace(/\.ts$/, "").replace(/\.test$/, "");
  return `[${name}](../test/${file})${tests > 1 ? ` ×${tests}` : ""}`;
}
