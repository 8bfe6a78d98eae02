/** `npm run bench:report [-- SESSION]`: the last session, or the one named, as docs/performance.md. */
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { LOADS } from "../load/loads.js";
import { SessionFolder } from "../load/session.js";
import { writeReport } from "./write-report.js";

const root = path.dirname(fileURLToPath(import.meta.resolve("plainsocket/package.json")));
const sessions = new SessionFolder(path.join(root, "bench", "results"));

const name = process.argv[2] ?? (await sessions.latest());
const session = name === undefined ? undefined : await sessions.read(name);
if (session === undefined) {
  console.error(`there is no session ${name ?? "yet"}: run npm run bench:load first`);
  process.exitCode = 2;
} else {
  console.log(await writeReport(root, session, LOADS));
}
