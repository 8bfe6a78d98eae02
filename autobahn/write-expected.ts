/**
 * Writes expected.json from the reports of the last run. Both directions must agree,
 * and no case of the present file may be missing, as it is after a run of some cases
 * only. For a suite that has fewer cases, delete the file between run and this.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describeDifference, findDifferences } from "./check.js";
import { parseExpected, parseIndex, serializeExpected } from "./results.js";

const root = path.dirname(fileURLToPath(import.meta.resolve("plainsocket/package.json")));
const folder = path.join(root, "autobahn");
const [server, client] = await Promise.all(
  (["server", "client"] as const).map(async (direction) =>
    parseIndex(await readFile(path.join(folder, "reports", direction, "index.json"), "utf8")),
  ),
);
if (server === undefined || client === undefined) throw new Error("unreachable");
const differences = findDifferences(server, client);
for (const difference of differences) {
  console.error(
    `client, taking the server's results as expected: ${describeDifference(difference)}`,
  );
}
const expectedFile = path.join(folder, "expected.json");
const present = parseExpected(await readFile(expectedFile, "utf8").catch(() => "{}"));
const missing = Array.from(present.keys()).filter((caseId) => !server.has(caseId));
if (missing.length > 0) console.error(`the last run has no results for ${missing.length} cases`);
if (differences.length + missing.length > 0) process.exit(1);
await writeFile(expectedFile, serializeExpected(server));
console.log(`expected.json has ${server.size} cases`);
