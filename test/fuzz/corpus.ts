/** The inputs that a target has kept: a line of base64 each, in a file of the repository. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/** From the root of the repository, where npm runs scripts and tests. */
export function corpusFile(target: string): string {
  return path.join(process.cwd(), "test/fuzz/corpus", `${target}.txt`);
}

export function readCorpus(target: string): Uint8Array[] {
  const file = corpusFile(target);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "latin1")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => Uint8Array.from(Buffer.from(line, "base64")));
}

export function corpusText(inputs: readonly Uint8Array[]): string {
  return inputs.map((input) => `${Buffer.from(input).toString("base64")}\n`).join("");
}
