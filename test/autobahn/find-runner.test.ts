import { describe, expect, it } from "vitest";
import { findRunner, INSTALL_HINT, type Probes } from "../../autobahn/find-runner.js";

/** A machine where the given programs work, each by its first word, and answer so. */
function machine(
  programs: Record<string, string>,
  folders: Record<string, readonly string[]> = {},
): Probes {
  return {
    output: async (command) => programs[command],
    list: async (folder) => folders[folder] ?? [],
  };
}

const find = async (probes: Probes, only?: "docker" | "python") =>
  findRunner(probes, "/home/someone", only);

describe("findRunner", () => {
  it("takes Docker when its engine answers, even if there is a Python 2.7", async () => {
    await expect(find(machine({ docker: "27.1\n", python2: "2.7" }))).resolves.toEqual({
      type: "docker",
    });
  });

  it.each([
    ["the client is missing or has no engine", {}],
    ["the client succeeds without naming an engine", { docker: "\n" }],
  ])("takes Python 2.7 from the PATH when %s", async (_, programs) => {
    await expect(find(machine({ ...programs, "python2.7": "2.7" }))).resolves.toEqual({
      type: "python",
      python: "python2.7",
    });
  });

  it.each(["python2", "python"])("takes a 2.7 that is called %s", async (python) => {
    await expect(find(machine({ python3: "3.12", [python]: "2.7" }))).resolves.toEqual({
      type: "python",
      python,
    });
  });

  it("passes over a python that is another version", async () => {
    await expect(find(machine({ python: "3.12", python2: "2.6" }))).resolves.toBeUndefined();
  });

  it("takes the newest 2.7 under pyenv when the shim on the PATH does not run", async () => {
    const versions = ["3.12.1", "2.7.9", "2.7.18", "2.7.10"];
    const probes = machine(
      {
        pyenv: "/opt/pyenv\n",
        "/opt/pyenv/versions/2.7.18/bin/python": "2.7",
        "/opt/pyenv/versions/2.7.9/bin/python": "2.7",
      },
      { "/opt/pyenv/versions": versions },
    );

    await expect(find(probes)).resolves.toEqual({
      type: "python",
      python: "/opt/pyenv/versions/2.7.18/bin/python",
    });
  });

  it("passes over a Python under pyenv that does not run", async () => {
    const probes = machine(
      { pyenv: "/opt/pyenv\n", "/opt/pyenv/versions/2.7.9/bin/python": "2.7" },
      { "/opt/pyenv/versions": ["2.7.9", "2.7.18"] },
    );

    await expect(find(probes)).resolves.toEqual({
      type: "python",
      python: "/opt/pyenv/versions/2.7.9/bin/python",
    });
  });

  it("looks where pyenv stands by default when pyenv is not on the PATH", async () => {
    const python = "/home/someone/.pyenv/versions/2.7.18/bin/python";
    const probes = machine({ [python]: "2.7" }, { "/home/someone/.pyenv/versions": ["2.7.18"] });

    await expect(find(probes)).resolves.toEqual({ type: "python", python });
  });

  it("finds nothing on a machine that has nothing", async () => {
    await expect(find(machine({}))).resolves.toBeUndefined();
  });

  it("leaves out the other type when one is asked for", async () => {
    const both = machine({ docker: "27.1", python2: "2.7" });

    await expect(find(both, "python")).resolves.toEqual({ type: "python", python: "python2" });
    await expect(find(both, "docker")).resolves.toEqual({ type: "docker" });
    await expect(find(machine({ python2: "2.7" }), "docker")).resolves.toBeUndefined();
    await expect(find(machine({ docker: "27.1" }), "python")).resolves.toBeUndefined();
  });

  it("has a hint of one line for a machine that has nothing", () => {
    expect(INSTALL_HINT).not.toContain("\n");
    expect(INSTALL_HINT).toContain("not found, install with");
  });
});
