/** Writes docs/performance.md, its charts, and what the README quotes of it. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Load } from "../load/loads.js";
import type { Session } from "../load/session.js";
import { chart } from "./chart.js";
import { pageOf } from "./page.js";
import { quoteIn } from "./readme-quote.js";
import { panelsOf, SECTIONS } from "./sections.js";

/** @returns The page's path, relative to `root`. */
export async function writeReport(
  root: string,
  session: Session,
  loads: readonly Load[],
): Promise<string> {
  const folder = path.join(root, "docs", "performance");
  await mkdir(folder, { recursive: true });
  for (const section of SECTIONS) {
    const panels = panelsOf(section, loads, session.cells);
    if (panels.length === 0) continue;
    const description = `${section.title}: what each implementation reaches`;
    await writeFile(path.join(folder, `${section.name}.svg`), chart(panels, description));
  }
  const notes = await readFile(path.join(root, "bench", "report", "notes.md"), "utf8").catch(
    () => "",
  );
  const page = path.join("docs", "performance.md");
  await writeFile(path.join(root, page), pageOf(session, loads, notes));
  const readme = path.join(root, "README.md");
  await writeFile(readme, quoteIn(await readFile(readme, "utf8"), session));
  return page;
}
