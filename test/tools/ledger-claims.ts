/** Which tests say that they hold which rows of the ledger. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseAst } from "vitest/node";
import { SCRIPTS } from "../conformance/scripts/index.js";
import { ACCEPTED_REQUESTS } from "../conformance/scripts/requests-accepted.js";
import { REFUSED_REQUESTS } from "../conformance/scripts/requests-refused.js";
import { OPENING_RESPONSES, REFUSED_RESPONSES } from "../conformance/scripts/responses.js";
import { TABLE } from "../web-platform/table.js";
import { ROW_ID } from "./ledger-rows.js";

export interface Claim {
  readonly row: string;
  /** The file that holds the test, relative to test/. */
  readonly file: string;
  /** The title, or the name of a script. */
  readonly title: string;
}

/** Every claim under `folder`, which is test/: rows in brackets in titles, and `rows` of data. */
export function readClaims(folder: string): Claim[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => file.endsWith(".ts") && !/^(?:support|tools|types)\//.test(file))
    .toSorted();
  const inTitles = files.flatMap((file) =>
    stringsOf(readFileSync(path.join(folder, file), "utf8")).flatMap((title) =>
      claimsOfTitle(title).map((row) => ({ row, file, title })),
    ),
  );
  return [...inTitles, ...claimsOfData()];
}

/** The rows that stand in brackets of their own: `[6455-5.2-06]`. */
function claimsOfTitle(title: string): string[] {
  const bracketed = title.matchAll(new RegExp(`\\[(${ROW_ID.source})\\]`, "g"));
  return Array.from(bracketed, ([, row = ""]) => row);
}

/** Scripts and tables of the conformance tests, which name their rows as data. */
function claimsOfData(): Claim[] {
  const data = [
    ["conformance/wire-suite.ts", SCRIPTS],
    ["conformance/handshake.test.ts", [...ACCEPTED_REQUESTS, ...REFUSED_REQUESTS]],
    ["conformance/handshake.test.ts", [...OPENING_RESPONSES, ...REFUSED_RESPONSES]],
    ["web-platform/web-platform.test.ts", TABLE],
  ] as const;
  return data.flatMap(([file, items]) =>
    items.flatMap(({ rows, name }) => rows.map((row) => ({ row, file, title: name }))),
  );
}

/** All string literals of a source, and the fixed parts of its templates. */
function stringsOf(source: string): string[] {
  const strings: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("type" in node && "value" in node) {
      const text = node.type === "TemplateElement" ? cooked(node.value) : node.value;
      if (typeof text === "string") strings.push(text);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(source, { lang: "ts" }));
  return strings;
}

function cooked(value: unknown): unknown {
  return typeof value === "object" && value !== null && "cooked" in value
    ? value.cooked
    : undefined;
}
