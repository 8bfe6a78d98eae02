/** The functions that take options, by the names that errors give them: so that a table of entries can be complete. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const SRC = path.join(import.meta.dirname, "../../src");

/** The owners of names in these folders of src/, but for those in `others`: of events, or with a test of their own. */
export function ownersIn(folders: readonly string[], others: readonly string[] = []): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(SRC, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(path.join(SRC, folder, file), "utf8")),
  );
  const owners = files.flatMap((text) =>
    Array.from(text.matchAll(/\bowner: "([^"]+)"/g), ([, owner = ""]) => owner),
  );
  return [...new Set(owners)].filter((owner) => !others.includes(owner)).toSorted();
}
