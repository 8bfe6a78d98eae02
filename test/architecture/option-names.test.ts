// Every interface of options that an application can see has its list of names: options that do not exist are refused.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const SRC = path.join(import.meta.dirname, "../../src");

/** The doors that applications and writers of transports enter by. */
const DOORS = [
  "index.ts",
  "manager/index.ts",
  "contract/index.ts",
  "brokers/nats/index.ts",
  "brokers/redis/index.ts",
  "protocol/index.ts",
  "protocol/handshake/index.ts",
];

/** By name: why there is no list. */
const WITHOUT_LIST: Readonly<Record<string, string>> = {
  BulkOptions: "the codec of a platform is given them",
  CodecOptions: "a codec is given them; Compressor and Decompressor check theirs",
  CloseAllOptions: "they are checked as ShutdownOptions, or ManagerCloseAllOptions",
  HandshakeErrorOptions: "the details of an error, beside those that every Error may have",
  Refusal: "an application is given it",
};

const isOptions = (name: string): boolean =>
  /(Options|Init|Limits?|Check|Setup|Refusal|Answer|Batch)$/.test(name) &&
  !name.startsWith("Resolved");

/** The names of types that a door gives. */
function typesOf(door: string): string[] {
  const text = readFileSync(path.join(SRC, door), "utf8");
  return Array.from(text.matchAll(/\b([A-Z]\w+)\b/g), ([, name = ""]) => name);
}

const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(path.join(SRC, file), "utf8"));

const isInterface = (name: string): boolean =>
  sources.some((text) => new RegExp(`export interface ${name}\\b`).test(text));

const names = [...new Set(DOORS.flatMap(typesOf))].filter(isOptions).filter(isInterface).toSorted();

describe("options", () => {
  it("are found", () => {
    expect(names).toEqual(expect.arrayContaining(["ServerOptions", "RateLimit", "PeerOptions"]));
  });

  it.each(names)("%s has a list of its names, or a reason why not", (name) => {
    const list = new RegExp(`(Names|Known)<\\s*${name}\\b`);
    const isListed = sources.some((text) => list.test(text));
    expect(isListed).toBe(!Object.hasOwn(WITHOUT_LIST, name));
  });
});
