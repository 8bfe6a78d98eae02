/** A session: what was measured on one machine with the same versions, in one run or in several. */
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "./options.js";
import type { Cell } from "./sample.js";

export interface Surroundings {
  readonly versions: Readonly<Record<string, string>>;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
}

export interface Session extends Surroundings {
  /** ISO 8601, of the first run. */
  readonly startedAt: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly cells: readonly Cell[];
}

/**
 * Adds cells; those of the same load and peer are replaced.
 *
 * @throws {UsageError} The session is from other surroundings, so that its rows do not compare.
 */
export function merge(session: Session | undefined, more: Session): Session {
  if (session === undefined) return more;
  for (const name of ["versions", "cpu", "cores", "system", "rounds", "seconds"] as const) {
    if (JSON.stringify(session[name]) !== JSON.stringify(more[name])) {
      throw new UsageError(`the session is from another run: its ${name} differ; name a new one`);
    }
  }
  const isNew = (cell: Cell): boolean =>
    more.cells.some(({ load, peer }) => load === cell.load && peer === cell.peer);
  const kept = session.cells.filter((cell) => !isNew(cell));
  return { ...session, cells: [...kept, ...more.cells] };
}

/** Sessions as files of one folder. */
export class SessionFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** `undefined` when there is none of that name. @throws {SyntaxError} It is no JSON. */
  async read(name: string): Promise<Session | undefined> {
    const text = await readFile(this.#file(name), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const session: Session = JSON.parse(text);
    return session;
  }

  async write(name: string, session: Session): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeFile(this.#file(name), `${JSON.stringify(session, undefined, 1)}\n`);
  }

  /** The name of the session that was written last. */
  async latest(): Promise<string | undefined> {
    const files = await readdir(this.#folder).catch(() => []);
    const names = files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -5));
    const times = await Promise.all(
      names.map(async (name) => ({ name, time: (await stat(this.#file(name))).mtimeMs })),
    );
    return times.toSorted((a, b) => b.time - a.time)[0]?.name;
  }

  #file(name: string): string {
    return path.join(this.#folder, `${name}.json`);
  }
}
