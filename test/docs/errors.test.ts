import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { errorsPage } from "../tools/errors-page.js";

it("docs/errors.md says what the tables say", () => {
  const page = path.join(import.meta.dirname, "../../docs/errors.md");
  expect(readFileSync(page, "utf8"), "run npm run docs").toBe(errorsPage());
});
