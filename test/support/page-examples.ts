/** The examples of a page of docs/: blocks of TypeScript whose first line is a file name. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { assert } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");

export class PageExamples {
  /** All of the page. */
  readonly text: string;
  /** The code of each, by its file name. */
  readonly code: ReadonlyMap<string, string>;
  readonly #folder: string;

  /** @param page - Its name in docs/, without the ending. */
  constructor(page: string) {
    this.text = readFileSync(path.join(ROOT, "docs", `${page}.md`), "utf8");
    const blocks = this.text.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs);
    this.code = new Map(Array.from(blocks, ([, name = "", code = ""]) => [name, code]));
    this.#folder = path.join(ROOT, ".cache", `${page}-docs`);
  }

  /** Writes all of them, each as `change` makes it. */
  write(change: (code: string) => string = (code) => code): void {
    mkdirSync(this.#folder, { recursive: true });
    for (const [name, code] of this.code) this.writeOne(name, change(code));
  }

  writeOne(name: string, code: string): void {
    writeFileSync(path.join(this.#folder, name), code);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Compiles what is written. @returns What the compiler has to say: nothing when all is well. */
  compile(): string {
    const config = { extends: "../../tsconfig.json", include: ["."], exclude: [] };
    this.writeOne("tsconfig.json", JSON.stringify(config));
    const compiler = path.join(ROOT, "node_modules/typescript/bin/tsc");
    const args = [compiler, "-p", this.#folder];
    return spawnSync(process.execPath, args, { encoding: "utf8" }).stdout;
  }

  /** Runs one. @returns What it exports. */
  async load(name: string): Promise<object> {
    const module: unknown = await import(path.join(this.#folder, name));
    assert(typeof module === "object" && module !== null);
    return module;
  }
}
