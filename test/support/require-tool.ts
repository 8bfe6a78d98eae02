/** Programs that a test needs and npm does not bring: used when they are there, and otherwise named. */
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/**
 * Finds `name` on PATH. When it is missing it says so, and how to install it, and the
 * caller skips its tests: `describe.skipIf(tool === undefined)`.
 *
 * @throws {Error} It is missing and `REQUIRE_ALL` is set, as in CI: nothing is skipped there.
 */
export function requireTool(name: string, install: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const found = folders.map((folder) => path.join(folder, name)).find(isProgram);
  if (found === undefined) missing(name, install);
  return found;
}

/** Says that something is missing; see {@link requireTool}. */
export function missing(name: string, install: string): void {
  const message = `skipped: ${name} not found, install with ${install}`;
  if (process.env["REQUIRE_ALL"] === "1") throw new Error(message);
  process.stdout.write(`${message}\n`);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
