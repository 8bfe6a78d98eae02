// Every public option has a row in the tables of test/options/, which shows what changing it changes.
import { describe, expect, it } from "vitest";
import { flagsOf } from "../options/cli.js";
import { TABLES } from "../options/tables.js";
import { publicOptions } from "./public-options.js";

/** By entry point and name: why it has no table. */
const NO_OPTIONS: Readonly<Record<string, string>> = {
  "plainsocket RefusedHandshake": "listeners are given it",
  "plainsocket Finding": "what an error says of one case",
  "plainsocket/contract ErrorBody": "what a RequestError has been sent",
  "plainsocket/contract Refusal": "onRefused is given it",
  "plainsocket/brokers/nats NatsMessage": "the client of NATS gives it",
  "plainsocket/brokers/redis IoRedisClient": "the client of Redis itself",
  "plainsocket/protocol BulkOptions": "the DEFLATE of a platform is given them",
  "plainsocket/protocol CodecOptions":
    "a codec is given them; Compressor and Decompressor have theirs",
  "plainsocket/protocol Refusal": "refusalFor gives it",
};

/** Options of the class that ours extends. */
const INHERITED: Readonly<Record<string, readonly string[]>> = {
  "plainsocket HandshakeErrorOptions": ["cause"],
};

const COMMANDS = ["echo", "connect"];

const sorted = (names: readonly string[]): string[] => [...names].sort();

describe("public options [M11]", () => {
  const all = publicOptions();
  const tested = all.filter(({ owner }) => !Object.hasOwn(NO_OPTIONS, owner));

  it("are found, inherited ones among them", () => {
    const found = new Map(all.map(({ owner, options }) => [owner, options]));
    expect(found.get("plainsocket ServerOptions")).toEqual(
      expect.arrayContaining(["port", "maxHeaderBytes", "maxMessageBytes", "authenticate"]),
    );
    expect(found.get("plainsocket CloseOptions")).toEqual(["waitForHandlerMs"]); // not exported
  });

  it.each(tested)("$owner: each has a test that sees what it does", ({ owner, options }) => {
    const rows = Object.keys(TABLES[owner] ?? {});
    expect(sorted(rows)).toEqual(sorted([...options, ...(INHERITED[owner] ?? [])]));
  });

  it("are all that the tables are about", () => {
    const owners = [
      ...tested.map(({ owner }) => owner),
      ...COMMANDS.map((name) => `plainsocket ${name}`),
    ];
    expect(sorted(Object.keys(TABLES))).toEqual(sorted(owners));
    const names = all.map(({ owner }) => owner);
    expect(names).toEqual(expect.arrayContaining(Object.keys(NO_OPTIONS)));
  });

  it.each(COMMANDS)("of plainsocket %s are its flags", async (command) => {
    const flags = await flagsOf(command);
    expect(flags.length).toBeGreaterThan(1);
    expect(sorted(Object.keys(TABLES[`plainsocket ${command}`] ?? {}))).toEqual(sorted(flags));
  });
});
