/** What can run Autobahn|Testsuite here: a Docker engine, or a Python 2.7. */
import path from "node:path";

export type Runner =
  | { readonly type: "docker" }
  /** `python` is the command or path of a Python 2.7 with pip. */
  | { readonly type: "python"; readonly python: string };

/** Looks at the machine. Tests pass their own. */
export interface Probes {
  /** What the command prints when it ends with exit code 0 in good time, else `undefined`. */
  output(command: string, args: readonly string[]): Promise<string | undefined>;
  /** Names in the folder, none when there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
}

/** What to do when {@link findRunner} finds nothing. One line. */
export const INSTALL_HINT =
  "Autobahn|Testsuite not found, install with a running Docker engine " +
  "(https://docs.docker.com/engine/install/) or Python 2.7 with pip (pyenv install 2.7.18)";

/**
 * Finds the first runner that works: Docker with the official image, then Python
 * 2.7 on the PATH, then Python 2.7 under pyenv.
 *
 * Each one is tried, not only looked up: a Docker client may have no engine, and a
 * `python2.7` on the PATH may be pyenv's shim for a version that is not active.
 *
 * @param only - leaves out runners of the other type
 * @param home - the user's home folder, where pyenv stands by default
 */
export async function findRunner(
  probes: Probes,
  home: string,
  only?: Runner["type"],
): Promise<Runner | undefined> {
  if (only !== "python" && (await isDockerRunning(probes))) return { type: "docker" };
  if (only === "docker") return undefined;
  for (const python of ["python2.7", "python2", "python"]) {
    if (await isPython27(probes, python)) return { type: "python", python };
  }
  for (const python of await pyenvPythons(probes, home)) {
    if (await isPython27(probes, python)) return { type: "python", python };
  }
  return undefined;
}

async function isDockerRunning(probes: Probes): Promise<boolean> {
  const version = await probes.output("docker", ["info", "--format", "{{.ServerVersion}}"]);
  return version !== undefined && version.trim() !== "";
}

async function isPython27(probes: Probes, python: string): Promise<boolean> {
  const script = "import pip, sys; sys.stdout.write('%d.%d' % sys.version_info[:2])";
  return (await probes.output(python, ["-c", script])) === "2.7";
}

/** The newest first. */
async function pyenvPythons(probes: Probes, home: string): Promise<string[]> {
  const root = (await probes.output("pyenv", ["root"]))?.trim() ?? path.join(home, ".pyenv");
  const versions = await probes.list(path.join(root, "versions"));
  return versions
    .filter((version) => version.startsWith("2.7"))
    .sort((left, right) => right.localeCompare(left, "en", { numeric: true }))
    .map((version) => path.join(root, "versions", version, "bin", "python"));
}
