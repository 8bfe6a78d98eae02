// Users see a docstring wherever a name of the library stands: every export of the doors of the layers has one.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const SOURCE = path.join(import.meta.dirname, "../../src");
const DOORS = readdirSync(SOURCE, { encoding: "utf8", recursive: true }).filter(
  (file) => path.basename(file) === "index.ts" && file !== "index.ts",
);

/** The names that a door exports, with the files that declare them. */
function exportsOf(door: string): [file: string, name: string][] {
  const text = readFileSync(path.join(SOURCE, door), "utf8");
  const groups = text.matchAll(/export (?:type )?\{([^}]*)\} from "(\.[^"]+)\.js"/g);
  return Array.from(groups).flatMap(([, names = "", from = ""]) => {
    if (from.endsWith("/index")) return []; // another door
    const file = path.join(SOURCE, path.dirname(door), `${from}.ts`);
    const list = names.split(",").map((name) => name.trim().replace(/^type /, ""));
    return list.filter((name) => name !== "").map((name): [string, string] => [file, name]);
  });
}

const KINDS = "(abstract class|async function|class|const|function|interface|type)";

/** What the file declares, or the files it has it from. A type that is called as its constant is told of there. */
function isDocumented(file: string, name: string): boolean {
  const text = readFileSync(file, "utf8");
  const from = new RegExp(`[{,\\s]${name}\\b[^}]*\\} from "(\\.[^"]+)\\.js"`).exec(text)?.[1];
  if (!new RegExp(`^export ${KINDS} ${name}\\b`, "m").test(text) && from !== undefined) {
    return isDocumented(path.join(path.dirname(file), `${from}.ts`), name);
  }
  return new RegExp(`\\*/\n(// oxfmt-ignore\n)?export ${KINDS} ${name}\\b`).test(text);
}

it.each(DOORS)("%s", (door) => {
  const names = exportsOf(door);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter(([file, name]) => !isDocumented(file, name)).map(([, name]) => name)).toEqual(
    [],
  );
});
