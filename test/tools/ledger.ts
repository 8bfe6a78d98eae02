/**
 * Writes docs/rfc-ledger.md, docs/rfc-map.md and the tables of docs/conformance.md.
 *
 * With `--check` it writes nothing, and fails when a page is not what it would write. It always fails when a MUST
 * or MUST NOT has no test, or a test names a rule that does not exist.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { DIFFERENCES } from "../conformance/oracle-differences.js";
import { TABLE } from "../web-platform/table.js";
import { conformancePage } from "./conformance-page.js";
import { readClaims } from "./ledger-claims.js";
import { EXCEPTIONS } from "./ledger-exceptions.js";
import { faultsOf, type Ledger, ledgerPage } from "./ledger-page.js";
import { readRequirements } from "./ledger-rows.js";
import { rfcMapPage } from "./rfc-map-page.js";

const root = process.cwd();
const CONFORMANCE = "docs/conformance.md";

const ledger: Ledger = {
  requirements: readRequirements(path.join(root, "test/conformance/rfc-requirements.csv")),
  claims: readClaims(path.join(root, "test")),
  exceptions: EXCEPTIONS,
};

const written = readFileSync(path.join(root, CONFORMANCE), "utf8");

const pages = new Map([
  ["docs/rfc-ledger.md", ledgerPage(ledger)],
  ["docs/rfc-map.md", rfcMapPage(root)],
  [CONFORMANCE, conformancePage(written, DIFFERENCES, TABLE)],
]);

const faults = faultsOf(ledger);
for (const [name, text] of pages) {
  const file = path.join(root, name);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    faults.push(`${name} is stale: run npm run ledger`);
  }
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
