// Each published weakness is tried in this folder, or there is a reason.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { ELSEWHERE, TRIED } from "./rows.js";

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
const texts = files
  .map((name) => readFileSync(path.join(import.meta.dirname, name), "utf8"))
  .join();

it("has a test that carries its name, for each that is tried", () => {
  expect(
    TRIED.filter((id) => !new RegExp(`["\`][^"\`]*${id}(?!\\d)[^"\`]*["\`]`).test(texts)),
  ).toEqual([]);
});

it("has a reason, or a file that is there, for each other", () => {
  for (const [id, reason] of Object.entries(ELSEWHERE)) {
    const [place = ""] = reason.split(":");
    expect(place === "not applicable" || existsSync(place), id).toBe(true);
    expect(TRIED).not.toContain(id);
  }
});
