/** The requirements of the RFCs, as test/conformance/rfc-requirements.csv has them. */
import { readFileSync } from "node:fs";

export interface Requirement {
  readonly id: string;
  readonly section: string;
  readonly who: string;
  readonly level: string;
  /** The rule in one line of our own. */
  readonly requirement: string;
  /** Cases of the Autobahn testsuite that look at it; `implied`: others would fail without it. */
  readonly autobahn: string;
}

/** Where a group of rows comes from, by how its ids begin. */
export const SOURCES = [
  ["6455-", "RFC 6455, the WebSocket Protocol"],
  ["7692-", "RFC 7692, permessage-deflate"],
  ["WHATWG-", "WHATWG WebSockets, the interface of browsers"],
  ["8441-", "RFC 8441, WebSockets over HTTP/2"],
] as const;

/** Rows of a source that is not implemented yet: they may be open. */
const LATER = "8441-";

/** What the ids of rows look like, for finding them in other text. */
export const ROW_ID = /(?:6455|7692|8441)-\d[\d.]*-\d{2}|WHATWG-\d{2}/g;

/** Tells whether something has to show that the row is kept. */
export function mustBeShown({ id, level }: Requirement): boolean {
  return level.startsWith("MUST") && !id.startsWith(LATER);
}

/** @throws {Error} The file is not what it should be. */
export function readRequirements(path: string): Requirement[] {
  const [header = [], ...records] = parseCsv(readFileSync(path, "utf8"));
  if (header.join() !== "id,section,who,level,requirement,autobahn") {
    throw new Error(`${path}: unexpected columns ${header.join()}`);
  }
  return records.map(
    ([id = "", section = "", who = "", level = "", requirement = "", autobahn = ""]) => {
      if (id.match(ROW_ID)?.[0] !== id) throw new Error(`${path}: no id: ${id}`);
      return { id, section, who, level, requirement, autobahn };
    },
  );
}

/** Lines of fields; a field in quotes may hold commas, and quotes doubled (RFC 4180). No field has a line break. */
function parseCsv(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const fields = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g);
    return Array.from(fields, ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "");
  });
}
