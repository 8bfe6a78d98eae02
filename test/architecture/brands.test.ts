// Classes whose objects users get and hand over are marked, so that other loaded copies of the package know them.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const SRC = path.join(import.meta.dirname, "../../src");

/** The command line hands nothing over. */
const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.startsWith("cli"))
  .map((file) => readFileSync(path.join(SRC, file), "utf8"));

const errors = sources.flatMap((text) =>
  Array.from(
    text.matchAll(/export (?:abstract )?class (\w+) extends \w*Error\b/g),
    ([, name = ""]) => name,
  ),
);

describe("errors", () => {
  it("are found", () => {
    expect(errors).toEqual(expect.arrayContaining(["WebSocketError", "Rejection", "ErrorReply"]));
  });

  it.each([...errors, "PreparedMessage"])("%s has a brand", (name) => {
    const branding = new RegExp(`\\bbrand\\(\\s*${name},`);
    expect(sources.some((text) => branding.test(text))).toBe(true);
  });
});
