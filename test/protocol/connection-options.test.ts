import { expect, it } from "vitest";
import { known } from "../../src/protocol/connection-options.js";
import { portablePlatform } from "../../src/protocol/platform.js";

const options = { role: "client", platform: portablePlatform(() => 0) } as const;

it("gives back options that exist", () => {
  expect(known(options)).toBe(options);
});

it("refuses one that does not", () => {
  const misspelt = { ...options, zerocopy: true };
  expect(() => known(misspelt)).toThrow('ProtocolConnection has no option "zerocopy"');
});
