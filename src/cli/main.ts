#!/usr/bin/env node
/** The `plainsocket` command. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import process from "node:process";
import { run } from "./run.js";

const manifest: { version: string } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);
const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);

const { stdin: input, stdout: output, stderr: errors } = process;
const terminal = { input, output, errors, interrupted };
process.exitCode = await run(process.argv.slice(2), terminal, manifest.version);
input.destroy(); // an open terminal would keep the process alive
