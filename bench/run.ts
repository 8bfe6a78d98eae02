/**
 * Runs the microbenchmarks whose names are given, or all: `npm run bench -- masking utf8`.
 * Compare rows of one run only; see bench/README.md.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";

const SUFFIX = ".bench.js";
const wanted = process.argv.slice(2);
const all = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`there is no bench ${unknown.join(", ")}; there are ${all.join(", ")}`);
  process.exit(2);
}

console.log(`Node ${process.version}`);
for (const name of wanted.length > 0 ? wanted : all) {
  await import(path.join(import.meta.dirname, name + SUFFIX));
}
