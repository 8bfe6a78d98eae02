/** How the runner search looks at this machine. */
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import type { Probes } from "./find-runner.js";

/** A Docker client whose engine is far away may wait for long. */
const PROBE_TIMEOUT_MS = 15_000;

export const machineProbes: Probes = {
  output: async (command, args) =>
    new Promise((resolve) => {
      const options = { timeout: PROBE_TIMEOUT_MS, env: pythonSafeEnvironment() };
      execFile(command, args, options, (error, stdout) => {
        resolve(error === null ? stdout : undefined);
      });
    }),
  list: async (folder) => readdir(folder).catch(() => []),
};

/** The environment without the variables that point a Python 2.7 to the modules of another Python. */
export function pythonSafeEnvironment(): NodeJS.ProcessEnv {
  const { PYTHONPATH: _path, PYTHONHOME: _home, ...environment } = process.env;
  return environment;
}
