import { describe, expect, it } from "vitest";
import { parseOptions } from "../../autobahn/options.js";

describe("parseOptions", () => {
  it("runs all cases of both directions without options", () => {
    expect(parseOptions([])).toEqual({
      directions: ["server", "client"],
      cases: undefined,
      runner: undefined,
      endpoints: { server: undefined, client: undefined },
    });
  });

  it("takes one direction, some cases, a runner and other endpoints", () => {
    const args = ["--only", "client", "--cases", "1.*,6.*", "--runner=python"];

    expect(parseOptions([...args, "--client-command", "node echo.js --compress"])).toEqual({
      directions: ["client"],
      cases: "1.*,6.*",
      runner: "python",
      endpoints: { server: undefined, client: ["node", "echo.js", "--compress"] },
    });
  });

  it.each([
    [["--only", "both"], '--only is server or client, not "both"'],
    [["--runner", "podman"], '--runner is docker or python, not "podman"'],
    [["--case", "1.*"], "--case"],
    [["1.*"], "1.*"],
    [["--only"], "--only"],
  ])("refuses %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
